package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.dingtalkcamel.cluster.NodesOnOneStore;
import io.github.dingtalkcamel.cluster.SharedOrder;
import io.github.dingtalkcamel.store.Housekeeping;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls for one recipient that come in by two nodes. */
@Timeout(120)
class RecipientsOverNodesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<DefaultCamelContext> contexts = new ArrayList<>();
    private final List<RecipientSequencer> sequencers = new ArrayList<>();
    private final List<String> begun = new CopyOnWriteArrayList<>();
    private volatile Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private final InstantSource clock = () -> now;
    private NodesOnOneStore nodes;

    @BeforeEach
    void start() throws Exception {
        nodes = new NodesOnOneStore(folder, 2);
        for (NodesOnOneStore.Node node : nodes.all()) {
            DefaultCamelContext context = new DefaultCamelContext();
            RecipientSequencer sequencer = new RecipientSequencer(new SharedOrder(node.store(), node.leases()), clock);
            context.addService(sequencer);
            context.start();
            contexts.add(context);
            sequencers.add(sequencer);
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (DefaultCamelContext context : contexts) {
            context.close();
        }
        nodes.close();
    }

    private Exchange call(int node, Runnable then, String... people) {
        ToolCall call = new ToolCall(Tool.SEND_TEXT, "main", JsonNodeFactory.instance.objectNode(),
                Arrays.stream(people).map(id -> Target.of(RecipientType.USER_ID, id)).toList(), null, Duration.ofSeconds(10), "");
        Exchange exchange = new DefaultExchange(contexts.get(node));
        exchange.setProperty(ToolRun.PROPERTY, new ToolRun(call, clock));
        sequencers.get(node).process(exchange, sync -> then.run());
        return exchange;
    }

    private Exchange call(int node, String name, String... people) {
        return call(node, () -> begun.add(name), people);
    }

    private static void end(Exchange exchange) {
        exchange.getExchangeExtension().handoverCompletions().forEach(each -> each.onComplete(exchange));
    }

    private void awaitBegun(String... names) {
        Awaitility.await().atMost(PATIENCE).until(() -> begun.size() >= names.length);
        assertThat(begun).containsExactly(names);
    }

    private void awaitRows(long rows) {
        Awaitility.await().atMost(PATIENCE).until(() -> nodes.column("select count(*) from recipient_call").equals(List.of(rows)));
    }

    @Test
    void aCallWaitsForEarlierOnesOfTheOtherNode() {
        Exchange a = call(0, "a", "x");
        awaitBegun("a");
        Exchange b = call(1, "b", "x", "y");
        awaitRows(3);
        Exchange c = call(0, "c", "y");
        awaitRows(4);
        Exchange d = call(1, "d", "w");
        awaitBegun("a", "d");

        end(a);
        awaitBegun("a", "d", "b");
        end(b);
        awaitBegun("a", "d", "b", "c");
        end(c);
        end(d);
        awaitRows(0);
    }

    @Test
    void callsOfBothNodesNeverOverlapForOneRecipientAndAllOfThemEnd() {
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(8);
        try {
            Set<String> active = ConcurrentHashMap.newKeySet();
            List<String> overlaps = new CopyOnWriteArrayList<>();
            AtomicInteger ended = new AtomicInteger();
            Random random = new Random(18);
            int calls = 48;
            for (int number = 0; number < calls; number++) {
                String[] people = random.ints(0, 4).distinct().limit(1 + random.nextInt(3)).mapToObj(each -> "p" + each)
                        .toArray(String[]::new);
                int node = random.nextInt(2);
                Exchange[] exchange = new Exchange[1];
                threads.execute(() -> exchange[0] = call(node, () -> {
                    for (String each : people) {
                        if (!active.add(each)) {
                            overlaps.add(each);
                        }
                    }
                    threads.schedule(() -> {
                        active.removeAll(List.of(people));
                        ended.incrementAndGet();
                        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> exchange[0] != null);
                        end(exchange[0]);
                    }, 3, TimeUnit.MILLISECONDS);
                }, people));
            }

            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> ended.get() == calls);
            assertThat(overlaps).isEmpty();
            awaitRows(0);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aCallThatIsBeingAddedIsSeenByOnesThatOtherNodesAdd() {
        CountDownLatch collect = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        // both writes of the second transaction wait for the first one
        nodes.get(0).store().write(connection -> {
            awaitUninterruptibly(collect);
            return null;
        });
        CompletableFuture<SharedOrder.Place> first = new CompletableFuture<>();
        new SharedOrder(nodes.get(0).store(), nodes.get(0).leases()).add(List.of("x"), (place, failure) -> first.complete(place));
        CountDownLatch added = new CountDownLatch(1);
        nodes.get(0).store().write(connection -> {
            added.countDown();
            awaitUninterruptibly(commit);
            return null;
        });
        collect.countDown();
        awaitUninterruptibly(added);
        CompletableFuture<SharedOrder.Place> second = new CompletableFuture<>();
        new SharedOrder(nodes.get(1).store(), nodes.get(1).leases()).add(List.of("x"), (place, failure) -> second.complete(place));
        Awaitility.await().atMost(PATIENCE).until(() -> second.isDone() || nodes.column("select 1 from pg_stat_activity"
                + " where datname = current_database() and wait_event_type = 'Lock'").size() == 1);
        commit.countDown();

        assertThat(second.join().isBehindOthers()).isTrue();
        assertThat(second.join().first()).isGreaterThan(first.join().last());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCallOfANodeThatIsGoneDelaysNoOther() {
        call(0, "a", "x");
        awaitBegun("a");
        call(1, "b", "x");
        awaitRows(2);
        nodes.die(0);
        awaitBegun("a", "b");

        new Housekeeping(nodes.get(1).store(), InstantSource.system(), List.of(SharedOrder.expiry())).deleteOldRows(contexts.get(1));
        assertThat(nodes.column("select node_id from recipient_call")).as("rows of the node that is alive").containsExactly(nodes.get(1).id());
    }

    @Test
    void aCallWaitsNoLongerThanItsCallerDoes() {
        call(0, "a", "x");
        awaitBegun("a");
        call(1, "b", "x");
        awaitRows(2);
        assertThat(begun).containsExactly("a");
        now = now.plusSeconds(11);

        awaitBegun("a", "b");
    }

    @Test
    void callsKeepTheOrderOfTheirNodeWhileTheStoreCanNotBeWritten() {
        nodes.get(0).store().close();
        Exchange a = call(0, "a", "x");
        call(0, "b", "x");
        call(0, "c", "y");
        awaitBegun("a", "c");
        end(a);

        awaitBegun("a", "c", "b");
    }
}
