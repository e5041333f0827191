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

/** Versions of routes that were replaced or deleted: each finishes what is in it, however long that takes, and is then put away. */
final class DrainingRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(DrainingRoutes.class);

    /** How long a route has to be empty: threads of its consumer may have taken a message just before they were told to rest. */
    private static final Duration LINGER = Duration.ofSeconds(3);

    private final LiveContext context;
    private final List<Retired> retired = new ArrayList<>();

    DrainingRoutes(LiveContext context) {
        this.context = context;
    }

    private static final class Retired {
        private final LiveRoute route;
        private final boolean withConsumer;
        private long emptySince;

        Retired(LiveRoute route, boolean withConsumer, long now) {
            this.route = route;
            this.withConsumer = withConsumer;
            this.emptySince = now;
        }
    }

    /**
     * @param withConsumer whether no other version has the route's consumer now
     */
    synchronized void add(LiveRoute route, boolean withConsumer, long nanos) {
        retired.add(new Retired(route, withConsumer, nanos));
    }

    /** Takes back {@link #rest}. */
    static void wake(Consumer consumer) {
        if (consumer instanceof AgentConsumer agent) {
            agent.offerAgain();
        } else if (!ServiceHelper.resumeService(consumer)) {
            ServiceHelper.startService(consumer);
        }
    }

    /** Has the consumer take nothing new, while what it took goes on. */
    static void rest(Consumer consumer) {
        if (consumer == null) {
            return;
        }
        if (consumer instanceof AgentConsumer agent) {
            agent.withdraw();
            return;
        }
        Endpoint endpoint = consumer.getEndpoint();
        // a suspended one of these would answer 503 in place of the new version; a stopped one's requests go on
        boolean atOnce = endpoint.getEndpointUri().startsWith("platform-http:");
        if (!atOnce && consumer instanceof Suspendable && consumer instanceof SuspendableService suspendable) {
            if (!suspendable.isSuspended()) {
                ServiceHelper.suspendService(consumer);
            }
        } else {
            ServiceHelper.stopService(consumer);
        }
    }

    /** Puts away what has been empty long enough. */
    synchronized void tick(long nanos) {
        retired.removeIf(each -> {
            if (!each.route.isEmpty()) {
                each.emptySince = nanos;
                return false;
            }
            return nanos - each.emptySince >= LINGER.toNanos() && putAway(each);
        });
    }

    private boolean putAway(Retired each) {
        LiveRoute route = each.route;
        if (!each.withConsumer && !route.seal()) {
            return false;
        }
        stop(each);
        LOG.debug("The old version of route {} has finished", route.getId());
        return true;
    }

    private void stop(Retired each) {
        try {
            if (each.withConsumer) {
                ServiceHelper.stopAndShutdownService(each.route.getConsumer());
            }
            ServiceHelper.stopAndShutdownServices(each.route.inner());
            for (RoutePolicy policy : each.route.getRoutePolicyList()) {
                context.removeService(policy);
            }
        } catch (Exception e) {
            LOG.warn("The old version of route {} could not be put away: {}", each.route.getId(), e.toString());
        }
    }

    synchronized int size() {
        return retired.size();
    }

    /** The process ends. */
    synchronized void close() {
        retired.forEach(this::stop);
        retired.clear();
    }
}
