package io.github.dingtalkcamel.tool;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A message that a tool sent and can recall, or a card that it can update.
 *
 * @param kind       what it is
 * @param place      user ids of the people, each in the place of its recipient; the group's conversation id; or for a card the one or the
 *                   other
 * @param recipients who was named
 * @param keys       DingTalk's keys of it, in order
 * @param recalled   whether it is gone already
 * @param cardParams the variables of a card, as they were sent and changed since; empty for anything else
 */
public record SentMessage(String integration, String messageId, Kind kind, List<String> place, List<Target> recipients,
        List<String> keys, boolean recalled, Instant sentAt, Map<String, String> cardParams) {

    /** What a message is, as its row spells it. */
    public enum Kind {
        PEOPLE, GROUP, CARD
    }

    /** Exchange property that holds it. */
    public static final String PROPERTY = "CamelDingTalkSentMessage";

    /** Whether it can be edited in place. */
    public boolean isCard() {
        return kind == Kind.CARD;
    }

    /** Whether it is in a group. */
    public boolean isInGroup() {
        return kind == Kind.GROUP || isCard() && recipients.get(0).type() == RecipientType.CHAT_ID;
    }

    /** What tells the component where the message is. */
    public String recipientType() {
        return (isInGroup() ? RecipientType.CHAT_ID : RecipientType.USER_ID).wireName();
    }

    @Override
    public String toString() {
        return "SentMessage[" + integration + " " + messageId + ", " + kind + ", recipients=" + recipients.size() + "]";
    }
}
