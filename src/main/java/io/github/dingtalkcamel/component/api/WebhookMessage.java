package io.github.dingtalkcamel.component.api;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;

/**
 * A message in the form that custom robots take (docs/protocol.md 6.2), checked: text, link, markdown, actionCard or feedCard, with its
 * mandatory fields, at most 50 users in {@code at} and 20,000 bytes. A user that {@code at} names and the text does not is added to the
 * text, since else DingTalk shows no mention.
 */
public record WebhookMessage(String json) {

    /** What {@code msgUuid} adds to the body. */
    private static final int MAX_BYTES = 20_000 - 64;
    private static final List<String> TYPES = List.of("text", "link", "markdown", "actionCard", "feedCard");

    /**
     * @param  body              a map, a JSON tree, or JSON text
     * @throws RejectedException code {@code invalidMessage}, where DingTalk would refuse it
     */
    public static WebhookMessage of(Object body) throws RejectedException {
        JsonNode tree = tree(body);
        if (!(tree instanceof ObjectNode message)) {
            throw invalid("A custom robot's message is a JSON object with msgtype");
        }
        String type = message.path("msgtype").asText("");
        JsonNode content = message.path(type);
        switch (type) {
            case "text" -> require(content, type, "content");
            case "link" -> require(content, type, "title", "text", "messageUrl");
            case "markdown" -> require(content, type, "title", "text");
            case "actionCard" -> {
                require(content, type, "title", "text");
                if (content.path("btns").isEmpty()) {
                    require(content, type, "singleTitle", "singleURL");
                }
                requireEach(content.path("btns"), "actionCard.btns", "title", "actionURL");
            }
            case "feedCard" -> {
                if (content.path("links").isEmpty()) {
                    throw invalid("feedCard.links is missing");
                }
                requireEach(content.path("links"), "feedCard.links", "title", "messageURL", "picURL");
            }
            default -> throw invalid("msgtype is " + (type.isEmpty() ? "missing"
                    : "\"" + (type.length() > 40 ? type.substring(0, 40) : type) + "\"")
                    + "; custom robots take " + String.join(", ", TYPES));
        }
        mention(message, type, content);
        message.remove("msgUuid");
        String json = DingTalkJson.text(message);
        if (json.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw invalid("The message is larger than 20000 bytes");
        }
        return new WebhookMessage(json);
    }

    /** The same JSON with the key by which DingTalk knows a repetition. */
    public static JsonNode withUuid(String json, String msgUuid) {
        try {
            return ((ObjectNode) Json.MAPPER.readTree(json)).put("msgUuid", msgUuid);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The message to repeat is not JSON", e);
        }
    }

    private static JsonNode tree(Object body) throws RejectedException {
        try {
            // never the caller's own tree, since at may change it
            return body instanceof String text ? Json.MAPPER.readTree(text) : Json.MAPPER.valueToTree(body).deepCopy();
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw invalid("A custom robot's message is a JSON object, but this is not JSON");
        }
    }

    private static void mention(ObjectNode message, String type, JsonNode content) throws RejectedException {
        JsonNode at = message.path("at");
        Mentions mentions = new Mentions(texts(at.path("atUserIds")), texts(at.path("atMobiles")), at.path("isAtAll").asBoolean());
        if (mentions.size() > Mentions.MOST) {
            throw invalid("at names " + mentions.size() + " people, and " + Mentions.MOST + " is the most");
        }
        boolean plain = type.equals("text");
        if (plain || type.equals("markdown") || type.equals("actionCard")) {
            String field = plain ? "content" : "text";
            String text = content.path(field).asText();
            String missing = mentions.missingIn(text);
            if (!missing.isEmpty()) {
                // markdown may end in a fence, a table or a list, which a mention behind it would become a part of
                ((ObjectNode) content).put(field, plain ? text + " " + missing : missing + "\n\n" + text);
            }
        } else if (!mentions.isEmpty()) {
            throw invalid(type + " has no at; use text, markdown or actionCard");
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static void require(JsonNode object, String where, String... fields) throws RejectedException {
        for (String field : fields) {
            if (!object.path(field).isTextual() || object.path(field).asText().isBlank()) {
                throw invalid(where + "." + field + " is missing or not a text");
            }
        }
    }

    private static void requireEach(JsonNode list, String where, String... fields) throws RejectedException {
        for (JsonNode each : list) {
            require(each, where, fields);
        }
    }

    private static RejectedException invalid(String message) {
        return new RejectedException("invalidMessage", message, "Give the message the form that DingTalk's custom robots take", null);
    }
}
