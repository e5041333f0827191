package io.github.dingtalkcamel.component.message;
import java.io.IOException;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.dingtalkcamel.component.message.BadMessageException.Code;

/**
 * Goes through a body token by token and keeps of it no more than tells its form: what is in a tree could be thirty times as large as
 * what was sent.
 */
final class Skim {

    private final JsonParser parser;
    private final ObjectNode kept = JsonNodeFactory.instance.objectNode();

    Skim(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * The body with nothing in it but {@code encrypt} where it is a string, and the names that tell other forms.
     *
     * @throws BadMessageException where it is empty, no object, or has more after the object
     */
    Body body() throws IOException, BadMessageException {
        JsonToken first = parser.nextToken();
        if (first == JsonToken.START_OBJECT) {
            fields();
        } else if (first != null) {
            parser.skipChildren();
        }
        if (first != null && parser.nextToken() != null) {
            throw new BadMessageException(Code.NOT_JSON, "the body has more after the JSON; it must be one JSON object");
        }
        return Body.of(first == null ? null : first == JsonToken.START_OBJECT ? kept : sample(first));
    }

    private void fields() throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                // of two with one name the last counts
                case "encrypt" -> kept.set(name, value == JsonToken.VALUE_STRING ? TextNode.valueOf(parser.getText()) : NullNode.instance);
                case "msgtype", "msgId", "EventType" -> kept.putNull(name);
                default -> {
                    // neither wanted nor kept
                }
            }
            parser.skipChildren();
        }
    }

    /** Something of the kind, for the text that names it. */
    private static JsonNode sample(JsonToken token) {
        return switch (token) {
            case START_ARRAY -> JsonNodeFactory.instance.arrayNode();
            case VALUE_STRING -> TextNode.valueOf("");
            case VALUE_TRUE, VALUE_FALSE -> BooleanNode.TRUE;
            case VALUE_NULL -> NullNode.instance;
            default -> IntNode.valueOf(0);
        };
    }
}
