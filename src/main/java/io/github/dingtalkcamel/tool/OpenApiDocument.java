package io.github.dingtalkcamel.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;

/** The OpenAPI document: the tools as they describe themselves, those of users included, then what {@code openapi.json} says of admin. */
public final class OpenApiDocument {

    private static final String RESOURCE = "/openapi.json";

    private final Tools tools;
    private final ObjectNode rest;

    public OpenApiDocument(Tools tools) {
        this.tools = tools;
        try (InputStream file = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
            this.rest = (ObjectNode) Json.MAPPER.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The document, as JSON. */
    public String json() {
        ObjectNode document = rest.deepCopy();
        ObjectNode paths = Json.MAPPER.createObjectNode();
        tools.all().forEach(tool -> paths.putObject("/api/dingtalk/tools/" + tool.wireName()).set("post", operation(tool)));
        paths.setAll((ObjectNode) document.get("paths"));
        document.set("paths", paths);
        return document.toPrettyString();
    }

    private static ObjectNode operation(Tool tool) {
        ObjectNode operation = Json.MAPPER.createObjectNode().put("operationId", tool.wireName());
        operation.putArray("tags").add("tools");
        operation.put("summary", tool.summary()).put("description", tool.description());
        ObjectNode body = operation.putObject("requestBody").put("required", true).putObject("content").putObject("application/json");
        body.set("schema", schema(tool));
        if (tool.example() != null) {
            body.set("example", read(tool.example()));
        }
        operation.set("responses", responses());
        return operation;
    }

    private static ObjectNode schema(Tool tool) {
        ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object").put("additionalProperties", tool.isAdded());
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = Json.MAPPER.createArrayNode();
        for (Argument argument : tool.arguments()) {
            properties.set(argument.name(), schema(argument));
            if (argument.required()) {
                required.add(argument.name());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static ObjectNode schema(Argument argument) {
        ObjectNode schema = switch (argument.kind()) {
            case TEXT -> text(argument);
            case TEXTS -> oneOf(text(argument), list(argument));
            case NUMBER -> {
                ObjectNode number = type("integer").put("minimum", argument.least());
                yield argument.most() == Integer.MAX_VALUE ? number : number.put("maximum", argument.most());
            }
            case WORD -> {
                ObjectNode word = type("string");
                ArrayNode words = word.putArray("enum");
                argument.words().forEach(words::add);
                yield word;
            }
            case OBJECT -> oneOf(object(argument), type("string"));
            case STATE -> type("object").put("additionalProperties", true);
        };
        schema.put("description", argument.description());
        if (argument.usual() != null) {
            schema.set("default", Json.MAPPER.valueToTree(argument.usual()));
        }
        return schema;
    }

    private static ObjectNode type(String type) {
        return Json.MAPPER.createObjectNode().put("type", type);
    }

    private static ObjectNode text(Argument argument) {
        return type("string").put("maxLength", argument.most());
    }

    private static ObjectNode list(Argument argument) {
        ObjectNode list = type("array").put("minItems", 1);
        list.set("items", text(argument));
        return list;
    }

    private static ObjectNode object(Argument argument) {
        return argument.schema() == null ? type("object").put("additionalProperties", true)
                : Json.MAPPER.createObjectNode().put("$ref", "#/components/schemas/" + argument.schema());
    }

    private static ObjectNode oneOf(ObjectNode one, ObjectNode other) {
        ObjectNode schema = Json.MAPPER.createObjectNode();
        schema.putArray("oneOf").add(one).add(other);
        return schema;
    }

    private static ObjectNode responses() {
        Map<String, String> errors = new LinkedHashMap<>();
        errors.put("400", "Something about the request; for a tool with the faulty argument's name");
        errors.put("401", "Missing or wrong token");
        errors.put("403", "Tools and admin are off: dingtalk.api-token is not set");
        errors.put("404", "There is no such thing");
        errors.put("409", "requestId was used with other arguments");
        errors.put("413", "The body is too large");
        errors.put("503", "The store does not answer, or too many calls wait");
        ObjectNode responses = Json.MAPPER.createObjectNode();
        responses.set("200", response("Understood; each result tells what became of one recipient", "ToolResult"));
        errors.forEach((status, description) -> responses.set(status, response(description, "Error")));
        return responses;
    }

    private static ObjectNode response(String description, String schema) {
        ObjectNode response = Json.MAPPER.createObjectNode().put("description", description);
        response.putObject("content").putObject("application/json").putObject("schema").put("$ref", "#/components/schemas/" + schema);
        return response;
    }

    private static JsonNode read(String json) {
        try {
            return Json.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
