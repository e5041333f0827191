package io.github.dingtalkcamel.component.message;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.Quote;

/**
 * Reads what a message replies to, in all the shapes seen in the field (docs/protocol.md 3.4). No document promises any of them, so nothing
 * here refuses a message: what cannot be read counts as absent.
 *
 * <p>Of what the robot sent, DingTalk often gives only the key, and of other messages sometimes only the id: their text is looked up
 * among the messages that were sent and received here.
 *
 * @param forms   texts that replace content that is no text
 * @param content reads the quoted content
 * @param earlier what was sent and received
 */
record QuoteReader(TextForms forms, ContentReader content, EarlierMessages earlier) {

    private static final BotMention NONE = new BotMention(false, false, null, 0, false);

    QuoteReader(TextForms forms, EarlierMessages earlier) {
        this(forms, new ContentReader(forms, NONE), earlier);
    }

    /** Null where the message quotes nothing. */
    Quote read(String integration, String conversationId, ObjectNode body) {
        Quote quote = given(body);
        return quote == null ? null : completed(quote, integration, conversationId);
    }

    /** As far as DingTalk tells. */
    private Quote given(ObjectNode body) {
        ObjectNode quoted = quoted(body);
        String type = id(quoted, "msgType", "msgtype");
        Content said = said(type, quoted);
        String ownId = id(quoted, "msgId");
        String msgId = ownId == null ? id(body, "originalMsgId") : ownId;
        ObjectNode inner = unwrapped(quoted.path("content")) instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        String processQueryKey = first(id(body, "originalProcessQueryKey"), id(quoted, "processQueryKey"), id(inner, "processQueryKey"));
        String outTrackId = first(id(quoted, "outTrackId"), id(inner, "outTrackId"), id(body, "originalOutTrackId"));
        String text = Blanks.trim(said.text());
        if (msgId == null && processQueryKey == null && outTrackId == null && text.isEmpty() && said.attachments().isEmpty()) {
            return null;
        }
        List<Attachment> attachments = MessageParser.bounded(said.attachments());
        return new Quote(msgId, type, id(quoted, "senderId"), label(quoted, "senderNick"), instant(quoted, "createdAt"), text,
                attachments, processQueryKey, outTrackId);
    }

    private static String first(String... ids) {
        return Stream.of(ids).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** What the robot sent is known whole here, so that text wins. Anything else is looked up only where DingTalk gives no text. */
    private Quote completed(Quote quote, String integration, String conversationId) {
        boolean unreadable = quote.text().isEmpty() || quote.type() != null && quote.text().equals(forms.unknown(quote.type()));
        List<String> keys = Stream.of(quote.processQueryKey(), quote.outTrackId(), unreadable ? quote.msgId() : null)
                .filter(Objects::nonNull).toList();
        Optional<String> sent = keys.isEmpty() ? Optional.empty() : earlier.sent(integration, keys);
        if (sent.isPresent()) {
            return quote.withText(sent.get());
        }
        if (!unreadable || quote.msgId() == null || !quote.attachments().isEmpty()) {
            return quote;
        }
        return earlier.received(integration, conversationId, quote.msgId()).map(json -> received(quote, integration, json)).orElse(quote);
    }

    /** The quoted message as it once came in. What it quoted itself is not looked up again. */
    private Quote received(Quote quote, String integration, String json) {
        try {
            InboundMessage message = new MessageParser(forms.language()).parse(integration, json);
            return new Quote(quote.msgId(), message.type(), message.sender().id(), message.sender().nick(), message.createdAt(),
                    message.text(), message.attachments(), quote.processQueryKey(), quote.outTrackId());
        } catch (BadMessageException e) {
            return quote;
        }
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
            // a card's content may be a list of elements
            return "interactiveCard".equals(type) ? Content.text(CardText.of(node)) : Content.NONE;
        }
        try {
            return content.read(type == null ? guessed(object) : type, Fields.of(object));
        } catch (BadMessageException e) {
            return Content.NONE;
        }
    }

    private static String guessed(ObjectNode content) {
        return content.has("richText") ? "richText" : content.has("cardContent") || content.has("cardData") ? "interactiveCard" : "text";
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
