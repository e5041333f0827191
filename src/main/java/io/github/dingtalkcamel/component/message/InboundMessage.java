package io.github.dingtalkcamel.component.message;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;

/**
 * A robot message as it came in, by webhook or Stream (docs/protocol.md 3), checked and bounded. Immutable.
 *
 * <p>Components that DingTalk may leave out are null where it did; texts and lists are never null. All text can be stored: U+0000 and
 * lone surrogates have become U+FFFD.
 *
 * @param integration             the integration that received it
 * @param msgId                   DingTalk's id, the same on every redelivery and for every robot mentioned in it
 * @param type                    {@code msgtype} as on the wire, such as {@code text} or {@code richText}
 * @param conversationType        DM or group
 * @param conversationId          DingTalk's id of the conversation
 * @param conversationTitle       the group's name, at most 256 characters, or null
 * @param sender                  who wrote it
 * @param chatbotUserId           the robot's encrypted id, or null
 * @param robotCode               the robot's code, or null; DingTalk's {@code normal}, which names no robot, is null as well
 * @param mentioned               whether the robot was mentioned; when unsure, false
 * @param fromRobotItself         whether the sender is the robot that received it
 * @param createdAt               when it was written, by DingTalk's clock, or null
 * @param text                    the body for agents: text or text form, without the robot's own leading mention, trimmed
 * @param attachments             what can be downloaded, in order, at most 200
 * @param quote                   what it replies to, as far as DingTalk says, or null
 * @param sessionWebhook          where a reply may be posted; a secret. Null where it is no http or https URL. Its origin is not checked
 * @param sessionWebhookExpiresAt until when that works, or null
 * @param mentionedUsers          the others that were mentioned, the robot not among them, at most 200
 * @param quota                   DingTalk's notice that it withheld the content, or null
 */
public record InboundMessage(
        String integration,
        String msgId,
        String type,
        ConversationType conversationType,
        String conversationId,
        String conversationTitle,
        Sender sender,
        String chatbotUserId,
        String robotCode,
        boolean mentioned,
        boolean fromRobotItself,
        Instant createdAt,
        String text,
        List<Attachment> attachments,
        Quote quote,
        URI sessionWebhook,
        Instant sessionWebhookExpiresAt,
        List<MentionedUser> mentionedUsers,
        QuotaNotice quota) {

    /** Exchange property that holds the message. */
    public static final String PROPERTY = "CamelDingTalkMessage";

    public InboundMessage {
        attachments = List.copyOf(attachments);
        mentionedUsers = List.copyOf(mentionedUsers);
        if (sessionWebhook != null) {
            KnownSecrets.passing(sessionWebhook.toString());
        }
    }

    /** Neither text nor attachment. */
    public boolean empty() {
        return text.isEmpty() && attachments.isEmpty();
    }

    /** Ids and sizes only: what people write and the session webhook stay out of logs. */
    @Override
    public String toString() {
        return "InboundMessage[integration=" + integration + ", msgId=" + msgId + ", type=" + type
                + ", " + conversationType.publicName() + "=" + conversationId + ", sender=" + sender.id()
                + ", mentioned=" + mentioned + ", characters=" + text.length() + ", attachments=" + attachments.size()
                + ", quote=" + (quote != null) + "]";
    }

    /** What kind of conversation a message belongs to. */
    public enum ConversationType {
        /** One person and the robot; {@code "1"} on the wire. */
        DM("dm"),
        /** A group; {@code "2"} on the wire. */
        GROUP("group");

        private final String publicName;

        ConversationType(String publicName) {
            this.publicName = publicName;
        }

        /** As in the header CamelDingTalkConversationType. */
        public String publicName() {
            return publicName;
        }
    }

    /**
     * Who wrote a message.
     *
     * @param id      DingTalk's encrypted id: always there, of no use for API calls
     * @param staffId the user id within the organisation; null for people from outside and before the robot is published
     * @param unionId or null
     * @param nick    the name shown, at most 256 characters, or null
     * @param admin   whether DingTalk calls them an admin of the organisation
     */
    public record Sender(String id, String staffId, String unionId, String nick, boolean admin) {

        /** What an operator names this person by: the staff id, or DingTalk's encrypted id for people who have none. */
        public String userId() {
            return staffId != null ? staffId : id;
        }
    }

    /**
     * Another user who was mentioned.
     *
     * @param dingtalkId encrypted id, or null
     * @param staffId    or null
     * @param unionId    or null
     */
    public record MentionedUser(String dingtalkId, String staffId, String unionId) {
    }

    /** What an attachment holds. */
    public enum AttachmentKind {
        PICTURE, AUDIO, VIDEO, FILE
    }

    /**
     * Something that can be downloaded while its code lives (docs/protocol.md 3.5).
     *
     * @param downloadCode temporary, bound to the robot that received it
     * @param fileName     of a file, at most 256 characters, unchecked: not a path to write to (direct:download-attachment
     *                     makes a safe one of it); or null
     * @param duration     of audio or video, or null
     * @param format       of a video, such as {@code mp4}, or null
     */
    public record Attachment(AttachmentKind kind, String downloadCode, String fileName, Duration duration, String format) {

        /** Without the code, which gives access to the content. */
        @Override
        public String toString() {
            return "Attachment[" + kind + "]";
        }
    }

    /**
     * What a message replies to (docs/protocol.md 3.4, field knowledge throughout): any component but the list and the text may be null,
     * and often only an id is known.
     *
     * @param msgId           of the quoted message
     * @param type            its type, as on the wire
     * @param senderId        encrypted id of who wrote it
     * @param senderNick      their name
     * @param createdAt       when it was written
     * @param text            its text or text form, DingTalk's or what is known of it here; empty where neither has any
     * @param attachments     what of it can be downloaded
     * @param processQueryKey set where the quoted message was sent by the robot: the key it was sent with
     * @param outTrackId      set where the quoted message is a card that says which: the id it was sent with
     */
    public record Quote(String msgId, String type, String senderId, String senderNick, Instant createdAt, String text,
            List<Attachment> attachments, String processQueryKey, String outTrackId) {

        public Quote {
            attachments = List.copyOf(attachments);
        }

        Quote withText(String known) {
            return new Quote(msgId, type, senderId, senderNick, createdAt, known, attachments, processQueryKey, outTrackId);
        }

        /** Without the text. */
        @Override
        public String toString() {
            return "Quote[msgId=" + msgId + ", type=" + type + ", processQueryKey=" + processQueryKey + "]";
        }
    }

    /**
     * DingTalk's word that the month's quota of messages is used up, so that it delivers messages without their content
     * (code 20001, docs/protocol.md 2.7 and 7.2).
     *
     * @param message DingTalk's own text, at most 256 characters, or null
     */
    public record QuotaNotice(String message) {
    }
}
