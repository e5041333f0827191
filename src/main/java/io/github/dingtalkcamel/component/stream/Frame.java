package io.github.dingtalkcamel.component.stream;
import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.text.LogSafe;

/**
 * What the server pushes (docs/protocol.md 2.3). Only the fields that are used; texts are never null.
 *
 * @param type      {@code SYSTEM}, {@code EVENT}, {@code CALLBACK}, or one that is not known
 * @param topic     what it is about; of no meaning on events (docs/protocol.md 2.6)
 * @param messageId id of this push, which its answer repeats
 * @param eventType of events
 * @param eventId   of events: the same on every delivery
 * @param pushedAt  when the server pushed it, by its own clock, milliseconds; 0 where it does not say so
 * @param data      JSON as a string
 */
record Frame(String type, String topic, String messageId, String eventType, String eventId, long pushedAt, String data) {

    static final String PING = "ping";
    static final String DISCONNECT = "disconnect";
    static final String ROBOT_MESSAGE = "/v1.0/im/bot/messages/get";
    static final String CARD_CALLBACK = "/v1.0/card/instances/callback";

    private static final int MAX_ID_LENGTH = 512;
    private static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

    /**
     * @throws BadFrameException when it is no frame, larger than 1 MiB or nested deeper than 64
     */
    static Frame read(String text) throws BadFrameException {
        ObjectNode json;
        try {
            json = Body.read(text).json();
        } catch (BadMessageException e) {
            throw new BadFrameException(messageIdIn(text), e.getMessage().replace("the body", "the frame"));
        }
        JsonNode headers = json.path("headers");
        String messageId = headers.path("messageId").asText("");
        if (!headers.isObject() || messageId.isEmpty() || messageId.length() > MAX_ID_LENGTH) {
            throw new BadFrameException(null, "the frame has no headers.messageId of 1 to " + MAX_ID_LENGTH + " characters");
        }
        if (!json.path("type").isTextual()) {
            throw new BadFrameException(messageId, "the frame's type is missing or no string");
        }
        JsonNode data = json.path("data");
        // documents say that data is always a string; an object in its place means the same
        String content = data.isTextual() ? data.textValue() : data.isMissingNode() || data.isNull() ? "" : data.toString();
        return new Frame(json.path("type").textValue(), headers.path("topic").asText(""), messageId, headers.path("eventType").asText(""),
                headers.path("eventId").asText(""), headers.path("time").asLong(0), content);
    }

    /** The id in a frame of which the rest is missing or no JSON, or null. */
    static String messageIdIn(String beginning) {
        try (JsonParser parser = JSON.createParser(beginning)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean headers = parser.currentName().equals("headers");
                if (parser.nextToken() == JsonToken.START_OBJECT && headers) {
                    return messageIdOfHeaders(parser);
                }
                parser.skipChildren();
            }
        } catch (IOException e) {
            // it breaks off before the id
        }
        return null;
    }

    private static String messageIdOfHeaders(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals("messageId");
            JsonToken value = parser.nextToken();
            if (wanted && value == JsonToken.VALUE_STRING) {
                String id = parser.getText();
                return id.isEmpty() || id.length() > MAX_ID_LENGTH ? null : id;
            }
            parser.skipChildren();
        }
        return null;
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return "Frame[" + LogSafe.of(type) + " " + LogSafe.of(topic) + ", " + LogSafe.of(messageId) + "]";
    }
}
