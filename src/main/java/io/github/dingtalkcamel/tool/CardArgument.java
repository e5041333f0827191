package io.github.dingtalkcamel.tool;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.EditDistance;

/**
 * The argument {@code card}, read. Besides our names it takes those of DingTalk's action cards (docs/protocol.md 6.2): {@code text},
 * {@code btns} with {@code actionURL}, {@code singleTitle} with {@code singleURL}, {@code btnOrientation}; and those of DingTalk's card
 * platform (docs/protocol.md 6.5.1): {@code cardTemplateId} for {@code templateId}, {@code cardData.cardParamMap} for {@code params}.
 *
 * @param templateId of the card platform, where it names one
 * @param params     the template's variables beside title, markdown and buttons
 */
record CardArgument(
        Optional<String> title, Optional<String> markdown, Optional<List<Button>> buttons, boolean horizontal, Optional<String> templateId,
        Map<String, String> params) {

    static final List<String> NAMES = List.of("title", "markdown", "text", "buttons", "btns", "singleTitle", "singleURL", "orientation",
            "btnOrientation", "templateId", "params", "cardTemplateId", "cardData");
    static final List<String> BUTTON_NAMES = List.of("title", "url", "actionURL", "action");
    private static final int MOST_BUTTONS = 10;

    static CardArgument of(ToolCall call) throws ApiException {
        ObjectNode card = call.object("card").orElse(null);
        if (card == null) {
            return new CardArgument(call.text("title"), call.text("markdown"), Optional.empty(), false, Optional.empty(), Map.of());
        }
        only("card", card, NAMES);
        List<Button> buttons = new ArrayList<>();
        if (card.has("singleTitle") || card.has("singleURL")) {
            buttons.add(new Button(text(card, "card.singleTitle", "singleTitle", 100).orElse(""),
                    url(text(card, "card.singleURL", "singleURL", 2_000).orElse(""), "card.singleURL"), null));
            if (buttons.get(0).title().isEmpty()) {
                throw ToolCalls.bad("card.singleTitle", "is missing: it must say what the button says");
            }
        }
        JsonNode list = card.has("buttons") ? card.get("buttons") : card.get("btns");
        if (list != null && !list.isNull()) {
            read(list, buttons);
        }
        String orientation = text(card, "card.orientation", "orientation", 20)
                    .or(() -> Optional.of(card.path("btnOrientation").asText().equals("1") ? "horizontal" : "vertical")).get();
        if (!orientation.equals("horizontal") && !orientation.equals("vertical")) {
            throw ToolCalls.bad("card.orientation", "must be vertical or horizontal");
        }
        return new CardArgument(text(card, "card.title", "title", 200).or(() -> call.text("title")),
                text(card, "card.markdown", "markdown", 200_000).or(() -> Optional.ofNullable(card.get("text")).map(JsonNode::textValue))
                        .or(() -> call.text("markdown")),
                list == null && buttons.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(buttons)), orientation.equals("horizontal"),
                templateId(card), params(card));
    }

    private static Optional<String> templateId(ObjectNode card) throws ApiException {
        Optional<String> ours = text(card, "card.templateId", "templateId", 100);
        Optional<String> dingTalks = text(card, "card.cardTemplateId", "cardTemplateId", 100);
        if (ours.isPresent() && dingTalks.isPresent() && !ours.equals(dingTalks)) {
            throw ToolCalls.bad("card", "must have one of templateId and cardTemplateId, which mean the same");
        }
        return ours.or(() -> dingTalks);
    }

    private static Map<String, String> params(ObjectNode card) throws ApiException {
        ObjectNode ours = object(card, "card.params", "params");
        ObjectNode cardData = object(card, "card.cardData", "cardData");
        if (cardData == null) {
            return ours == null ? Map.of() : RobotTemplates.texts(ours);
        }
        only("card.cardData", cardData, List.of("cardParamMap"));
        ObjectNode dingTalks = object(cardData, "card.cardData.cardParamMap", "cardParamMap");
        if (dingTalks == null) {
            throw ToolCalls.bad("card.cardData", "must have cardParamMap, an object with the variables of the card's template");
        }
        if (ours != null) {
            throw ToolCalls.bad("card", "must have one of params and cardData.cardParamMap, which mean the same");
        }
        return RobotTemplates.texts(dingTalks);
    }

    /** An object, or a text that holds one as JSON; null where there is none. */
    private static ObjectNode object(ObjectNode in, String shown, String name) throws ApiException {
        JsonNode value = in.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        ObjectNode object = ToolCalls.object(value);
        if (object == null) {
            throw ToolCalls.bad(shown, "must be an object, or a text that holds one as JSON");
        }
        return object;
    }

    private static void read(JsonNode list, List<Button> buttons) throws ApiException {
        if (!list.isArray() || list.size() > MOST_BUTTONS) {
            throw ToolCalls.bad("card.buttons", "must be a list of at most " + MOST_BUTTONS + " buttons");
        }
        Set<String> actions = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String name = "card.buttons[" + i + "]";
            if (!(list.get(i) instanceof ObjectNode button)) {
                throw ToolCalls.bad(name, "must be an object with title, and url or action");
            }
            only(name, button, BUTTON_NAMES);
            String title = text(button, name + ".title", "title", 100)
                    .orElseThrow(() -> ToolCalls.bad(name + ".title", "is missing: it must say what the button says"));
            Optional<String> action = text(button, name + ".action", "action", 100);
            Optional<String> url = text(button, name + ".url", button.has("url") ? "url" : "actionURL", 2_000);
            if (action.isPresent() == url.isPresent()) {
                throw ToolCalls.bad(name, "must have url, which it opens, or action, which it calls back with");
            }
            if (action.isPresent() && !actions.add(action.get())) {
                throw ToolCalls.bad(name + ".action", "must differ from those of the other buttons");
            }
            buttons.add(new Button(title, url.isPresent() ? url(url.get(), name + ".url") : null, action.orElse(null)));
        }
    }

    private static void only(String what, ObjectNode object, List<String> names) throws ApiException {
        for (Iterator<String> given = object.fieldNames(); given.hasNext();) {
            String name = given.next();
            if (!names.contains(name)) {
                throw ToolCalls.bad(what, "has no " + (name.length() > 60 ? name.substring(0, 60) + "…" : name)
                        + EditDistance.nearest(name, names.stream()).map(near -> ": did you mean " + near + "?").orElse(".")
                        + " It has " + String.join(", ", names));
            }
        }
    }

    private static Optional<String> text(ObjectNode object, String shown, String name, int most) throws ApiException {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual() || value.textValue().isBlank() || value.textValue().length() > most) {
            throw ToolCalls.bad(shown, "must be a text of 1 to " + most + " characters");
        }
        return Optional.of(value.textValue());
    }

    private static String url(String text, String shown) throws ApiException {
        try {
            String scheme = URI.create(text).getScheme();
            if (scheme != null && Set.of("http", "https", "dingtalk").contains(scheme.toLowerCase(Locale.ROOT))) {
                return text;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw ToolCalls.bad(shown, "must be an address that begins with https://, http:// or dingtalk://");
    }

    boolean callsBack() {
        return buttons.orElse(List.of()).stream().anyMatch(button -> button.action() != null);
    }
}
