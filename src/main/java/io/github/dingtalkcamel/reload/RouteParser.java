package io.github.dingtalkcamel.reload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.encoding.LostVariables;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesBuilderLoader;
import org.apache.camel.support.PluginHelper;

/** Parses a route file, and describes what is wrong with it. */
final class RouteParser {

    private static final Pattern STEP = Pattern.compile(">>> (.*?) <<<", Pattern.DOTALL);

    private final CamelContext context;
    private final LostVariables lostVariables;

    RouteParser(CamelContext context) {
        this(context, LostVariables.ofThisProcess());
    }

    RouteParser(CamelContext context, LostVariables lostVariables) {
        this.context = context;
        this.lostVariables = lostVariables;
    }

    /** Parses the file into a builder. The steps are parsed only when the builder configures its routes. */
    RouteConfigurationBuilder parse(RouteFile file) throws Exception {
        if (file.text().lines().map(String::strip).allMatch(line -> line.isEmpty() || line.startsWith("#") || line.equals("---"))) {
            throw empty(file);
        }
        Optional<String> lost = lostVariables.usedIn(file.text());
        if (lost.isPresent()) {
            throw new BadRoutesException(file.shown() + " " + lost.get(), null);
        }
        // by the name Camel would choose the loader by everything after the first dot
        RoutesBuilderLoader loader = PluginHelper.getRoutesLoader(context).getRoutesLoader("yaml");
        Resource resource = file.resource();
        loader.preParseRoute(resource);
        RoutesBuilder builder = loader.loadRoutesBuilder(resource);
        if (builder instanceof RouteConfigurationBuilder routes) {
            routes.setResource(resource);
            return routes;
        }
        throw empty(file);
    }

    /**
     * The routes of a builder that has configured them. Refuses a file without any, and gives routes without an id one that stays the
     * same.
     */
    static List<RouteDefinition> routes(RouteFile file, RouteConfigurationBuilder builder) {
        List<RouteDefinition> routes = builder.getRouteCollection().getRoutes();
        if (routes.isEmpty() && builder.getRouteConfigurationCollection().getRouteConfigurations().isEmpty()
                && !hasMore(builder) && !hasBeans(file)) {
            throw empty(file);
        }
        int nameless = 0;
        for (RouteDefinition route : routes) {
            if (route.getId() == null) {
                route.setId(file.stem() + "-route" + ++nameless);
            }
        }
        return routes;
    }

    /** Whether it has parts that can only be loaded at the start: rest services, their configuration, and templates. */
    static boolean hasMore(RouteBuilder builder) {
        return !builder.getRestCollection().getRests().isEmpty() || builder.getRestConfiguration() != null
                || !builder.getRouteTemplateCollection().getRouteTemplates().isEmpty()
                || !builder.getTemplatedRouteCollection().getTemplatedRoutes().isEmpty();
    }

    static boolean hasBeans(RouteFile file) {
        return file.text().contains("beans:");
    }

    private static BadRoutesException empty(RouteFile file) {
        return new BadRoutesException(file.shown()
                + " has no routes: begin with \"- route:\", as the packaged files do, or delete it", null);
    }

    /** Describes in one line what is wrong with a file: its name, the line where that is known, and the reason. */
    static String describe(RouteFile file, List<RouteDefinition> routes, Throwable failure) {
        List<String> reasons = new ArrayList<>();
        String where = file.shown();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BadRoutesException) {
                return cause.getMessage();
            }
            if (cause instanceof FailedToCreateRouteException failed) {
                where = place(file, routes, failed.getRouteId(), failed.getMessage());
                reasons.clear();
            } else if (cause instanceof FailedToStartRouteException failed) {
                where = place(file, routes, failed.getRouteId(), "");
                reasons.clear();
            } else if (cause.getMessage() != null) {
                reasons.add(cause.getMessage());
            }
        }
        String reason = reasons.isEmpty() ? String.valueOf(failure.getMessage()) : reasons.get(reasons.size() - 1);
        // Camel's messages contain endpoints with the values of their placeholders
        return KnownSecrets.clean(where + ": " + reason.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /** File, line and route; the line is that of the step that can't be built where it is known, else of the route. */
    private static String place(RouteFile file, List<RouteDefinition> routes, String id, String message) {
        Matcher step = STEP.matcher(message);
        String failing = step.find() ? step.group(1) : null;
        int line = -1;
        for (RouteDefinition route : routes) {
            if (route.getId().equals(id)) {
                line = route.getInput().getLineNumber();
                for (ProcessorDefinition<?> output : route.getOutputs()) {
                    if (output.toString().equals(failing) && output.getLineNumber() > 0) {
                        line = output.getLineNumber();
                    }
                }
            }
        }
        return file.shown() + (line > 0 ? ":" + line : "") + ": route " + id;
    }
}
