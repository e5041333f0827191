package io.github.dingtalkcamel.component.model;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import io.github.dingtalkcamel.component.json.Json;

/**
 * The JSON schema of a tool's arguments: {@code type} (object, array, string, integer, number, boolean), {@code description},
 * {@code properties}, {@code required}, {@code items} and {@code enum}; its {@code title} is shown to people while the tool runs.
 * Other keywords would not reach the model, and are refused.
 */
final class ToolSchema {

    private static final List<String> KNOWN = List.of("type", "description", "properties", "required", "items", "enum",
            "additionalProperties",
            "title", "$schema");

    private ToolSchema() {
    }

    /** @throws IllegalArgumentException where it is no such schema; the message says what is wrong */
    static JsonObjectSchema parse(String text) {
        if (text.isBlank()) {
            return JsonObjectSchema.builder().build();
        }
        try {
            JsonNode schema = Json.MAPPER.readTree(text);
            if (!schema.isObject() || !"object".equals(schema.path("type").asText("object"))) {
                throw new IllegalArgumentException("the schema must be a JSON object with \"type\": \"object\"");
            }
            return object(schema);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the schema is no JSON: " + e.getOriginalMessage());
        }
    }

    /** What the schema calls the tool's work, for people; empty where it has no title. */
    static String title(String text) {
        try {
            return text.isBlank() ? "" : Json.MAPPER.readTree(text).path("title").asText("");
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    private static JsonObjectSchema object(JsonNode schema) {
        checkKeywords(schema);
        JsonObjectSchema.Builder builder = JsonObjectSchema.builder().description(description(schema));
        schema.path("properties").properties().forEach(each -> builder.addProperty(each.getKey(), element(each.getKey(), each.getValue())));
        builder.required(strings(schema.path("required")));
        return builder.build();
    }

    private static JsonSchemaElement element(String name, JsonNode schema) {
        checkKeywords(schema);
        if (schema.has("enum")) {
            return JsonEnumSchema.builder().description(description(schema)).enumValues(strings(schema.get("enum"))).build();
        }
        return switch (schema.path("type").asText()) {
            case "string" -> JsonStringSchema.builder().description(description(schema)).build();
            case "integer" -> JsonIntegerSchema.builder().description(description(schema)).build();
            case "number" -> JsonNumberSchema.builder().description(description(schema)).build();
            case "boolean" -> JsonBooleanSchema.builder().description(description(schema)).build();
            case "array" -> JsonArraySchema.builder().description(description(schema)).items(element(name, schema.path("items"))).build();
            case "object" -> object(schema);
            default -> throw new IllegalArgumentException("the type of " + name
                    + " must be string, integer, number, boolean, array or object");
        };
    }

    private static void checkKeywords(JsonNode schema) {
        schema.fieldNames().forEachRemaining(keyword -> {
            if (!KNOWN.contains(keyword)) {
                throw new IllegalArgumentException("the keyword " + keyword + " is not taken here; those that are: " + String.join(", ",
                        KNOWN));
            }
        });
    }

    private static String description(JsonNode schema) {
        return schema.path("description").asText(null);
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(each -> strings.add(each.asText()));
        return strings;
    }
}
