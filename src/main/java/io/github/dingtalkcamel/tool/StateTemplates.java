package io.github.dingtalkcamel.tool;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.dingtalkcamel.server.ApiException;

/**
 * Resolves <code>{{path.to[0].value}}</code> in every string of a request in its {@code state} (docs/promises.md 7). A string that is
 * nothing but one such path becomes the value itself, lists and objects included; within a text they become JSON. What was put in is not
 * resolved again.
 */
final class StateTemplates {

    private static final Pattern PATH = Pattern.compile("\\{\\{\\s*([^{}]{1,500}?)\\s*}}");
    private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\[(\\d{1,9})]");
    private static final int LARGEST_RESULT = 32 << 20;

    private final JsonNode state;
    private long size;

    StateTemplates(JsonNode state) {
        this.state = state;
    }

    /** A copy with everything resolved. */
    JsonNode resolved(JsonNode node) throws ApiException {
        if (node.isTextual()) {
            return resolved(node.textValue());
        }
        if (node instanceof ArrayNode list) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            for (JsonNode element : list) {
                copy.add(resolved(element));
            }
            return copy;
        }
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                copy.set(field.getKey(), resolved(field.getValue()));
            }
            return copy;
        }
        return node;
    }

    private JsonNode resolved(String text) throws ApiException {
        Matcher path = PATH.matcher(text);
        if (path.matches()) {
            JsonNode value = at(path.group(1));
            return counted(value, value.isTextual() ? value.textValue().length() : value.isValueNode() ? 0 : value.toString().length());
        }
        path.reset();
        StringBuilder resolved = new StringBuilder();
        int from = 0;
        while (path.find()) {
            JsonNode value = at(path.group(1));
            String inserted = value.isTextual() ? value.textValue() : value.isNull() ? "" : value.toString();
            counted(value, inserted.length());
            resolved.append(text, from, path.start()).append(inserted);
            from = path.end();
        }
        return from == 0 ? TextNode.valueOf(text) : TextNode.valueOf(resolved.append(text, from, text.length()).toString());
    }

    /** A small request must not grow into a large one by naming one value many times. */
    private JsonNode counted(JsonNode value, int length) throws ApiException {
        size += length;
        if (size > LARGEST_RESULT) {
            throw ApiException.badRequest("bad_argument", "state: what its values make of the request is larger than 32 MiB");
        }
        return value;
    }

    private JsonNode at(String path) throws ApiException {
        JsonNode value = state;
        int end = 0;
        Matcher step = STEP.matcher(path);
        while (step.find()) {
            String between = path.substring(end, step.start());
            boolean first = end == 0 && step.start() == 0;
            boolean wellFormed = step.group(1) != null ? first || between.equals(".") : between.isEmpty();
            value = !wellFormed ? null : step.group(1) != null ? value.get(step.group(1)) : value.get(Integer.parseInt(step.group(2)));
            end = step.end();
            if (value == null) {
                break;
            }
        }
        if (value == null || end != path.length()) {
            throw ApiException.badRequest("missing_state", "state: {{" + path + "}} is not in it");
        }
        return value;
    }
}
