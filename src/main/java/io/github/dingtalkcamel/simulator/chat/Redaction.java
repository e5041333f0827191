package io.github.dingtalkcamel.simulator.chat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * Recorded requests in a form that may be shown: the application may run its simulator with real credentials. Hidden is the value of
 * each header, parameter and JSON field whose name is that of a credential, and each secret of an app or custom robot in any place.
 *
 * <p>Not promised: that a credential under a name of its own, unknown to the simulator, is found.
 */
final class Redaction {

    static final String HIDDEN = "***";

    private static final String NAMES = "[\\w-]*(?:secret|token|password|ticket|authorization|cookie|signature)|sign|session|code";
    private static final Pattern NAME = Pattern.compile(NAMES, Pattern.CASE_INSENSITIVE);
    private static final Pattern PARAMETER = Pattern.compile("(^|[?&])(" + NAMES + ")=[^&\\s\"]*", Pattern.CASE_INSENSITIVE);
    /** What is shorter than this is found in ordinary words too. */
    private static final int SHORTEST_SECRET = 8;

    private final Platform platform;

    Redaction(Platform platform) {
        this.platform = platform;
    }

    ObjectNode json(RecordedRequest request) {
        List<String> secrets = platform.secrets().stream().filter(secret -> secret.length() >= SHORTEST_SECRET).toList();
        ObjectNode json = Json.object().put("time", request.time().toString()).put("method", request.method())
                .put("path", hide(request.path(), secrets))
                .put("query", request.query() == null ? null : hide(parameters(request.query()), secrets));
        ObjectNode headers = json.putObject("headers");
        request.headers().forEach((name, values) ->
                headers.put(name, NAME.matcher(name).matches() ? HIDDEN : hide(String.join(", ", values), secrets)));
        return json.put("body", hide(body(request.body()), secrets)).put("status", request.status());
    }

    private static String body(String body) {
        ObjectNode object = Json.objectOrNull(body);
        if (object == null) {
            return parameters(body);
        }
        return hideFields(object) ? Json.write(object) : body;
    }

    private static String parameters(String text) {
        return PARAMETER.matcher(text).replaceAll("$1$2=" + HIDDEN.replace("*", "\\*"));
    }

    private static boolean hideFields(JsonNode node) {
        boolean hidden = false;
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (NAME.matcher(field.getKey()).matches() && field.getValue().isValueNode()) {
                    field.setValue(TextNode.valueOf(HIDDEN));
                    hidden = true;
                } else {
                    hidden |= hideFields(field.getValue());
                }
            }
        } else {
            for (JsonNode element : node) {
                hidden |= hideFields(element);
            }
        }
        return hidden;
    }

    private static String hide(String text, List<String> secrets) {
        String shown = text;
        for (String secret : secrets) {
            shown = shown.replace(secret, HIDDEN);
        }
        return shown;
    }
}
