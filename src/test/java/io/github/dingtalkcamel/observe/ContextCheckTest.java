package io.github.dingtalkcamel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheck.State;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.junit.jupiter.api.Test;

class ContextCheckTest {

    @Test
    void aProcessThatStopsIsAliveAndNotReady() throws Exception {
        Map<String, State> during = new LinkedHashMap<>();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            HealthCheckRegistry checks = HealthCheckHelper.getHealthCheckRegistry(context);
            checks.register(checks.resolveById("context"));
            ContextCheck.register(context, () -> true);
            context.addService(new ServiceSupport() {
                @Override
                protected void doStop() {
                    during.put("live", state(HealthCheckHelper.invokeLiveness(context)));
                    during.put("ready", state(HealthCheckHelper.invokeReadiness(context)));
                    during.put("all", state(HealthCheckHelper.invoke(context)));
                }
            });
            context.start();
            assertThat(state(HealthCheckHelper.invokeLiveness(context))).isEqualTo(State.UP);
            assertThat(state(HealthCheckHelper.invokeReadiness(context))).isEqualTo(State.UP);
        }

        assertThat(during).containsExactly(Map.entry("live", State.UP), Map.entry("ready", State.DOWN), Map.entry("all", State.DOWN));
    }

    @Test
    void aProcessThatLetsNoRequestsThroughIsAliveAndNotReady() throws Exception {
        AtomicBoolean open = new AtomicBoolean();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            ContextCheck.register(context, open::get);
            context.start();
            assertThat(state(HealthCheckHelper.invokeLiveness(context))).isEqualTo(State.UP);
            assertThat(state(HealthCheckHelper.invokeReadiness(context))).isEqualTo(State.DOWN);

            open.set(true);
            assertThat(state(HealthCheckHelper.invokeReadiness(context))).isEqualTo(State.UP);
        }
    }

    private static State state(Collection<HealthCheck.Result> results) {
        assertThat(results).hasSize(1);
        return results.iterator().next().getState();
    }
}
