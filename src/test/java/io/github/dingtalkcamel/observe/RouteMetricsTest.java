package io.github.dingtalkcamel.observe;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;
import java.util.TreeMap;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** Our meters of routes beside Camel's. */
class RouteMetricsTest {

    /** Meters and what they count, times aside. */
    private static Map<String, Double> counts(MicrometerRoutePolicyFactory factory) throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind(MicrometerConstants.METRICS_REGISTRY_NAME, registry);
            factory.setCamelContext(context);
            context.addRoutePolicyFactory(factory);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:outer").routeId("outer").to("direct:inner");
                    from("direct:inner").routeId("inner").onException(IllegalArgumentException.class).handled(true).end()
                            .process(exchange -> {
                                Object body = exchange.getMessage().getBody();
                                if (body instanceof Exception failure) {
                                    throw failure;
                                }
                            });
                    from("direct:unused").routeId("unused").to("log:unused");
                }
            });
            context.getCamelContextExtension().setName("metered");
            context.start();
            for (Object body : new Object[] {"fine", "fine", new IllegalArgumentException("handled"),
                    new IllegalStateException("failed")}) {
                context.createProducerTemplate().send("direct:outer", exchange -> exchange.getMessage().setBody(body));
            }
            context.createProducerTemplate().sendBody("direct:inner", "fine");
            Map<String, Double> counts = counts(registry);
            context.getRouteController().stopRoute("inner");
            context.removeRoute("inner");
            counts(registry).forEach((meter, count) -> counts.put("after the removal: " + meter, count));
            return counts;
        }
    }

    private static Map<String, Double> counts(MeterRegistry registry) {
        Map<String, Double> counts = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            String name = meter.getId() + " " + meter.getId().getDescription();
            // a gauge says nothing of exchanges, and none at all once what it reads is collected as garbage
            double count = 0;
            if (meter instanceof Timer timer) {
                count = timer.count();
            } else if (meter instanceof Counter counter) {
                count = counter.count();
            }
            counts.put(name, count);
        }
        return counts;
    }

    @Test
    void areTheSame() throws Exception {
        Map<String, Double> ours = counts(new RouteMetrics());

        assertThat(ours).isEqualTo(counts(new MicrometerRoutePolicyFactory())).hasSizeGreaterThan(30);
    }
}
