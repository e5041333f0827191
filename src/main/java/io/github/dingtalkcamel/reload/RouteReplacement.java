package io.github.dingtalkcamel.reload;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Predicate;
import org.apache.camel.Route;
import org.apache.camel.impl.engine.RouteService;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteDefinitionHelper;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces routes by new versions, all or none. {@link #build} creates the new versions with their producers while the old ones keep
 * running; {@link #start} starts the consumers that are new; {@link #finish} then can't fail. After an exception of the first two,
 * call {@link #undo}.
 */
final class RouteReplacement {

    private static final Logger LOG = LoggerFactory.getLogger(RouteReplacement.class);

    private final LiveContext context;
    private final DrainingRoutes draining;
    private final List<LiveRoute> leaving;
    private final List<Arrival> arriving = new ArrayList<>();
    private final Set<LiveRoute> takenOver = new HashSet<>();
    private final List<Consumer> paused = new ArrayList<>();

    RouteReplacement(LiveContext context, DrainingRoutes draining, List<LiveRoute> leaving) {
        this.context = context;
        this.draining = draining;
        this.leaving = leaving;
    }

    private static final class Arrival {
        private final RouteDefinition definition;
        private final LiveRoute route;
        private final RouteService service;
        /** The old version whose consumer this one takes over. */
        private LiveRoute before;

        Arrival(RouteDefinition definition, LiveRoute route) {
            this.definition = definition;
            this.route = route;
            this.service = new RouteService(route);
        }
    }

    void build(List<RouteDefinition> definitions) throws Exception {
        context.setStartingRoutes(true);
        try {
            for (RouteDefinition definition : definitions) {
                if (isWanted(definition)) {
                    arriving.add(new Arrival(definition, create(definition, definitions)));
                }
            }
            pairUp();
            for (Arrival arrival : arriving) {
                checkInput(arrival);
                ServiceHelper.startService(arrival.route.getEndpoint());
                arrival.service.setUp();
                ServiceHelper.startService(arrival.route.inner());
            }
        } finally {
            context.setStartingRoutes(false);
            context.getCamelContextExtension().createRoute(null);
        }
    }

    private boolean isWanted(RouteDefinition definition) {
        if (definition.getPrecondition() == null) {
            return true;
        }
        Predicate precondition = context.resolveLanguage("simple").createPredicate(definition.getPrecondition());
        return precondition.matches(new DefaultExchange(context));
    }

    private LiveRoute create(RouteDefinition definition, List<RouteDefinition> all) throws Exception {
        String twice = RouteDefinitionHelper.validateUniqueIds(definition, all, definition.getNodePrefixId());
        if (twice != null) {
            throw new IllegalArgumentException("the id " + twice + " occurs twice: give one of the two another");
        }
        if (!definition.isPrepared()) {
            RouteDefinitionHelper.prepareRoute(context, definition);
            definition.markPrepared();
        }
        RouteDefinitionHelper.forceAssignIds(context, definition.getInput());
        RouteDefinitionHelper.forceAssignIds(context, definition);
        context.getCamelContextExtension().createRoute(definition.getRouteId());
        return (LiveRoute) context.getModelReifierFactory().createRoute(context, definition);
    }

    /**
     * Decides which new version takes over which consumer: that of the old version of its id if the endpoint is the same, else any of
     * the same endpoint.
     */
    private void pairUp() {
        for (Arrival arrival : arriving) {
            leaving.stream().filter(old -> old.getId().equals(arrival.route.getId())).findAny().ifPresent(old -> {
                if (!old.isConsuming()) {
                    // it was stopped on purpose: an edit does not start it
                    arrival.route.setAutoStartup(false);
                } else {
                    pair(arrival, old);
                }
            });
        }
        for (Arrival arrival : arriving) {
            if (arrival.before == null) {
                leaving.stream().filter(old -> old.isConsuming() && !takenOver.contains(old))
                        .filter(old -> old.getEndpoint().equals(arrival.route.getEndpoint()))
                        .findFirst().ifPresent(old -> pair(arrival, old));
            }
        }
    }

    private void pair(Arrival arrival, LiveRoute old) {
        if (old.getEndpoint().equals(arrival.route.getEndpoint()) && arrival.service.isAutoStartup() && takenOver.add(old)) {
            arrival.before = old;
            arrival.route.takeOver(old);
        }
    }

    private void checkInput(Arrival arrival) {
        Endpoint input = arrival.route.getEndpoint();
        if (input instanceof MultipleConsumersSupport several && several.isMultipleConsumersSupported()) {
            return;
        }
        for (Arrival other : arriving) {
            if (other != arrival && other.route.getEndpoint().equals(input)) {
                throw taken(arrival.route, other.route);
            }
        }
        for (Route other : context.getRoutes()) {
            if (!leaving.contains(other) && other.getEndpoint().equals(input)) {
                throw taken(arrival.route, other);
            }
        }
    }

    private static IllegalArgumentException taken(Route route, Route other) {
        return new IllegalArgumentException("route " + route.getId() + " consumes from " + route.getEndpoint().getEndpointBaseUri()
                + " as route " + other.getId() + " does, and only one can");
    }

    /** Starts the consumers that are new. If one can't run beside an old one, such as on the same file, the old ones are paused first. */
    void start() {
        try {
            startConsumers();
        } catch (RuntimeException e) {
            LOG.debug("The new consumers can't run beside the old ones: {}", e.toString());
            for (LiveRoute old : leaving) {
                if (!takenOver.contains(old) && old.isConsuming()) {
                    paused.add(old.getConsumer());
                    DrainingRoutes.pause(old.getConsumer());
                }
            }
            startConsumers();
        }
    }

    private void startConsumers() {
        for (Arrival arrival : arriving) {
            if (arrival.before == null && arrival.service.isAutoStartup()) {
                ServiceHelper.startService(arrival.route.getConsumer());
            }
        }
    }

    void finish(long nanos) {
        for (Arrival arrival : arriving) {
            if (arrival.before != null) {
                arrival.route.belong(arrival.route);
                arrival.route.open();
            }
        }
        for (LiveRoute old : leaving) {
            boolean withConsumer = !takenOver.contains(old);
            tolerating("The old version of route " + old.getId() + " was not removed completely", () -> {
                if (withConsumer && old.isConsuming()) {
                    DrainingRoutes.pause(old.getConsumer());
                }
                context.detach(old);
            });
            draining.add(old, withConsumer, nanos);
        }
        for (Arrival arrival : arriving) {
            tolerating("Route " + arrival.route.getId() + " runs, but was not registered completely",
                    () -> context.attach(arrival.definition, arrival.service));
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void tolerating(String what, Step step) {
        try {
            step.run();
        } catch (Exception e) {
            LOG.error("{}: {}", what, e.toString());
        }
    }

    void undo() {
        for (Arrival arrival : arriving) {
            tolerating("A new version that is not used could not be released", () -> {
                if (arrival.before != null) {
                    arrival.before.belong(arrival.before);
                } else {
                    ServiceHelper.stopAndShutdownService(arrival.route.getConsumer());
                }
                ServiceHelper.stopAndShutdownServices(arrival.route.inner());
                for (var policy : arrival.route.getRoutePolicyList()) {
                    context.removeService(policy);
                }
                new UnusedKamelets(context).retire(arrival.route, leaving);
            });
        }
        for (Consumer consumer : paused) {
            tolerating("A consumer did not start again", () -> DrainingRoutes.resume(consumer));
        }
    }
}
