package io.github.dingtalkcamel.robot;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.outbound.DingTalkJson;
import io.github.dingtalkcamel.outbound.RejectedException;

/**
 * A message in the form that custom robots take (protocol 6.2), checked: text, link, markdown, actionCard or feedCard, with its mandatory fields, at most
 * 50 people in {@code at} and 20,000 bytes. Whom {@code at} names and the text does not is added to the text, since else DingTalk shows no mention.
 */
record WebhookMessage(String json) {

    /** What {@code msgUuid} adds to the body. */
    private static final int MAX_BYTES = 20_000 - 64;
    private static final int MAX_AT = 50;
    private static final List<String> TYPES = List.of("text", "link", "markdown", "actionCard", "feedCard");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param  body              a map, a JSON tree, or JSON text
     * @throws RejectedException code {@code invalidMessage}, where DingTalk would refuse it
     */
    static WebhookMessage of(Object body) throws RejectedException {
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
            default -> throw invalid("msgtype is " + (type.isEmpty() ? "missing" : "\"" + (type.length() > 40 ? type.substring(0, 40) : type) + "\"")
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
    static JsonNode withUuid(String json, String msgUuid) {
        try {
            return ((ObjectNode) JSON.readTree(json)).put("msgUuid", msgUuid);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The store holds a message that is not JSON", e);
        }
    }

    private static JsonNode tree(Object body) throws RejectedException {
        try {
            // never the caller's own tree, since at may change it
            return body instanceof String text ? JSON.readTree(text) : JSON.valueToTree(body).deepCopy();
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw invalid("A custom robot's message is a JSON object, but this is not JSON");
        }
    }

    private static void mention(ObjectNode message, String type, JsonNode content) throws RejectedException {
        JsonNode at = message.path("at");
        Set<String> named = new LinkedHashSet<>();
        at.path("atUserIds").forEach(id -> named.add(id.asText()));
        at.path("atMobiles").forEach(mobile -> named.add(mobile.asText()));
        if (named.size() > MAX_AT) {
            throw invalid("at names " + named.size() + " people, and " + MAX_AT + " is the most");
        }
        String field = type.equals("text") ? "content" : "text";
        if (type.equals("text") || type.equals("markdown") || type.equals("actionCard")) {
            StringBuilder text = new StringBuilder(content.path(field).asText());
            named.stream().filter(id -> !mentions(text, id)).forEach(id -> text.append(" @").append(id));
            ((ObjectNode) content).put(field, text.toString());
        } else if (!named.isEmpty() || at.path("isAtAll").asBoolean()) {
            throw invalid(type + " has no at; use text, markdown or actionCard");
        }
    }

    /** Whether the text mentions this one, and not only somebody whose id begins alike. */
    private static boolean mentions(CharSequence text, String id) {
        String all = text.toString();
        for (int at = all.indexOf("@" + id); at >= 0; at = all.indexOf("@" + id, at + 1)) {
            int end = at + 1 + id.length();
            if (end == all.length() || !Character.isLetterOrDigit(all.charAt(end)) && all.charAt(end) != '_' && all.charAt(end) != '-') {
                return true;
            }
        }
        return false;
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
