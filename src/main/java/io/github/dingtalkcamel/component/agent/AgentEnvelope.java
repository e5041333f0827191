package io.github.dingtalkcamel.component.agent;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.file.SafeFileName;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.Quote;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What a service behind a conversation gets about a message, as JSON: version 1 of
 * docs/agent-envelope.schema.json.
 *
 * <p>The text is the exchange's body, so that a route can change it before. What is not known is left out; lists are always there. A file's
 * name has no directories and no invisible characters, since services store files under it. The session webhook is not in it.
 */
public final class AgentEnvelope {

    /** Of the envelope. Fields may be added within a version. */
    public static final int VERSION = 1;

    private AgentEnvelope() {
    }

    /** The envelope of the exchange's message, as JSON text. */
    public static String of(Exchange exchange) {
        Message in = exchange.getMessage();
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        ObjectNode envelope = Json.MAPPER.createObjectNode();
        envelope.put("version", VERSION);
        String text = in.getBody(String.class);
        envelope.put("text", text == null ? "" : text);
        putHeader(envelope, "messageId", in, DingTalkConstants.MESSAGE_ID);
        putHeader(envelope, "messageType", in, DingTalkConstants.MESSAGE_TYPE);
        putHeader(envelope, "integration", in, DingTalkConstants.INTEGRATION);
        putHeader(envelope, "agent", in, AgentHeaders.AGENT);
        putHeader(envelope, "sessionId", in, AgentHeaders.SESSION_ID);
        ObjectNode conversation = envelope.putObject("conversation");
        putHeader(conversation, "id", in, DingTalkConstants.CONVERSATION_ID);
        putHeader(conversation, "type", in, DingTalkConstants.CONVERSATION_TYPE);
        putHeader(conversation, "title", in, DingTalkConstants.CONVERSATION_TITLE);
        ObjectNode sender = envelope.putObject("sender");
        putHeader(sender, "id", in, DingTalkConstants.SENDER_ID);
        putHeader(sender, "nick", in, DingTalkConstants.SENDER_NICK);
        sender.put("isAdmin", message != null && message.sender().admin());
        if (message != null && message.quote() != null) {
            addQuote(envelope.putObject("quote"), message.quote());
        }
        addHistory(envelope.putArray("history"), exchange.getProperty(AgentHeaders.HISTORY));
        ArrayNode attachments = envelope.putArray("attachments");
        if (message != null) {
            message.attachments().forEach(attachment -> addAttachment(attachments.addObject(), attachment));
        }
        return envelope.toString();
    }

    private static void addQuote(ObjectNode node, Quote quote) {
        node.put("text", quote.text());
        put(node, "senderNick", quote.senderNick());
    }

    private static void addHistory(ArrayNode node, Object history) {
        if (history instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> fields) {
                    ObjectNode said = node.addObject();
                    for (String name : List.of("role", "text", "at", "senderId", "senderNick")) {
                        put(said, name, fields.get(name));
                    }
                }
            }
        }
    }

    private static void addAttachment(ObjectNode node, Attachment attachment) {
        node.put("type", attachment.kind().name().toLowerCase(Locale.ROOT));
        String name = SafeFileName.shown(attachment.fileName());
        put(node, "name", name.isEmpty() ? null : name);
        put(node, "downloadCode", attachment.downloadCode());
    }

    private static void putHeader(ObjectNode node, String name, Message message, String header) {
        put(node, name, message.getHeader(header));
    }

    private static void put(ObjectNode node, String name, Object value) {
        if (value != null) {
            node.put(name, value.toString());
        }
    }
}
