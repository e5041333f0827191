package io.github.dingtalkcamel.observe;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.turn.KeyedQueue;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * The health check {@code dingtalk-workers}, which live and ready depend on: DOWN when threads that the application needs have died or are
 * stuck, which only a restart repairs. Slow agents, a slow store and a route that an operator stopped do not count.
 */
public final class WorkerChecks extends AbstractHealthCheck {

    /** Working threads answer within milliseconds; a long pause of the machine must not end the process. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String REMEDY = ". Look for the first ERROR in the log, then restart the process; what was accepted is stored";

    private final BooleanSupplier storeWrites;
    private final WorkerProbe requests;
    private final Map<String, KeyedQueue> queues = new LinkedHashMap<>();
    private final Duration patience;
    private CamelContext context;

    /**
     * @param storeWrites whether the thread that writes the store is there
     * @param requests    runs something on a thread that handles HTTP requests
     */
    public WorkerChecks(BooleanSupplier storeWrites, Executor requests) {
        this(storeWrites, requests, PATIENCE);
    }

    WorkerChecks(BooleanSupplier storeWrites, Executor requests, Duration patience) {
        super("dingtalk", "workers");
        this.storeWrites = storeWrites;
        this.requests = new WorkerProbe(requests);
        this.patience = patience;
    }

    /**
     * Looks after a queue's workers too.
     *
     * @param endpoint the beginning of the URI that its route consumes from
     */
    public WorkerChecks queue(String endpoint, KeyedQueue queue) {
        queues.put(endpoint, queue);
        return this;
    }

    /** Adds the check to the context. */
    public void register(CamelContext toWatch) {
        watch(toWatch);
        HealthCheckHelper.getHealthCheckRegistry(toWatch).register(this);
    }

    void watch(CamelContext toWatch) {
        context = toWatch;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        String trouble = trouble();
        if (trouble == null) {
            builder.up();
        } else {
            builder.message(trouble + REMEDY).down();
        }
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    public boolean isReadiness() {
        return true;
    }

    private String trouble() {
        if (!storeWrites.getAsBoolean()) {
            return "The thread that writes the store has ended: nothing is stored";
        }
        Duration waited = requests.waited();
        if (waited.compareTo(patience) > 0) {
            return "The threads that handle HTTP requests have taken nothing for " + waited.toSeconds() + " s";
        }
        for (Map.Entry<String, KeyedQueue> each : queues.entrySet()) {
            Duration unattended = each.getValue().unattended();
            if (unattended.compareTo(patience) > 0 && isStarted(each.getKey())) {
                return "Messages have waited in " + each.getKey() + " for " + unattended.toSeconds() + " s, and no worker took one";
            }
        }
        return null;
    }

    private boolean isStarted(String endpoint) {
        return context.getRoutes().stream().anyMatch(route -> route.getEndpoint().getEndpointUri().startsWith(endpoint)
                && context.getRouteController().getRouteStatus(route.getRouteId()) == ServiceStatus.Started);
    }
}
