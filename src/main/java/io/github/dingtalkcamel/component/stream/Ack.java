package io.github.dingtalkcamel.component.stream;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.api.DingTalkJson;

/** The frames that we answer with (docs/protocol.md 2.4). */
final class Ack {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    private Ack() {
    }

    /** Of a SYSTEM ping: what it brought goes back (docs/protocol.md 2.5). */
    static String pong(Frame ping) {
        return frame(OK, ping.messageId(), "OK", ping.data());
    }

    /** A robot message is stored. */
    static String stored(String messageId) {
        return frame(OK, messageId, "OK", NODES.objectNode().putNull("response").toString());
    }

    /** A click on a card: what the card is to show (docs/protocol.md 6.5.6), an empty object for no change. */
    static String card(String messageId, JsonNode response) {
        return frame(OK, messageId, "OK", NODES.objectNode().<ObjectNode>set("response", response).toString());
    }

    /** An event was handed on. */
    static String success(String messageId) {
        return event(messageId, "SUCCESS", "ok");
    }

    /** An event can't be handed on now: DingTalk is to deliver it again. */
    static String later(String messageId) {
        return event(messageId, "LATER", "later");
    }

    static String unknownTopic(String messageId) {
        return frame(NOT_FOUND, messageId, "topic not exist", null);
    }

    static String unknownType(String messageId) {
        return frame(NOT_FOUND, messageId, "type not exist", null);
    }

    /** It is not what it should be, and won't be next time. */
    static String malformed(String messageId, String why) {
        return frame(BAD_REQUEST, messageId, why, null);
    }

    private static String event(String messageId, String status, String message) {
        return frame(OK, messageId, "OK", NODES.objectNode().put("status", status).put("message", message).toString());
    }

    private static String frame(int code, String messageId, String message, String data) {
        ObjectNode frame = NODES.objectNode().put("code", code);
        frame.putObject("headers").put("contentType", "application/json").put("messageId", messageId);
        frame.put("message", message);
        if (data != null) {
            frame.put("data", data);
        }
        return DingTalkJson.text(frame);
    }
}
