package io.github.dingtalkcamel.component.dingtalk;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import io.github.dingtalkcamel.component.json.Json;
import org.apache.camel.Exchange;

/**
 * A message of the app's robot.
 *
 * @param msgKey   DingTalk's template
 * @param msgParam its parameters, as the JSON text that DingTalk wants
 */
record RobotMessageBody(String msgKey, String msgParam) {

    /** The message that an exchange's body is to become. */
    static RobotMessageBody of(Exchange exchange, MessageOptions options) {
        String format = options.format();
        return switch (format) {
            case "text" -> new RobotMessageBody("sampleText", DingTalkJson.text(Map.of("content", text(exchange))));
            case "markdown" -> markdown(text(exchange), options.title());
            default -> new RobotMessageBody(format, DingTalkJson.text(texts(exchange, "the parameters of message template " + format)));
        };
    }

    /** @param title null for one made of the text */
    static RobotMessageBody markdown(String text, String title) {
        Map<String, String> param = new LinkedHashMap<>();
        param.put("title", title == null ? MarkdownTitle.of(text) : title);
        param.put("text", text);
        return new RobotMessageBody("sampleMarkdown", DingTalkJson.text(param));
    }

    /** The body as text, which must not be blank. */
    static String text(Exchange exchange) {
        String text = exchange.getMessage().getBody(String.class);
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("The body is the message's text, and it is empty");
        }
        return text;
    }

    /** The body as a map of texts, as DingTalk wants parameters and variables: what is no text becomes JSON, and null is left out. */
    static Map<String, String> texts(Exchange exchange, String what) {
        JsonNode tree = tree(exchange.getMessage().getBody());
        if (tree == null || !tree.isObject()) {
            throw new IllegalArgumentException("The body must hold " + what + ": a map, or the text of a JSON object");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        tree.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!value.isNull()) {
                texts.put(field.getKey(), value.isTextual() ? value.textValue() : DingTalkJson.text(value));
            }
        });
        return texts;
    }

    /** The body as JSON; null where it is none. */
    static JsonNode tree(Object body) {
        try {
            return body instanceof String text ? Json.MAPPER.readTree(text) : body instanceof byte[] bytes ? Json.MAPPER.readTree(bytes)
                    : Json.MAPPER.valueToTree(body);
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    /** The call's body, without its recipient. */
    Map<String, Object> asMap(String robotCode) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("robotCode", robotCode);
        body.put("msgKey", msgKey);
        body.put("msgParam", msgParam);
        return body;
    }
}
