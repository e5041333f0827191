package io.github.dingtalkcamel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedPerformanceCounterMBean;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.management.mbean.ManagedPerformanceCounter;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Hawtio and JMX show of steps, routes and the context is what Camel counts. */
@Timeout(60)
class LightCountersTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    /** Figures as Camel's own, or as ours, told one after the other what happens. */
    private static final class Told extends ManagedPerformanceCounter {

        Told(boolean isLight) {
            init(null);
            if (isLight) {
                LightCounters.install(this);
            }
        }
    }

    private static Map<String, Long> figures(ManagedPerformanceCounterMBean of) {
        Map<String, LongSupplier> read = Map.ofEntries(Map.entry("total", of::getExchangesTotal),
                Map.entry("completed", of::getExchangesCompleted), Map.entry("failed", of::getExchangesFailed),
                Map.entry("inflight", of::getExchangesInflight), Map.entry("handled", of::getFailuresHandled),
                Map.entry("min", of::getMinProcessingTime), Map.entry("max", of::getMaxProcessingTime),
                Map.entry("mean", of::getMeanProcessingTime), Map.entry("sum", of::getTotalProcessingTime),
                Map.entry("last", of::getLastProcessingTime), Map.entry("delta", of::getDeltaProcessingTime));
        Map<String, Long> figures = new TreeMap<>();
        read.forEach((name, figure) -> figures.put(name, figure.getAsLong()));
        return figures;
    }

    @Test
    void showTheSameAsCamelsAfterEachExchangeAndEachReset() {
        Told camels = new Told(false);
        Told ours = new Told(true);
        DefaultExchange exchange = new DefaultExchange(new DefaultCamelContext());
        List<Integer> times = Arrays.asList(0, 7, 7, 3, null, 0, 12, -1, 5, null, 1, 0);

        for (Integer time : times) {
            for (Told each : List.of(camels, ours)) {
                each.processExchange(exchange, "route");
                each.processExchange(exchange, "route");
                if (time == null) {
                    each.failedExchange(exchange);
                } else if (time < 0) {
                    each.reset();
                } else {
                    each.completedExchange(exchange, time);
                }
            }
            assertThat(figures(ours)).as("after %s", time).isEqualTo(figures(camels));
            assertThat(ours.getLastExchangeCompletedTimestamp() == null).isEqualTo(camels.getLastExchangeCompletedTimestamp() == null);
            assertThat(ours.getLastExchangeCreatedTimestamp() == null).isEqualTo(camels.getLastExchangeCreatedTimestamp() == null);
        }
        assertThat(ours.getExchangesInflight()).isEqualTo(13);
        assertThat(ours.getLastExchangeCompletedTimestamp()).isCloseTo(camels.getLastExchangeCompletedTimestamp(), 30_000);
    }

    @Test
    void loseNothingOfWhatSeveralThreadsDo() throws Exception {
        Told ours = new Told(true);
        DefaultExchange exchange = new DefaultExchange(new DefaultCamelContext());
        int threads = 4;
        int each = 20_000;
        CountDownLatch end = new CountDownLatch(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            boolean fails = i == 0;
            pool.execute(() -> {
                for (int n = 0; n < each; n++) {
                    ours.processExchange(exchange, "step");
                    if (fails) {
                        ours.failedExchange(exchange);
                    } else {
                        ours.completedExchange(exchange, 1);
                    }
                }
                end.countDown();
            });
        }
        assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        pool.shutdown();

        assertThat(figures(ours)).containsEntry("completed", 60_000L).containsEntry("failed", 20_000L).containsEntry("total", 80_000L)
                .containsEntry("sum", 60_000L).containsEntry("inflight", 0L);
    }

    @Test
    void areThoseOfAllMBeansThatCount() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().setManagementMBeanAssembler(new CachingMBeanAssembler(context));
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:one").routeId("one").choice().id("choice").when(body().isEqualTo("bad"))
                            .throwException(new IllegalStateException("bad")).id("fails").end().setBody(constant("x")).id("step");
                }
            });
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            for (String body : List.of("good", "bad", "good")) {
                try {
                    template.sendBody("direct:one", body);
                } catch (CamelExecutionException e) {
                    assertThat(body).isEqualTo("bad");
                }
            }

            ManagedCamelContext managed = context.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
            assertThat(figures(managed.getManagedRoute("one"))).containsEntry("completed", 2L).containsEntry("failed", 1L)
                    .containsEntry("inflight", 0L);
            assertThat(figures(managed.getManagedCamelContext())).containsEntry("total", 3L).containsEntry("failed", 1L);
            assertThat(figures(managed.getManagedProcessor("step"))).containsEntry("completed", 2L).containsEntry("failed", 0L);
            assertThat(figures(managed.getManagedProcessor("fails"))).containsEntry("completed", 0L).containsEntry("failed", 1L);
            managed.getManagedRoute("one").reset(true);
            assertThat(figures(managed.getManagedRoute("one"))).containsEntry("total", 0L);
            assertThat(figures(managed.getManagedProcessor("step"))).containsEntry("total", 0L).containsEntry("mean", -1L);
            assertThat(Collections.list(Collections.enumeration(server.queryNames(new ObjectName("org.apache.camel:context="
                    + context.getManagementName() + ",type=processors,*"), null)))).hasSize(3);
        }
    }
}
