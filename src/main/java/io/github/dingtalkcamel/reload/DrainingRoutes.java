package io.github.dingtalkcamel.reload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.agent.AgentConsumer;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Suspendable;
import org.apache.camel.SuspendableService;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Old versions of routes that were replaced or deleted: each finishes the messages in it, however long that takes, and is then stopped. */
final class DrainingRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(DrainingRoutes.class);

    /** How long a route must have been empty: a thread of its consumer may have received a message just before it was paused. */
    private static final Duration EMPTY_FOR = Duration.ofSeconds(3);

    private final LiveContext context;
    private final UnusedKamelets unusedKamelets;
    private final List<Draining> draining = new ArrayList<>();

    DrainingRoutes(LiveContext context) {
        this.context = context;
        this.unusedKamelets = new UnusedKamelets(context);
    }

    private static final class Draining {
        private final LiveRoute route;
        private final boolean withConsumer;
        private long emptySince;

        Draining(LiveRoute route, boolean withConsumer, long now) {
            this.route = route;
            this.withConsumer = withConsumer;
            this.emptySince = now;
        }
    }

    /**
     * @param withConsumer whether the route still owns its consumer; false if a newer version took it over
     */
    synchronized void add(LiveRoute route, boolean withConsumer, long nanos) {
        draining.add(new Draining(route, withConsumer, nanos));
    }

    /** Undoes {@link #pause}. */
    static void resume(Consumer consumer) {
        if (consumer instanceof AgentConsumer agent) {
            agent.offerAgain();
        } else if (!ServiceHelper.resumeService(consumer)) {
            ServiceHelper.startService(consumer);
        }
    }

    /** Makes the consumer receive nothing more; messages that it has received are finished. */
    static void pause(Consumer consumer) {
        if (consumer == null) {
            return;
        }
        if (consumer instanceof AgentConsumer agent) {
            agent.withdraw();
            return;
        }
        Endpoint endpoint = consumer.getEndpoint();
        // while suspended it would answer 503 in place of the new version; after a stop its running requests are still answered
        boolean atOnce = endpoint.getEndpointUri().startsWith("platform-http:");
        if (!atOnce && consumer instanceof Suspendable && consumer instanceof SuspendableService suspendable) {
            if (!suspendable.isSuspended()) {
                ServiceHelper.suspendService(consumer);
            }
        } else {
            ServiceHelper.stopService(consumer);
        }
    }

    /** Stops the versions that have been empty long enough. */
    synchronized void tick(long nanos) {
        draining.removeIf(each -> {
            if (!each.route.isEmpty()) {
                each.emptySince = nanos;
                return false;
            }
            return nanos - each.emptySince >= EMPTY_FOR.toNanos() && finished(each);
        });
    }

    private boolean finished(Draining each) {
        LiveRoute route = each.route;
        if (!each.withConsumer && !route.seal()) {
            return false;
        }
        stop(each);
        unusedKamelets.retire(route, draining.stream().filter(other -> other != each).map(other -> other.route).toList());
        LOG.debug("The old version of route {} has finished", route.getId());
        return true;
    }

    private void stop(Draining each) {
        try {
            if (each.withConsumer) {
                ServiceHelper.stopAndShutdownService(each.route.getConsumer());
            }
            ServiceHelper.stopAndShutdownServices(each.route.inner());
            for (RoutePolicy policy : each.route.getRoutePolicyList()) {
                context.removeService(policy);
            }
        } catch (Exception e) {
            LOG.warn("The old version of route {} could not be stopped completely: {}", each.route.getId(), e.toString());
        }
    }

    /** Stops them all, since the process ends. */
    synchronized void close() {
        draining.forEach(this::stop);
        draining.clear();
    }
}
