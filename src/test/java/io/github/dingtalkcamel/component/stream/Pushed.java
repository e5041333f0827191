package io.github.dingtalkcamel.component.stream;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Frames as the server sends them (docs/protocol.md 2.3). */
final class Pushed {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Pushed() {
    }

    static String message(String messageId, String data) {
        return frame("CALLBACK", Frame.ROBOT_MESSAGE, messageId, data).toString();
    }

    static String card(String messageId, String data) {
        return frame("CALLBACK", Frame.CARD_CALLBACK, messageId, data).toString();
    }

    static String event(String messageId, String eventType, String eventId, String data) {
        ObjectNode frame = frame("EVENT", "*", messageId, data);
        ((ObjectNode) frame.get("headers")).put("eventType", eventType).put("eventId", eventId);
        return frame.toString();
    }

    static String system(String topic, String messageId, String data) {
        return frame("SYSTEM", topic, messageId, data).toString();
    }

    static String of(String type, String topic, String messageId) {
        return frame(type, topic, messageId, "{}").toString();
    }

    private static ObjectNode frame(String type, String topic, String messageId, String data) {
        ObjectNode frame = JSON.createObjectNode().put("specVersion", "1.0").put("type", type);
        frame.putObject("headers").put("topic", topic).put("contentType", "application/json").put("messageId", messageId)
                .put("time", "1700000000000");
        return frame.put("data", data);
    }

    /** A robot message in a DM (docs/protocol.md 3.1). */
    static String said(String msgId, String conversation, String text, String sessionWebhook) {
        ObjectNode message = JSON.createObjectNode().put("msgId", msgId).put("msgtype", "text").put("conversationType", "1")
                .put("conversationId", conversation)
                .put("senderId", "$:LWCP_v1:$" + conversation).put("senderStaffId", "staff001").put("senderNick", "Ann")
                .put("chatbotUserId", "$:LWCP_v1:$bot")
                .put("createAt", 1_700_000_000_000L).put("robotCode", "dingtest000000000001");
        message.putObject("text").put("content", text);
        if (sessionWebhook != null) {
            message.put("sessionWebhook", sessionWebhook).put("sessionWebhookExpiredTime", System.currentTimeMillis() + 3_600_000);
        }
        return message.toString();
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (java.io.IOException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }
}
