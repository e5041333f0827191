package io.github.dingtalkcamel.observe;

import java.util.Map;
import java.util.function.BooleanSupplier;

import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Whether the application runs. Takes the place of Camel's own check of that name, by which a process that stops is not alive: an
 * orchestrator that asks meanwhile would kill it, and with it the turns that have {@code dingtalk.shutdown-timeout} to end. While it stops
 * it is alive and not ready. Camel calls itself started a moment before requests are let through: until then it is not ready either.
 */
final class ContextCheck extends AbstractHealthCheck {

    private static final String ID = "context";

    private final BooleanSupplier open;

    private ContextCheck(BooleanSupplier open) {
        super("camel", ID);
        this.open = open;
    }

    /** Adds the check to the context, in place of Camel's. @param open whether requests of others are let through */
    static void register(CamelContext context, BooleanSupplier open) {
        HealthCheckRegistry checks = HealthCheckHelper.getHealthCheckRegistry(context);
        checks.getCheck(ID).ifPresent(checks::unregister);
        checks.register(new ContextCheck(open));
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        CamelContext context = getCamelContext();
        ServiceStatus status = context.getStatus();
        builder.detail("context.name", context.getName());
        builder.detail("context.version", context.getVersion());
        builder.detail("context.status", status);
        boolean stops = status.isStopping() || status.isStopped();
        boolean runs = status.isStarted();
        boolean live = options.get(HealthCheck.CHECK_KIND) == HealthCheck.Kind.LIVENESS;
        if (runs && open.getAsBoolean() || live && (runs || stops)) {
            builder.up();
        } else {
            builder.message(stops ? "The application is stopping: what is not done yet is stored for its next start"
                    : "The application is starting or stopping: it lets no requests through").down();
        }
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    public int getOrder() {
        return HIGHEST;
    }
}
