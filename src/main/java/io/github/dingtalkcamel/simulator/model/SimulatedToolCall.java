package io.github.dingtalkcamel.simulator.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * Which tool the simulated model calls, and how: the first that is offered, where the user's text has a number in it, such as an order's.
 * Each argument that is required becomes that number.
 */
final class SimulatedToolCall {

    private static final Pattern NUMBER = Pattern.compile("[A-Za-z]{0,4}-?\\d[\\w-]*");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");

    private SimulatedToolCall() {
    }

    /** Whether it calls a tool without being asked to: the last text is a user's, with a number, and a tool wants an argument. */
    static boolean isWanted(ObjectNode body) {
        JsonNode messages = body.path("messages");
        JsonNode last = messages.path(messages.size() - 1);
        return "user".equals(Json.text(last, "role")) && isOffered(body) && body.at("/tools/0/function/parameters/required").size() > 0
                && NUMBER.matcher(last.path("content").asText("")).find();
    }

    static boolean isOffered(ObjectNode body) {
        return body.path("tools").path(0).has("function");
    }

    /** The arguments as JSON text. */
    static String arguments(ObjectNode body) {
        JsonNode messages = body.path("messages");
        String text = "";
        for (JsonNode message : messages) {
            if ("user".equals(Json.text(message, "role"))) {
                text = message.path("content").asText("");
            }
        }
        Matcher number = NUMBER.matcher(text);
        ObjectNode arguments = Json.object();
        if (number.find()) {
            for (JsonNode required : body.at("/tools/0/function/parameters/required")) {
                if (WHOLE.matcher(number.group()).matches() && !"string".equals(body.at("/tools/0/function/parameters/properties")
                        .path(required.asText()).path("type").asText())) {
                    arguments.put(required.asText(), Integer.parseInt(number.group()));
                } else {
                    arguments.put(required.asText(), number.group());
                }
            }
        }
        return Json.write(arguments);
    }
}
