package io.github.dingtalkcamel.component.dingtalk;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.dingtalkcamel.component.stream.ConnectionStatus;
import io.github.dingtalkcamel.component.stream.StreamConnections;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** A consumer is ready while each of its apps has a connection that can receive. */
final class StreamHealthCheck extends AbstractHealthCheck {

    private final Supplier<List<StreamConnections>> connections;

    StreamHealthCheck(String routeId, Supplier<List<StreamConnections>> connections) {
        super("camel", "dingtalk-" + routeId);
        this.connections = connections;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.up();
        for (StreamConnections each : connections.get()) {
            if (each.connected() == 0) {
                builder.down().message("App " + each.app().name() + " has no Stream connection. " + each.statuses().stream()
                        .map(ConnectionStatus::remedy)
                        .filter(Objects::nonNull).findFirst().orElse("It is tried again until it works"));
            }
        }
    }

    @Override
    public boolean isLiveness() {
        return false;
    }
}
