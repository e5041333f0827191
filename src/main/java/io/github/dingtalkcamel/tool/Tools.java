package io.github.dingtalkcamel.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.Route;

/**
 * All tools: those of this program, then those that users add by a route from {@code direct:tool-NAME}, while it runs. A name has 1 to 64
 * letters, digits, {@code _} and {@code -}, and begins with a letter; other endpoints can't be called as tools.
 */
public final class Tools {

    private static final String PREFIX = "direct://tool-";
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private final CamelContext context;

    public Tools(CamelContext context) {
        this.context = context;
    }

    /** All tools, this program's first, then the added ones by name. */
    public List<Tool> all() {
        TreeMap<String, Tool> added = new TreeMap<>();
        for (Route route : context.getRoutes()) {
            String uri = route.getEndpoint().getEndpointBaseUri();
            String name = uri.startsWith(PREFIX) ? uri.substring(PREFIX.length()) : "";
            if (NAME.matcher(name).matches() && packaged(name).isEmpty() && isRunning(route)) {
                String description = route.getDescription();
                boolean said = description != null && !description.isBlank();
                added.put(name, Tool.added(name, said ? description.strip() : "Runs route " + route.getId()));
            }
        }
        List<Tool> all = new ArrayList<>(Tool.values());
        all.addAll(added.values());
        return all;
    }

    private boolean isRunning(Route route) {
        var status = context.getRouteController().getRouteStatus(route.getId());
        return status != null && status.isStarted();
    }

    Optional<Tool> named(String name) {
        // most calls are for these, and need no look at all routes
        return packaged(name).or(() -> all().stream().filter(tool -> tool.wireName().equals(name)).findFirst());
    }

    private static Optional<Tool> packaged(String name) {
        return Tool.values().stream().filter(tool -> tool.wireName().equals(name)).findFirst();
    }

    Stream<String> names() {
        return all().stream().map(Tool::wireName);
    }
}
