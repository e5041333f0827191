package io.github.dingtalkcamel.tool;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;

/** What a tool takes, as a JSON schema that OpenAPI and MCP both understand: what its own description says, and calls are checked by. */
public final class ToolSchema {

    private final String named;

    /** @param named what precedes the name of a schema in a reference to it */
    public ToolSchema(String named) {
        this.named = named;
    }

    /** The schemas that tools refer to by name, and that of a result, {@code ToolResult}. Refer to each other as OpenAPI's do. */
    public static ObjectNode schemas() {
        return (ObjectNode) OpenApiDocument.packaged().at("/components/schemas");
    }

        /** The object that a tool takes. */
    public ObjectNode of(Tool tool) {
        ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object").put("additionalProperties", tool.isAdded());
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = Json.MAPPER.createArrayNode();
        for (Argument argument : tool.arguments()) {
            properties.set(argument.name(), of(argument));
            if (argument.required()) {
                required.add(argument.name());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private ObjectNode of(Argument argument) {
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

    private ObjectNode object(Argument argument) {
        return argument.schema() == null ? type("object").put("additionalProperties", true)
                : Json.MAPPER.createObjectNode().put("$ref", named + argument.schema());
    }

    private static ObjectNode oneOf(ObjectNode one, ObjectNode other) {
        ObjectNode schema = Json.MAPPER.createObjectNode();
        schema.putArray("oneOf").add(one).add(other);
        return schema;
    }
}
