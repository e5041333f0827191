package io.github.dingtalkcamel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Health notices workers that no longer work. */
class WorkerChecksTest {

    private static final Duration PATIENCE = Duration.ofMillis(50);
    private static final Executor AT_ONCE = Runnable::run;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final KeyedQueue queue = new KeyedQueue(10, 10, 10);

    @BeforeEach
    void start() throws Exception {
        RouteBuilder.addRoutes(context, routes -> routes.from("direct:workers").id("workers").to("log:none"));
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void isUpWhileAllWork() {
        WorkerChecks checks = checks(true, AT_ONCE);

        assertThat(state(checks)).isEqualTo(HealthCheck.State.UP);
        assertThat(checks.isLiveness()).isTrue();
        assertThat(checks.isReadiness()).isTrue();
    }

    @Test
    void isDownWhenTheThreadThatWritesTheStoreHasEnded() {
        assertThat(down(checks(false, AT_ONCE))).contains("the store has ended").contains("restart the process");
    }

    @Test
    void isDownWhileTheThreadsThatHandleRequestsTakeNothing() {
        List<Runnable> stuck = new ArrayList<>();
        WorkerChecks checks = checks(true, stuck::add);
        assertThat(state(checks)).isEqualTo(HealthCheck.State.UP);

        Awaitility.await().until(() -> state(checks) == HealthCheck.State.DOWN);
        assertThat(down(checks)).contains("HTTP requests");
        assertThat(stuck).as("one request at a time").hasSize(1);
        stuck.get(0).run();
        assertThat(state(checks)).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void isDownWhileMessagesWaitThatNoWorkerTakes() throws Exception {
        WorkerChecks checks = checks(true, AT_ONCE);
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty(Turn.PROPERTY, new Turn(1, Spoken.in("a", "hello"), queue.reserve("a", 0), null));
        queue.offer(exchange);

        Awaitility.await().until(() -> state(checks) == HealthCheck.State.DOWN);
        assertThat(down(checks)).contains("direct://workers");

        context.getRouteController().stopRoute("workers");
        assertThat(state(checks)).as("an operator stopped it").isEqualTo(HealthCheck.State.UP);
        context.getRouteController().startRoute("workers");
        assertThat(queue.poll(1, TimeUnit.SECONDS)).isSameAs(exchange);
        assertThat(state(checks)).isEqualTo(HealthCheck.State.UP);
    }

    private WorkerChecks checks(boolean storeWrites, Executor requests) {
        WorkerChecks checks = new WorkerChecks(() -> storeWrites, requests, PATIENCE).queue("direct://workers", queue);
        checks.setCamelContext(context);
        checks.watch(context);
        return checks;
    }

    private static HealthCheck.State state(WorkerChecks checks) {
        return checks.call().getState();
    }

    private static String down(WorkerChecks checks) {
        HealthCheck.Result result = checks.call();
        assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
        return result.getMessage().orElseThrow();
    }
}
