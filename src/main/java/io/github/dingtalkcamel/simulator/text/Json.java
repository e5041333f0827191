package io.github.dingtalkcamel.simulator.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The simulator's reading and writing of JSON. */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The object in the text, or null if it holds anything else. */
    public static ObjectNode objectOrNull(String text) {
        try {
            return MAPPER.readTree(text) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException notJson) {
            return null;
        }
    }

    /** The object in the text; complains about {@code what} if it holds anything else. */
    public static ObjectNode required(String text, String what) {
        ObjectNode object = objectOrNull(text);
        if (object == null) {
            throw new IllegalArgumentException(what + " must be a JSON object");
        }
        return object;
    }

    public static String write(JsonNode node) {
        return node.toString();
    }

    /** The string value of a field, or null if it is missing, null or no scalar. */
    public static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }
}
