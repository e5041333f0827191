package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The outcome of a requestId whose run breaks. */
@Timeout(20)
class ToolRunsTest {

    @TempDir
    Path folder;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final AtomicInteger runs = new AtomicInteger();
    private Store store;
    private ToolRuns toolRuns;
    private Exception fault;
    private volatile Instant repeatedUntil;
    private volatile Instant answeredAt;
    private CountDownLatch blocked;
    private final Queue<AsyncCallback> waiting = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws Exception {
        store = EachStore.SQLITE.open(folder);
        toolRuns = new ToolRuns(new ToolRequests(store, Clock.systemUTC()), Clock.systemUTC());
        context.addService(toolRuns);
        RouteBuilder.addRoutes(context, routes -> routes.from("direct:run-tool").process(new AsyncProcessorSupport() {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                boolean waits = exchange.getProperty(ToolCall.PROPERTY, ToolCall.class).requestId().startsWith("waits");
                if (waits) {
                    waiting.add(callback);
                } else {
                    callback.done(true);
                }
                return !waits;
            }
        }).process(exchange -> {
            runs.incrementAndGet();
            repeatedUntil = exchange.getProperty(CallLimiter.WAIT_UNTIL, Instant.class);
            answeredAt = exchange.getProperty(ToolRun.PROPERTY, ToolRun.class).deadline();
            if (blocked != null) {
                blocked.await();
                return;
            }
            throw fault;
        }));
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
        store.close();
    }

    @Test
    void isNotRunASecondTimeWhereItsProgressIsUnknown() throws Exception {
        fault = new IllegalStateException("broke after the first recipient");
        assertThat(run().getException()).isSameAs(fault);

        Map<?, ?> again = run().getMessage().getBody(Map.class);

        assertThat(again.get("results").toString()).contains("outcomeUnknown");
        assertThat(runs).hasValue(1);
    }

    /** At the end itself the caller would be told that the outcome is unknown, although DingTalk refused each try. */
    @Test
    void callsAreRepeatedForTheLastTimeWhileTheirOutcomeCanStillBeTold() throws Exception {
        fault = ApiException.badRequest("bad_argument", "no");
        run();
        assertThat(Duration.between(repeatedUntil, answeredAt)).isEqualTo(Duration.ofSeconds(1));

        ToolRun shorter = new ToolRun(new ToolCall(Tool.RECALL, "main", JsonNodeFactory.instance.objectNode(), List.of(), null,
                Duration.ofSeconds(2), "f"), Clock.systemUTC());
        assertThat(Duration.between(shorter.lastTry(), shorter.deadline())).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void mayComeAgainWhereItWasRefusedBeforeItDidAnything() throws Exception {
        fault = ApiException.badRequest("bad_argument", "no");
        assertThat(run().getException()).isSameAs(fault);

        assertThat(run().getException()).isSameAs(fault);
        assertThat(runs).hasValue(2);
    }

    @Test
    void aRunWithoutRecipientsFailsAsAWholeAndTheResultSaysSoAtTheTop() {
        ToolRun run = new ToolRun(new ToolCall(Tool.RECALL, "main", JsonNodeFactory.instance.objectNode(), List.of(), "recall",
                Duration.ofSeconds(10), "f"),
                Clock.systemUTC());
        assertThat(run.result()).containsEntry("failureCount", 1).containsEntry("successCount", 0)
                .containsEntry("error", Problem.NOT_BEGUN.shown());

        run.error(Problem.CUT_SHORT);
        assertThat(run.result()).containsEntry("failureCount", 1).containsEntry("error", Problem.CUT_SHORT.shown());

        run.error(null);
        run.data("users", List.of());
        assertThat(run.result()).containsEntry("failureCount", 0).doesNotContainKey("error");
    }

    private Exchange run() throws Exception {
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty(ToolCall.PROPERTY, new ToolCall(Tool.SEND_TEXT, "main", JsonNodeFactory.instance.objectNode(),
                List.of(Target.of(RecipientType.USER_ID, "staff001")), "once", Duration.ofSeconds(10), "f"));
        toolRuns.process(exchange);
        return exchange;
    }

    @Test
    void isRefusedWhereTheCallsUnderWayHoldAllTheMemoryThatTheyMay() throws Exception {
        ToolRuns small = new ToolRuns(new ToolRequests(store, Clock.systemUTC()), Clock.systemUTC(), 100_000);
        context.addService(small);
        CountDownLatch end = new CountDownLatch(1);
        blocked = end;
        Exchange first = call("first", 40_000);
        small.process(first, done -> {
        });
        Exchange second = call("second", 40_000);
        small.process(second);

        assertThat(second.getException()).isInstanceOfSatisfying(ApiException.class,
                refused -> assertThat(refused.httpStatus()).isEqualTo(503));
        assertThat(small.bytes()).isBetween(80_000L, 100_000L);
        end.countDown();
        Awaitility.await().until(() -> small.bytes() == 0);
        Exchange again = call("second", 40_000);
        small.process(again);
        assertThat(again.getException()).as("it was not noted").isNull();
        assertThat(call("file", 0).getProperty(ToolCall.PROPERTY, ToolCall.class).bytes()).isLessThan(5_000);
    }

    /** As a call does behind one of another node for the same recipient. */
    @Test
    void callsThatWaitDelayNoOtherHoweverManyTheyAre() throws Exception {
        blocked = new CountDownLatch(0);
        int calls = 2 * ToolRuns.MOST;
        CountDownLatch answered = new CountDownLatch(calls);
        for (int number = 0; number < calls; number++) {
            toolRuns.process(call("waits-" + number, 0), done -> answered.countDown());
        }
        Awaitility.await().until(() -> waiting.size() == calls);

        Exchange other = call("other", 0);
        toolRuns.process(other);

        assertThat(other.getException()).isNull();
        assertThat(answered.getCount()).isEqualTo(calls);
        waiting.forEach(each -> each.done(false));
        assertThat(answered.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasValue(calls + 1);
        // a call is answered a moment before its memory counts as free
        Awaitility.await().until(() -> toolRuns.bytes() == 0);
    }

    private Exchange call(String requestId, int characters) {
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty(ToolCall.PROPERTY, new ToolCall(Tool.SEND_TEXT, "main",
                JsonNodeFactory.instance.objectNode().put("content", "x".repeat(characters)),
                List.of(Target.of(RecipientType.USER_ID, "staff001")), requestId, Duration.ofSeconds(10), requestId));
        return exchange;
    }
}
