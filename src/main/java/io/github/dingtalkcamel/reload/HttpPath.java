package io.github.dingtalkcamel.reload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.rest.RestDefinition;
import org.apache.camel.model.rest.VerbDefinition;
import org.apache.camel.util.URISupport;

/**
 * The HTTP requests that a route receives: by {@code platform-http:} with its methods, or as an operation of a rest service.
 *
 * @param route    the route's id, or the rest operation
 * @param methods  its methods; empty for all
 * @param segments of its path; one in braces matches any text
 * @param prefix   whether it also matches every path that begins so
 */
record HttpPath(String route, Set<String> methods, List<String> segments, boolean prefix) {

    private static final String SCHEME = "platform-http:";

    /** The HTTP requests of a file's routes and rest services. */
    static List<HttpPath> of(CamelContext context, List<RouteDefinition> routes, RouteBuilder builder) {
        List<HttpPath> paths = new ArrayList<>();
        for (RouteDefinition route : routes) {
            String uri = context.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
            if (uri != null && uri.startsWith(SCHEME)) {
                paths.add(read(route.getId(), uri.substring(SCHEME.length())));
            }
        }
        String root = builder.getRestConfiguration() == null ? null : builder.getRestConfiguration().getContextPath();
        for (RestDefinition rest : builder.getRestCollection().getRests()) {
            for (VerbDefinition verb : rest.getVerbs()) {
                String path = context.resolvePropertyPlaceholders(String.join("/", text(root), text(rest.getPath()), text(verb.getPath())));
                String method = verb.asVerb().toUpperCase(Locale.ROOT);
                paths.add(new HttpPath(verb.getId() == null ? "rest " + method : verb.getId(), Set.of(method), segments(path), false));
            }
        }
        return paths;
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    /** @param rest what follows {@code platform-http:} */
    static HttpPath read(String route, String rest) {
        int query = rest.indexOf('?');
        Map<String, Object> options = options(query < 0 ? "" : rest.substring(query + 1));
        Set<String> methods = new TreeSet<>();
        for (String method : String.valueOf(options.getOrDefault("httpMethodRestrict", "")).split(",")) {
            if (!method.isBlank()) {
                methods.add(method.strip().toUpperCase(Locale.ROOT));
            }
        }
        return new HttpPath(route, methods, segments(query < 0 ? rest : rest.substring(0, query)),
                Boolean.parseBoolean(String.valueOf(options.get("matchOnUriPrefix"))));
    }

    private static Map<String, Object> options(String query) {
        try {
            return URISupport.parseQuery(query);
        } catch (Exception e) {
            // Camel reports what is wrong with it when it creates the endpoint
            return Map.of();
        }
    }

    private static List<String> segments(String path) {
        return Arrays.stream(path.replace("%7B", "{").replace("%7D", "}").split("/")).filter(segment -> !segment.isEmpty()).toList();
    }

    /** Whether a request can match both. */
    boolean overlaps(HttpPath other) {
        if (!methods.isEmpty() && !other.methods.isEmpty() && methods.stream().noneMatch(other.methods::contains)) {
            return false;
        }
        int mine = segments.size();
        int others = other.segments.size();
        if (mine != others && !(prefix && mine < others) && !(other.prefix && others < mine)) {
            return false;
        }
        for (int i = 0; i < Math.min(mine, others); i++) {
            String one = segments.get(i);
            String two = other.segments.get(i);
            if (!one.equals(two) && !isVariable(one) && !isVariable(two)) {
                return false;
            }
        }
        return true;
    }

    /** Whether both match the same paths, regardless of the variables' names, and have a method in common. */
    boolean isSame(HttpPath other) {
        return prefix == other.prefix && overlaps(other) && anonymous().equals(other.anonymous());
    }

    private List<String> anonymous() {
        return segments.stream().map(segment -> isVariable(segment) ? "{}" : segment).toList();
    }

    private static boolean isVariable(String segment) {
        return segment.startsWith("{") || segment.startsWith("*");
    }

    /** As log lines and the documentation name it. */
    @Override
    public String toString() {
        return (methods.isEmpty() ? "" : String.join(",", methods) + " ") + "/" + String.join("/", segments) + (prefix ? "/…" : "");
    }
}
