package io.github.dingtalkcamel.component.dingtalk;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.EarlierMessages;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.MessageParser;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Makes the exchange of what was pushed: body, headers, and for messages the property {@value InboundMessage#PROPERTY}. */
interface PushedExchange {

    /** What it is made of. */
    Delivery.Kind kind();

    /**
     * Fills an exchange.
     *
     * @return the body, so that the answer of a route can be distinguished from it
     * @throws BadMessageException where a field is missing or of the wrong type
     */
    Object fill(Exchange exchange, Delivery delivery) throws BadMessageException;

    /** @param earlier where a quote that comes without its text is looked up */
    static PushedExchange of(DingTalkKind kind, DingTalkApp app, EarlierMessages earlier) {
        return switch (kind) {
            case messages -> new OfMessage(app, new MessageParser(app.language(), earlier));
            case events -> new OfEvent();
            case cards -> new OfCard(app);
            default -> throw new IllegalArgumentException("dingtalk:" + kind + " is no consumer");
        };
    }

    /** A robot message. */
    record OfMessage(DingTalkApp app, MessageParser parser) implements PushedExchange {

        @Override
        public Delivery.Kind kind() {
            return Delivery.Kind.MESSAGE;
        }

        @Override
        public Object fill(Exchange exchange, Delivery delivery) throws BadMessageException {
            InboundMessage message = parser.parse(app.name(), delivery.content().json());
            exchange.setProperty(InboundMessage.PROPERTY, message);
            Message in = exchange.getMessage();
            in.setHeader(DingTalkConstants.INTEGRATION, app.name());
            in.setHeader(DingTalkConstants.CONVERSATION_ID, message.conversationId());
            in.setHeader(DingTalkConstants.CONVERSATION_TYPE, message.conversationType().publicName());
            set(in, DingTalkConstants.CONVERSATION_TITLE, message.conversationTitle());
            set(in, DingTalkConstants.SENDER_ID, message.sender().staffId());
            set(in, DingTalkConstants.SENDER_NICK, message.sender().nick());
            in.setHeader(DingTalkConstants.MESSAGE_ID, message.msgId());
            in.setHeader(DingTalkConstants.MESSAGE_TYPE, message.type());
            if (message.createdAt() != null) {
                in.setHeader(Exchange.MESSAGE_TIMESTAMP, message.createdAt().toEpochMilli());
            }
            in.setBody(message.text());
            return message.text();
        }
    }

    /** An event. */
    record OfEvent() implements PushedExchange {

        @Override
        public Delivery.Kind kind() {
            return Delivery.Kind.EVENT;
        }

        @Override
        public Object fill(Exchange exchange, Delivery delivery) {
            return EventExchange.fill(exchange, delivery);
        }
    }

    /** A click on a card. */
    record OfCard(DingTalkApp app) implements PushedExchange {

        private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
        };

        @Override
        public Delivery.Kind kind() {
            return Delivery.Kind.CARD;
        }

        @Override
        public Object fill(Exchange exchange, Delivery delivery) throws BadMessageException {
            JsonNode json = delivery.content().json();
            JsonNode pressed = content(json).path("cardPrivateData");
            Map<String, Object> click = new LinkedHashMap<>();
            click.put("action", action(json, pressed));
            click.put("params", pressed.path("params").isObject() ? Json.MAPPER.convertValue(pressed.get("params"), MAP)
                    : new LinkedHashMap<>());
            click.put("outTrackId", json.path("outTrackId").asText(""));
            click.put("userId", json.path("userId").asText(""));
            Message in = exchange.getMessage();
            in.setHeader(DingTalkConstants.INTEGRATION, app.name());
            in.setHeader(DingTalkConstants.OUT_TRACK_ID, click.get("outTrackId"));
            in.setHeader(DingTalkConstants.SENDER_ID, click.get("userId"));
            in.setBody(click);
            return click;
        }

        /** The button's id; of a template whose buttons have none, the parameter {@code action}. */
        private static String action(JsonNode json, JsonNode pressed) {
            String parameter = pressed.path("params").path("action").asText("");
            return pressed.path("actionIds").path(0).asText(json.path("actionId").asText(parameter));
        }

        /** What was pressed: JSON in a string, under one of two names. */
        private static JsonNode content(JsonNode json) throws BadMessageException {
            JsonNode content = json.hasNonNull("content") ? json.get("content") : json.path("value");
            return content.isTextual() ? Body.anyJson(content.textValue()) : content;
        }
    }

    private static void set(Message message, String header, String value) {
        if (value != null) {
            message.setHeader(header, value);
        }
    }
}
