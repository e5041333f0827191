package io.github.dingtalkcamel.component.message;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.text.Truncation;

/**
 * The text of an interactive card, in the shapes seen in the field; no document describes them. The first that holds any text counts:
 * {@code cardContent}, a tree of elements with {@code value}; {@code cardData.cardParamMap}, the card's variables; {@code content};
 * {@code biz_custom_action_url}, the address of a shared document; {@code title}. Each may be JSON within a string.
 *
 * <p>Never fails: what cannot be read counts as absent. Depth, elements, texts and characters have bounds; what exceeds them is left out.
 */
public final class CardText {

    private static final int MOST_CHARACTERS = 20_000;
    private static final int MOST_TEXTS = 500;
    private static final int MOST_NODES = 5_000;
    /** Levels of nesting, and of JSON within strings, together. */
    private static final int MOST_DEPTH = 40;
    /** Elements whose value is an address or an id of a file, not a text. */
    private static final Set<String> NO_TEXT = Set.of("image", "img", "picture", "icon", "avatar", "video", "audio", "divider");

    private final Set<String> texts = new LinkedHashSet<>();
    private int characters;
    private int nodes;

    private CardText() {
    }

    /** Empty where there is none. */
    static String of(JsonNode content) {
        JsonNode card = unwrapped(content);
        if (card == null || card.isNull() || card.isMissingNode()) {
            return "";
        }
        if (!(card instanceof ObjectNode object)) {
            return elements(card);
        }
        String text = elements(object.path("cardContent"));
        if (text.isBlank()) {
            text = params(unwrapped(unwrapped(object.path("cardData")).path("cardParamMap")));
        }
        if (text.isBlank()) {
            text = elements(object.path("content"));
        }
        for (String name : new String[] {"biz_custom_action_url", "title"}) {
            if (text.isBlank() && object.path(name).isTextual()) {
                text = elements(object.path(name));
            }
        }
        return text;
    }

    /** The text of a card's variables: the title first, then all others that people read, in their order. Empty where there is none. */
    public static String ofParams(Map<String, String> params) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        params.forEach(object::put);
        return params(object);
    }

    private static String params(JsonNode params) {
        if (!(params instanceof ObjectNode object)) {
            return elements(params);
        }
        CardText card = new CardText();
        card.param("title", object.path("title"));
        object.properties().forEach(each -> card.param(each.getKey(), each.getValue()));
        return card.joined();
    }

    /** What templates are steered with is no text: {@code sys_…} variables, states and switches. */
    private void param(String name, JsonNode value) {
        if (name.startsWith("sys_") || name.equals("flowStatus")) {
            return;
        }
        JsonNode read = unwrapped(value);
        if (read.isContainerNode()) {
            walk(read, 1);
        } else if (!read.isBoolean() && !read.asText().equals("true") && !read.asText().equals("false")) {
            add(read.asText());
        }
    }

    /** A plain text, or the values of a tree of elements. */
    private static String elements(JsonNode node) {
        JsonNode read = unwrapped(node);
        CardText card = new CardText();
        if (read.isContainerNode()) {
            card.walk(read, 0);
        } else if (read.isTextual()) {
            card.add(read.textValue());
        }
        return card.joined();
    }

    private void walk(JsonNode node, int depth) {
        if (depth > MOST_DEPTH || ++nodes > MOST_NODES) {
            return;
        }
        if (node instanceof ObjectNode object) {
            JsonNode value = unwrapped(object.path("value"));
            if (value.isValueNode() && !value.isNull() && !value.isBoolean() && !NO_TEXT.contains(object.path("type").asText())) {
                add(value.asText());
            } else if (value.isContainerNode()) {
                walk(value, depth + 1);
            }
            object.properties().forEach(each -> {
                if (each.getValue().isContainerNode() && !each.getKey().equals("value")) {
                    walk(each.getValue(), depth + 1);
                }
            });
        } else {
            for (JsonNode item : node) {
                JsonNode read = unwrapped(item);
                if (read.isContainerNode()) {
                    walk(read, depth + 1);
                }
            }
        }
    }

    private void add(String text) {
        String storable = Blanks.trim(StorableText.of(text));
        if (storable.isEmpty() || texts.size() >= MOST_TEXTS || characters >= MOST_CHARACTERS || texts.contains(storable)) {
            return;
        }
        String cut = Truncation.of(storable, MOST_CHARACTERS - characters);
        characters += cut.length();
        texts.add(cut);
    }

    private String joined() {
        return String.join("\n", texts);
    }

    /** JSON within a string becomes that JSON; any other string stays. */
    private static JsonNode unwrapped(JsonNode node) {
        if (node != null && node.isTextual()) {
            String text = node.textValue().stripLeading();
            if (text.startsWith("{") || text.startsWith("[")) {
                try {
                    return Body.anyJson(text);
                } catch (BadMessageException e) {
                    return node;
                }
            }
        }
        return node;
    }
}
