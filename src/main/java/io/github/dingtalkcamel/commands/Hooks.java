package io.github.dingtalkcamel.commands;

import java.util.Comparator;
import java.util.List;

import org.apache.camel.CamelContext;
import org.apache.camel.Route;

/** The routes that listen to events. */
public final class Hooks {

    private static final String EVENTS = "seda://dingtalk-events";

    private final CamelContext context;

    public Hooks(CamelContext context) {
        this.context = context;
    }

    /** A running hook: its route's id and, where its author gave one, what it does. */
    public record Hook(String id, String description) {
    }

    /** Those that run, by id. */
    public List<Hook> running() {
        return context.getRoutes().stream()
                .filter(route -> route.getEndpoint().getEndpointKey().split("\\?")[0].equals(EVENTS))
                .filter(route -> context.getRouteController().getRouteStatus(route.getRouteId()).isStarted())
                .map(route -> new Hook(route.getRouteId(), description(route))).sorted(Comparator.comparing(Hook::id)).toList();
    }

    private static String description(Route route) {
        return route.getDescription() == null ? "" : route.getDescription();
    }
}
