package io.github.dingtalkcamel.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;

/** The OpenAPI document: the tools as they describe themselves, those of users included, then what {@code openapi.json} says of admin. */
public final class OpenApiDocument {

    private static final String RESOURCE = "/openapi.json";

    private final Tools tools;
    private final ToolSchema schema = new ToolSchema("#/components/schemas/");
    private final ObjectNode rest;

    public OpenApiDocument(Tools tools) {
        this.tools = tools;
        this.rest = packaged();
    }

    /** What the file of this program holds: admin, and the schemas that tools refer to by name. */
    static ObjectNode packaged() {
        try (InputStream file = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
            return (ObjectNode) Json.MAPPER.readTree(file);
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

    private ObjectNode operation(Tool tool) {
        ObjectNode operation = Json.MAPPER.createObjectNode().put("operationId", tool.wireName());
        operation.putArray("tags").add("tools");
        operation.put("summary", tool.summary()).put("description", tool.description());
        ObjectNode body = operation.putObject("requestBody").put("required", true).putObject("content").putObject("application/json");
        body.set("schema", schema.of(tool));
        if (tool.example() != null) {
            body.set("example", read(tool.example()));
        }
        operation.set("responses", responses());
        return operation;
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
        responses.set("200", response("Understood; each result has the outcome for one recipient", "ToolResult"));
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
