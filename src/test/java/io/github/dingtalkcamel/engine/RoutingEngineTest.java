package io.github.dingtalkcamel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedProcessorMBean;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultReactiveExecutor;
import org.apache.camel.spi.ReactiveExecutor;
import org.apache.camel.spi.SynchronizationRouteAware;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Routes do the same on this engine as on Camel's. */
class RoutingEngineTest {

    private static final ExecutorService OTHER_THREAD = Executors.newSingleThreadExecutor();
    private static final int MANY = 20_000;

    /** A bean of ours. */
    public static final class Probe {

        public void note(Exchange exchange, @ExchangeProperty("seen") String seen) {
            exchange.setProperty("noted", "noted " + seen);
        }

        public void refuse(@ExchangeProperty("seen") String seen) {
            throw new UnsupportedOperationException("not " + seen);
        }

        public String answer(@ExchangeProperty("seen") String seen) {
            return "answer " + seen;
        }

        public void number(@ExchangeProperty("number") Integer number, Exchange exchange) {
            exchange.setProperty("noted", "number " + number);
        }
    }

    /** Continues on another thread. */
    private static final class Away extends AsyncProcessorSupport {

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            OTHER_THREAD.execute(() -> callback.done(false));
            return false;
        }
    }

    private static final class FailsAway extends AsyncProcessorSupport {

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            OTHER_THREAD.execute(() -> {
                exchange.setException(new IllegalArgumentException("away"));
                callback.done(false);
            });
            return false;
        }
    }

    private static final class RouteNotes extends SynchronizationAdapter implements SynchronizationRouteAware {

        private final ConcurrentLinkedQueue<String> notes = new ConcurrentLinkedQueue<>();

        @Override
        public SynchronizationRouteAware getRouteSynchronization() {
            return this;
        }

        @Override
        public void onBeforeRoute(Route route, Exchange exchange) {
            notes.add("before " + route.getRouteId());
        }

        @Override
        public void onAfterRoute(Route route, Exchange exchange) {
            notes.add("after " + route.getRouteId());
        }

        @Override
        public void onDone(Exchange exchange) {
            notes.add("done");
        }
    }

    private static final class Routes extends RouteBuilder {

        private final AsyncProcessor away = new Away();
        private final AsyncProcessor failsAway = new FailsAway();

        @Override
        public void configure() {
            handled();
            nested();
            beans();
            from("direct:stop").routeId("stop").errorHandler(noErrorHandler()).setBody(constant("1")).stop().setBody(constant("never"));
            from("direct:rollback").routeId("rollback").setBody(constant("1")).rollback("back").setBody(constant("never"));
            from("direct:unhandled").routeId("unhandled").setBody(constant("1")).throwException(new IllegalStateException("whole"))
                    .setBody(constant("never"));
            from("direct:withoutHandler").routeId("withoutHandler").errorHandler(noErrorHandler())
                    .throwException(new IllegalStateException("plain")).setBody(constant("never"));
            from("direct:throwsAround").routeId("throwsAround").process((Processor0) exchange -> {
                throw new IllegalArgumentException("thrown");
            }).setBody(constant("never"));
            from("direct:repeats").routeId("repeats").onException(IllegalArgumentException.class).maximumRedeliveries(2).redeliveryDelay(0)
                    .handled(true).setBody(simple("gave up after ${header.CamelRedeliveryCounter}")).end()
                    .process(failsAway).setBody(constant("never"));
            from("direct:repeatsFromTheStart").routeId("repeatsFromTheStart").onException(IllegalArgumentException.class)
                    .maximumRedeliveries(2).redeliveryDelay(0).handled(true).end().process((Processor0) exchange -> {
                        exchange.getMessage().setBody(exchange.getMessage().getBody() + "!");
                        throw new IllegalArgumentException("thrown");
                    });
            from("direct:loop").routeId("loop").setBody(constant(0)).loop(MANY).setBody(simple("${body}++")).end();
            from("direct:split").routeId("split").setBody(exchange -> Stream.iterate(0, each -> each + 1).limit(MANY).toList())
                    .split(body()).streaming().process(exchange -> exchange.setProperty("part", exchange.getMessage().getBody())).end()
                    .setBody(simple("${body.size}"));
            from("direct:multicast").routeId("multicast").multicast().parallelProcessing().to("direct:inner", "direct:called").end()
                    .setBody(constant("both"));
        }

        private void handled() {
            from("direct:handled").routeId("handled")
                    .onException(IllegalArgumentException.class).handled(true).setBody(constant("handled")).end()
                    .process(failsAway).setBody(constant("never"));
            from("direct:continued").routeId("continued")
                    .onException(IllegalArgumentException.class).continued(true).setBody(constant("continued")).end()
                    .process(failsAway).setBody(simple("${body}, then next"));
            from("direct:failsInHandler").routeId("failsInHandler")
                    .onException(IllegalArgumentException.class).handled(true).throwException(new IllegalStateException("second")).end()
                    .process(failsAway);
            from("direct:calledFails").routeId("calledFails")
                    .onException(IllegalArgumentException.class).handled(true).setBody(simple("caller: ${exception.message}")).end()
                    .to("direct:called").setBody(constant("never"));
            from("direct:called").routeId("called").errorHandler(noErrorHandler()).process(away).process(failsAway)
                    .setBody(constant("never"));
        }

        private void nested() {
            from("direct:nested").routeId("nested")
                    .choice().when(simple("${body} == 'x'")).filter(simple("${body} != 'y'")).process(away)
                    .setBody(constant("x1")).end().endChoice()
                    .setBody(simple("${body}2")).endChoice().otherwise().setBody(constant("other")).end()
                    .to("direct:inner").setBody(simple("${body}4"));
            from("direct:inner").routeId("inner").errorHandler(noErrorHandler()).setBody(simple("${body}3"));
            from("direct:try").routeId("try").doTry().process(failsAway).setBody(constant("never"))
                    .doCatch(IllegalArgumentException.class).setBody(constant("caught")).process(away)
                    .doFinally().setProperty("finally", constant("ran")).end().setBody(simple("${body}, ${exchangeProperty.finally}"));
            from("direct:splitFails").routeId("splitFails").setBody(constant("a,b,c")).split(body()).streaming().stopOnException()
                    .choice().when(simple("${body} == 'b'")).process(failsAway).end().end().setBody(constant("never"));
        }

        private void beans() {
            from("direct:bean").routeId("bean").setProperty("seen", constant("it")).bean("probe", "note");
            from("direct:beanFails").routeId("beanFails").setProperty("seen", constant("it")).bean("probe", "refuse");
            from("direct:beanAnswers").routeId("beanAnswers").setProperty("seen", constant("it")).bean("probe", "answer");
            from("direct:beanConverts").routeId("beanConverts").setProperty("number", constant("7")).bean("probe", "number");
        }
    }

    /** A processor that may throw anything, as users' may. */
    @FunctionalInterface
    private interface Processor0 extends org.apache.camel.Processor {
    }

    private static DefaultCamelContext started(boolean ours) throws Exception {
        DefaultCamelContext context = new DefaultCamelContext(false);
        if (ours) {
            RoutingEngine.install(context);
        }
        context.getRegistry().bind("probe", new Probe());
        context.addRoutes(new Routes());
        context.start();
        return context;
    }

    private static DefaultCamelContext camels;
    private static DefaultCamelContext ours;

    @BeforeAll
    static void start() throws Exception {
        camels = started(false);
        ours = started(true);
    }

    @AfterAll
    static void stop() {
        camels.stop();
        ours.stop();
        OTHER_THREAD.shutdown();
    }

    static List<String> routes() {
        return List.of("stop", "rollback", "unhandled", "withoutHandler", "throwsAround", "repeats", "repeatsFromTheStart", "loop",
                "split", "multicast",
                "handled", "continued", "failsInHandler", "calledFails", "nested", "try", "splitFails", "bean", "beanFails",
                "beanAnswers", "beanConverts");
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteEndsAsOnCamelsEngineWithTheSameCounters(String route) throws Exception {
        assertThat(outcome(ours, route)).isEqualTo(outcome(camels, route));
    }

    private static Map<String, Object> outcome(DefaultCamelContext context, String route) throws Exception {
        Exchange done = CompletableFuture.supplyAsync(() -> context.createProducerTemplate().request("direct:" + route,
                exchange -> exchange.getMessage().setBody("x"))).get();
        Map<String, Object> outcome = new TreeMap<>();
        outcome.put("body", done.getMessage().getBody());
        outcome.put("exception", String.valueOf(done.getException()).replaceAll("Exchange\\[.*?\\]", ""));
        outcome.put("noted", String.valueOf(done.getProperty("noted")));
        outcome.put("caught", String.valueOf(done.getProperty(Exchange.EXCEPTION_CAUGHT)).replaceAll("Exchange\\[.*?\\]", ""));
        outcome.put("failed in", String.valueOf(done.getProperty(Exchange.FAILURE_ROUTE_ID)));
        outcome.put("handled", done.getExchangeExtension().isErrorHandlerHandledSet());
        outcome.put("stopped", done.isRouteStop());
        ManagedCamelContext managed = context.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        for (Route each : context.getRoutes()) {
            ManagedRouteMBean its = managed.getManagedRoute(each.getRouteId());
            outcome.put("route " + each.getRouteId(), List.of(its.getExchangesCompleted(), its.getExchangesFailed(),
                    its.getFailuresHandled(), its.getExchangesInflight()));
            List<String> steps = new ArrayList<>();
            for (String id : its.processorIds()) {
                ManagedProcessorMBean step = managed.getManagedProcessor(id);
                steps.add(step.getProcessorName() + " " + step.getExchangesCompleted() + " " + step.getExchangesFailed());
            }
            // their ids are numbers that differ
            outcome.put("steps " + each.getRouteId(), steps.stream().sorted().toList());
        }
        return outcome;
    }

    @Test
    void whatWantsToKnowOfRoutesIsToldOfThem() {
        List<List<String>> told = new ArrayList<>();
        for (DefaultCamelContext context : List.of(camels, ours)) {
            RouteNotes notes = new RouteNotes();
            context.createProducerTemplate().request("direct:nested", exchange ->
                exchange.getExchangeExtension().addOnCompletion(notes));
            told.add(List.copyOf(notes.notes));
        }
        assertThat(told.get(1)).isEqualTo(told.get(0)).containsSubsequence("before inner", "after inner", "done");
    }

    @Test
    void tasksOfAFlowRunBeforeThoseThatWereScheduledBeforeIt() {
        assertThat(order(new StepExecutor())).isEqualTo(order(new DefaultReactiveExecutor())).isEqualTo("adebcf");
    }

    private static String order(ReactiveExecutor executor) {
        StringBuilder order = new StringBuilder();
        executor.schedule(() -> {
            order.append('a');
            executor.schedule(() -> order.append('b'));
            executor.schedule(() -> order.append('c'));
            executor.scheduleMain(() -> {
                order.append('d');
                executor.schedule(() -> order.append('e'));
            });
        });
        executor.schedule(() -> order.append('f'));
        return order.toString();
    }

    @Test
    void anExchangeKnowsHowDeepInRoutesItIs() throws Exception {
        List<Integer> levels = new ArrayList<>();
        DefaultCamelContext context = new DefaultCamelContext(false);
        RoutingEngine.install(context);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:outer").process(this::note).to("direct:middle").process(this::note);
                from("direct:middle").process(this::note);
            }

            private void note(Exchange exchange) {
                RouteStack stack = (RouteStack) exchange.getUnitOfWork();
                levels.add(stack.routeStackLevel());
                levels.add(stack.routeStackLevel(true, false));
                assertThat(System.nanoTime() - stack.begun()).isNotNegative();
            }
        });
        try (context) {
            context.start();
            context.createProducerTemplate().sendBody("direct:outer", "x");
        }
        assertThat(levels).containsExactly(1, 1, 2, 2, 1, 1);
    }
}
