package io.github.dingtalkcamel.inbound;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.inbound.InboundMessage.Attachment;
import io.github.dingtalkcamel.inbound.InboundMessage.Quote;
import java.time.Instant;
import java.util.List;

/**
 * Reads what a message replies to, in all the shapes seen in the field (protocol 3.4). No document promises any of them, so nothing
 * here refuses a message: what cannot be read counts as absent.
 *
 * @param content reads the quoted content
 */
record QuoteReader(ContentReader content) {

    private static final OwnMention NOBODY = new OwnMention(false, false, null, 0, false);

    QuoteReader(TextForms forms) {
        this(new ContentReader(forms, NOBODY));
    }

    /** Null where the message quotes nothing. */
    Quote read(ObjectNode body) {
        ObjectNode quoted = quoted(body);
        String type = id(quoted, "msgType", "msgtype");
        Content said = said(type, quoted);
        String ownId = id(quoted, "msgId");
        String msgId = ownId == null ? id(body, "originalMsgId") : ownId;
        String processQueryKey = id(body, "originalProcessQueryKey");
        String text = Blanks.trim(said.text());
        if (msgId == null && processQueryKey == null && text.isEmpty() && said.attachments().isEmpty()) {
            return null;
        }
        List<Attachment> attachments = MessageParser.bounded(said.attachments());
        return new Quote(msgId, type, id(quoted, "senderId"), label(quoted, "senderNick"), instant(quoted, "createdAt"), text,
                attachments, processQueryKey);
    }

    /** The newest shape that is there; an empty object where there is none. */
    private static ObjectNode quoted(ObjectNode body) {
        for (JsonNode holder : List.of(body.path("text"), body.path("content"), body)) {
            for (String name : List.of("repliedMsg", "quoteMessage")) {
                if (unwrapped(holder.path(name)) instanceof ObjectNode object && !object.isEmpty()) {
                    return object;
                }
            }
        }
        for (JsonNode holder : List.of(body.path("content"), body.path("text"))) {
            JsonNode quoteContent = holder.path("quoteContent");
            if (unwrapped(quoteContent) instanceof ObjectNode object && !object.isEmpty()) {
                return object.has("msgId") || object.has("content") ? object : wrapped(object);
            }
            if (quoteContent.isTextual()) {
                return wrapped(quoteContent);
            }
        }
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode wrapped(JsonNode content) {
        return JsonNodeFactory.instance.objectNode().set("content", content);
    }

    /** JSON within a string becomes that JSON; any other string stays. */
    private static JsonNode unwrapped(JsonNode node) {
        if (node.isTextual() && node.textValue().stripLeading().startsWith("{")) {
            try {
                return Body.anyJson(node.textValue());
            } catch (BadMessageException e) {
                return node;
            }
        }
        return node;
    }

    private Content said(String type, ObjectNode quoted) {
        // the older shape has text{content}, today's has content{text}
        JsonNode node = unwrapped(quoted.hasNonNull("content") ? quoted.path("content") : quoted.path("text"));
        if (node.isTextual()) {
            return Content.text(StorableText.of(node.textValue()));
        }
        if (!(node instanceof ObjectNode object)) {
            return Content.NONE;
        }
        try {
            return content.read(type == null ? guessed(object) : type, Fields.of(object));
        } catch (BadMessageException e) {
            return Content.NONE;
        }
    }

    private static String guessed(ObjectNode content) {
        return content.has("richText") ? "richText" : "text";
    }

    private static String id(ObjectNode json, String... names) {
        for (String name : names) {
            try {
                String id = Fields.of(json).id(name);
                if (id != null) {
                    return id;
                }
            } catch (BadMessageException e) {
                // as good as absent
            }
        }
        return null;
    }

    private static String label(ObjectNode json, String name) {
        try {
            return Fields.of(json).label(name);
        } catch (BadMessageException e) {
            return null;
        }
    }

    private static Instant instant(ObjectNode json, String name) {
        try {
            return Fields.of(json).instant(name);
        } catch (BadMessageException e) {
            return null;
        }
    }
}
