package io.github.dingtalkcamel.observe;

import java.util.Map;

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
 * it is alive and not ready.
 */
final class ContextCheck extends AbstractHealthCheck {

    private static final String ID = "context";

    ContextCheck() {
        super("camel", ID);
    }

    /** Adds the check to the context, in place of Camel's. */
    static void register(CamelContext context) {
        HealthCheckRegistry checks = HealthCheckHelper.getHealthCheckRegistry(context);
        checks.getCheck(ID).ifPresent(checks::unregister);
        checks.register(new ContextCheck());
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        CamelContext context = getCamelContext();
        ServiceStatus status = context.getStatus();
        builder.detail("context.name", context.getName());
        builder.detail("context.version", context.getVersion());
        builder.detail("context.status", status);
        boolean stops = status.isStopping() || status.isStopped();
        if (status.isStarted() || stops && options.get(HealthCheck.CHECK_KIND) == HealthCheck.Kind.LIVENESS) {
            builder.up();
        } else {
            builder.message(stops ? "The application is stopping: what is not done yet is stored for its next start"
                    : "The application is starting: wait until its log has the banner").down();
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
