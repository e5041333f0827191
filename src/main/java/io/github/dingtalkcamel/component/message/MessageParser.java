package io.github.dingtalkcamel.component.message;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage.MentionedUser;
import io.github.dingtalkcamel.component.message.InboundMessage.QuotaNotice;
import io.github.dingtalkcamel.component.message.InboundMessage.Sender;

/**
 * Makes an {@link InboundMessage} of the JSON of a robot message (docs/protocol.md 3), received by HTTP or by Stream.
 *
 * <p>Needed are {@code msgId}, {@code msgtype}, {@code conversationType}, {@code conversationId} and {@code senderId}; the rest may be
 * missing. A field of the wrong type is refused, except in quotes, which are undocumented. Ids may have 512 characters; names and titles
 * are cut at 256. Unknown fields and unknown types of message are no fault. Safe for use by many threads.
 */
public final class MessageParser {

    private static final int MAX_LISTED = 200;
    private static final String QUOTA_EXCEEDED = "20001";

    private final TextForms forms;
    private final QuoteReader quotes;

    /** @param language of the text forms of pictures, files and the like: the integration's */
    public MessageParser(Language language) {
        this(language, EarlierMessages.NONE);
    }

    /** @param earlier where a quote that comes without its text is looked up */
    public MessageParser(Language language, EarlierMessages earlier) {
        this.forms = new TextForms(Objects.requireNonNull(language, "language"));
        this.quotes = new QuoteReader(forms, earlier);
    }

    /**
     * Reads a message from JSON text.
     *
     * @param integration id of the integration that received it
     * @throws BadMessageException where it is no JSON object within the limits of {@link Body}, or as {@link #parse(String, ObjectNode)}
     */
    public InboundMessage parse(String integration, String json) throws BadMessageException {
        return parse(integration, Body.read(json).json());
    }

    /** The same from bytes. */
    public InboundMessage parse(String integration, byte[] json) throws BadMessageException {
        return parse(integration, Body.read(json).json());
    }

    /**
     * Reads a message from a body that has been read before, for callers that check its proof in between.
     *
     * @throws BadMessageException where a field is missing or of the wrong type; its message names the field
     */
    public InboundMessage parse(String integration, ObjectNode body) throws BadMessageException {
        Fields fields = Fields.of(body);
        String msgId = fields.requiredId("msgId");
        String type = fields.requiredId("msgtype");
        ConversationType conversationType = conversationType(fields);
        String conversationId = fields.requiredId("conversationId");
        String senderId = fields.requiredId("senderId");
        String chatbotUserId = fields.id("chatbotUserId");
        AtUsers atUsers = AtUsers.of(fields, chatbotUserId);
        QuotaNotice quota = quota(fields);
        BotMention ownMention = new BotMention(conversationType == ConversationType.DM, atUsers.robotMentioned, chatbotUserId,
                atUsers.others.size(), atUsers.robotFirst);
        Content content = content(fields, type, ownMention, quota);
        return new InboundMessage(integration, msgId, type, conversationType, conversationId, fields.label("conversationTitle"),
                new Sender(senderId, fields.id("senderStaffId"), fields.id("senderUnionId"), fields.label("senderNick"),
                        Boolean.TRUE.equals(fields.flag("isAdmin"))),
                chatbotUserId, robotCode(fields), atUsers.robotMentioned, senderId.equals(chatbotUserId), fields.instant("createAt"),
                Blanks.trim(content.text()), bounded(content.attachments()), quotes.read(integration, conversationId, body),
                fields.webUrl("sessionWebhook"), fields.instant("sessionWebhookExpiredTime"), bounded(atUsers.others), quota);
    }

    static <T> List<T> bounded(List<T> list) {
        return list.size() <= MAX_LISTED ? list : list.subList(0, MAX_LISTED);
    }

    private static ConversationType conversationType(Fields fields) throws BadMessageException {
        return switch (fields.requiredId("conversationType")) {
            case "1" -> ConversationType.DM;
            case "2" -> ConversationType.GROUP;
            default -> throw fields.wrong("conversationType", "another string", "\"1\" (DM) or \"2\" (group)");
        };
    }

    /** DingTalk's literal {@code normal} names no robot (docs/protocol.md 3.1). */
    private static String robotCode(Fields fields) throws BadMessageException {
        String code = fields.id("robotCode");
        return "normal".equals(code) ? null : code;
    }

    /** The documents disagree on the names, and say nothing of the code's type (docs/protocol.md 2.7). */
    private static QuotaNotice quota(Fields fields) throws BadMessageException {
        for (String name : List.of("errorCode", "errCode")) {
            JsonNode code = fields.value(name);
            if (code != null && code.isValueNode() && code.asText().equals(QUOTA_EXCEEDED)) {
                String message = fields.label("errorMessage");
                return new QuotaNotice(message == null ? fields.label("errMsg") : message);
            }
        }
        return null;
    }

    private Content content(Fields fields, String type, BotMention ownMention, QuotaNotice quota) throws BadMessageException {
        if (type.equals("text") || type.equals("reply")) {
            Fields text = fields.object("text");
            String content = text == null ? null : text.text("content");
            return Content.text(content == null ? "" : ownMention.takenOff(content));
        }
        if (type.equals("interactiveCard")) {
            // documented nowhere, so nothing in it is a reason to refuse the message
            String text = CardText.of(fields.value("content"));
            return !text.isBlank() ? Content.text(text) : quota != null ? Content.NONE : Content.text(forms.unknown(type));
        }
        // an unknown type may hold anything there
        Fields content = ContentReader.reads(type) ? fields.object("content") : null;
        // what the quota withheld has no type worth telling an agent of
        return content == null && quota != null ? Content.NONE : new ContentReader(forms, ownMention).read(type, content);
    }

    /** Who was mentioned, and whether the robot was (docs/promises.md 5). */
    private record AtUsers(boolean robotMentioned, boolean robotFirst, List<MentionedUser> others) {

        static AtUsers of(Fields fields, String chatbotUserId) throws BadMessageException {
            List<MentionedUser> others = new ArrayList<>();
            boolean listed = false;
            boolean first = true;
            for (Fields user : fields.objects("atUsers")) {
                String dingtalkId = user.id("dingtalkId");
                if (dingtalkId != null && dingtalkId.equals(chatbotUserId)) {
                    first = listed ? first : others.isEmpty();
                    listed = true;
                } else {
                    others.add(new MentionedUser(dingtalkId, user.id("staffId"), user.id("unionId")));
                }
            }
            Boolean isInAtList = fields.flag("isInAtList");
            return new AtUsers(isInAtList == null ? listed : isInAtList, listed && first, others);
        }
    }
}
