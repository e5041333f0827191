package io.github.dingtalkcamel.simulator.api;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * A message in the form that webhooks take (docs/protocol.md 6.2), checked: msgtype known and its mandatory fields there.
 *
 * @param title null where the type has none
 */
public record SimulatedWebhookMessage(String type, String title, String text, Delivery.At at, String msgUuid, String body) {

    /** More than this many bytes of body are refused (docs/protocol.md 7.3). */
    static final int MAX_BYTES = 20_000;

    /** Reads a request's body; refuses in the order Content-Type, JSON, size, msgtype, fields. */
    static SimulatedWebhookMessage in(ApiRequest call) {
        if (!call.saysJson()) {
            throw new ApiErrorException(43004, "无效的HTTP HEADER Content-Type");
        }
        ObjectNode body = call.jsonOrNull();
        if (body == null) {
            throw new ApiErrorException(40035, "缺少参数 json");
        }
        if (call.body().length() > MAX_BYTES) {
            throw new ApiErrorException(460101, "message too long, exceed 20000 bytes");
        }
        return of(body, call.body().toString());
    }

    public static SimulatedWebhookMessage of(ObjectNode body, String raw) {
        String type = Json.text(body, "msgtype");
        if (type == null || type.isEmpty()) {
            throw new ApiErrorException(400202, "miss param : msgtype");
        }
        JsonNode content = body.path(type);
        String title = switch (type) {
            case "text" -> null;
            case "markdown", "link", "actionCard" -> required(content, type, "title");
            case "feedCard" -> required(content.path("links").path(0), "feedCard->links", "title");
            default -> throw new ApiErrorException(400105, "错误描述: 不支持类型 msgType:" + type + " ;解决方案:请使用支持的类型;"
                    + "参考链接:请参考本接口对应文档查看支持类型: https://open.dingtalk.com/document/;");
        };
        String text = switch (type) {
            case "text" -> required(content, type, "content");
            case "feedCard" -> feed(content.path("links"));
            default -> required(content, type, "text");
        };
        if (type.equals("link")) {
            required(content, type, "messageUrl");
        }
        if (type.equals("actionCard")) {
            requireButtons(content);
        }
        return new SimulatedWebhookMessage(type, title, text, at(body.path("at")), Json.text(body, "msgUuid"), raw);
    }

    private static void requireButtons(JsonNode card) {
        if (card.path("btns").isEmpty()) {
            required(card, "actionCard", "singleTitle");
            required(card, "actionCard", "singleURL");
            return;
        }
        for (JsonNode button : card.path("btns")) {
            required(button, "actionCard->btns", "title");
            required(button, "actionCard->btns", "actionURL");
        }
    }

    private static String feed(JsonNode links) {
        List<String> titles = new ArrayList<>();
        for (JsonNode link : links) {
            titles.add(required(link, "feedCard->links", "title"));
            required(link, "feedCard->links", "messageURL");
            required(link, "feedCard->links", "picURL");
        }
        return String.join("\n", titles);
    }

    private static String required(JsonNode object, String where, String field) {
        String value = Json.text(object, field);
        if (value == null || value.isEmpty()) {
            throw new ApiErrorException(400202, "miss param : " + where + "->" + field);
        }
        return value;
    }

    private static Delivery.At at(JsonNode at) {
        return new Delivery.At(texts(at.path("atUserIds")), texts(at.path("atMobiles")), at.path("isAtAll").asBoolean(false));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** As it shows up in a conversation. */
    public Delivery delivery(Delivery.Channel channel, String robotCode, String conversationId) {
        return new Delivery(0, null, channel, robotCode, conversationId, null, type, title, text, at, null, msgUuid, body);
    }
}
