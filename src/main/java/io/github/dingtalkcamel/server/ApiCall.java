package io.github.dingtalkcamel.server;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.dingtalkcamel.component.message.StorableText;

/**
 * A request of the API without its body, as one value, so that no header of a client can control a route.
 *
 * @param method the HTTP method in capitals, such as {@code GET}
 * @param path   the decoded parts of the path after {@code /api/dingtalk/}: {@code bindings}, the integration's id, the conversation's
 * @param query  the parameters, each with its first value
 */
public record ApiCall(String method, List<String> path, Map<String, String> query) {

    /** Exchange property that holds the call. */
    public static final String PROPERTY = "CamelDingTalkApiCall";

    static final String ROOT = "/api/dingtalk/";

    private static final int PARAMETERS = 20;

    /**
     * @param rawPath  percent-encoded, so that an id may hold slashes
     * @param rawQuery percent-encoded, or null
     */
    static ApiCall of(String method, String rawPath, String rawQuery) {
        String below = rawPath.startsWith(ROOT) ? rawPath.substring(ROOT.length()) : "";
        Map<String, String> query = new HashMap<>();
        for (String pair : (rawQuery == null ? "" : rawQuery).split("&", PARAMETERS)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                query.putIfAbsent(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        // in a path a plus is a plus
        List<String> path = Arrays.stream(below.split("/")).map(part -> decoded(part.replace("+", "%2B"))).toList();
        return new ApiCall(method, path, query);
    }

    private static String decoded(String text) {
        try {
            return StorableText.of(URLDecoder.decode(text, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** A part of the path, empty where there is none. */
    public String part(int index) {
        return index < path.size() ? path.get(index) : "";
    }

    /** A parameter of the query. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name));
    }
}
