package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.dingtalkcamel.cluster.NodesOnOneStore;
import io.github.dingtalkcamel.server.ApiException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls with one {@code requestId} that come in by two nodes. */
@Timeout(120)
class RequestIdOverNodesTest {

    @TempDir
    Path folder;

    private final List<DefaultCamelContext> contexts = new ArrayList<>();
    private final List<ToolRuns> toolRuns = new ArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();
    /** How often the time was asked for. */
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Processor tool = exchange -> { };
    private NodesOnOneStore nodes;

    @BeforeEach
    void start() throws Exception {
        nodes = new NodesOnOneStore(folder, 2);
        for (NodesOnOneStore.Node node : nodes.all()) {
            DefaultCamelContext context = new DefaultCamelContext();
            ToolRuns its = new ToolRuns(new ToolRequests(node.store(), node.cluster().sharing().clock(), node.leases()), () -> {
                asked.incrementAndGet();
                return Instant.now();
            });
            context.addService(its);
            RouteBuilder.addRoutes(context, routes -> routes.from("direct:run-tool").process(exchange -> {
                int run = runs.incrementAndGet();
                tool.process(exchange);
                ToolRun of = exchange.getProperty(ToolRun.PROPERTY, ToolRun.class);
                of.sent(of.call().targets(), "message-" + run);
            }));
            context.start();
            contexts.add(context);
            toolRuns.add(its);
        }
    }

    @AfterEach
    void stop() {
        contexts.forEach(DefaultCamelContext::stop);
        nodes.close();
    }

    private CompletableFuture<Exchange> call(int node, String requestId, Duration timeout) {
        Exchange exchange = new DefaultExchange(contexts.get(node));
        exchange.setProperty(ToolCall.PROPERTY, new ToolCall(Tool.SEND_TEXT, "main", JsonNodeFactory.instance.objectNode(),
                List.of(Target.of(RecipientType.USER_ID, "staff001")), requestId, timeout, "f"));
        CompletableFuture<Exchange> done = new CompletableFuture<>();
        CompletableFuture.runAsync(() -> toolRuns.get(node).process(exchange, sync -> done.complete(exchange)));
        return done;
    }

    private static Map<?, ?> result(CompletableFuture<Exchange> call) {
        return call.join().getMessage().getBody(Map.class);
    }

    @Test
    void theSameRequestIdAtBothNodesAtOnceRunsOnceAndBothGetItsResult() {
        List<CompletableFuture<Exchange>> calls = new ArrayList<>();
        for (int number = 0; number < 60; number++) {
            calls.add(call(number % 2, "request" + number / 2, Duration.ofSeconds(60)));
        }
        for (int number = 0; number < 60; number += 2) {
            assertThat(result(calls.get(number))).as("request %d", number / 2).isEqualTo(result(calls.get(number + 1)));
            assertThat(result(calls.get(number)).get("successCount")).isEqualTo(1);
        }
        assertThat(runs).hasValue(30);
    }

    @Test
    void aCallThatTheOtherNodeRefusedIsMadeByTheOneThatWaitedForIt() {
        CountDownLatch refuse = new CountDownLatch(1);
        tool = exchange -> {
            refuse.await();
            throw ApiException.badRequest("bad_argument", "no");
        };
        CompletableFuture<Exchange> first = call(0, "r", Duration.ofSeconds(60));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> runs.get() == 1);
        int before = asked.get();
        CompletableFuture<Exchange> second = call(1, "r", Duration.ofSeconds(60));
        Awaitility.await().atMost(Duration.ofSeconds(30)).alias("when the call is made, and when its result is looked for")
                .until(() -> asked.get() >= before + 2);
        tool = exchange -> { };
        refuse.countDown();

        assertThat(first.join().getException()).isInstanceOf(ApiException.class);
        assertThat(result(second).get("successCount")).isEqualTo(1);
        assertThat(runs).hasValue(2);
    }

    @Test
    void aCallerThatCanWaitNoLongerForTheOtherNodeIsNotToldThatNothingWasSent() {
        CountDownLatch sent = new CountDownLatch(1);
        tool = exchange -> sent.await();
        CompletableFuture<Exchange> first = call(0, "r", Duration.ofSeconds(60));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> runs.get() == 1);

        assertThat(result(call(1, "r", Duration.ofMillis(300))).get("results").toString()).contains("outcomeUnknown").doesNotContain("retryable");
        sent.countDown();
        assertThat(result(first).get("successCount")).isEqualTo(1);
        assertThat(result(call(1, "r", Duration.ofSeconds(60)))).isEqualTo(result(first));
        assertThat(runs).hasValue(1);
    }
}
