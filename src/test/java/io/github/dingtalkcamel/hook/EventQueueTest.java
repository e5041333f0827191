package io.github.dingtalkcamel.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the hooks' queue promises: order, a bound, and that publishers never wait. */
@Timeout(30)
class EventQueueTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final DefaultCamelContext context = new DefaultCamelContext();

    @Test
    void handsOutTheNextWhenTheOneBeforeIsDone() throws Exception {
        EventQueue queue = new EventQueue(10, LONG);
        Exchange first = event();
        Exchange second = event();
        queue.add(first);
        queue.add(second);

        assertThat(queue.poll(1, TimeUnit.SECONDS)).isSameAs(first);
        assertThat(queue.poll(20, TimeUnit.MILLISECONDS)).isNull();
        assertThat(queue.poll()).isNull();
        done(first);
        assertThat(queue.poll(1, TimeUnit.SECONDS)).isSameAs(second);
        done(second);
        assertThat(queue.poll()).isNull();
    }

    @Test
    void handsOutTheNextEventAfterItWasPurged() throws Exception {
        EventQueue queue = new EventQueue(10, LONG);
        queue.add(event());
        queue.add(event());
        queue.clear();
        assertThat(queue.poll()).isNull();

        Exchange next = event();
        queue.add(next);
        assertThat(queue.poll()).as("what was purged is not waited for").isSameAs(next);
    }

    @Test
    void waitsNoLongerThanItsPatience() throws Exception {
        // time passes by 10 ms with each look at the clock, so never between two of this thread's calls
        AtomicLong now = new AtomicLong();
        EventQueue queue = new EventQueue(10, Duration.ofMillis(50), Long.MAX_VALUE, () -> now.addAndGet(TimeUnit.MILLISECONDS.toNanos(10)));
        Exchange stuck = event();
        Exchange next = event();
        Exchange last = event();
        queue.add(stuck);
        queue.add(next);
        queue.add(last);

        assertThat(queue.poll()).isSameAs(stuck);
        assertThat(queue.poll(10, TimeUnit.SECONDS)).isSameAs(next);
        // too late to count: the next one is under way
        done(stuck);
        assertThat(queue.poll()).isNull();
        done(next);
        assertThat(queue.poll()).isSameAs(last);
    }

    @Test
    void isFullAtItsCapacityAndForOwnEventsAtHalf() {
        EventQueue queue = new EventQueue(4, LONG);

        assertThat(IntStream.range(0, 4).mapToObj(i -> queue.offerOwn(event()))).containsExactly(true, true, false, false);
        assertThat(IntStream.range(0, 3).mapToObj(i -> queue.offer(event()))).containsExactly(true, true, false);
        assertThat(queue.remainingCapacity()).isZero();
        assertThatThrownBy(() -> queue.put(event())).isInstanceOf(HooksFullException.class);
        assertThat(queue.drainTo(new ArrayList<>(), 3)).isEqualTo(3);
        assertThat(queue).hasSize(1);
    }

    @Test
    void tellsEveryHookEverythingInOrder() throws Exception {
        Hooks hooks = new Hooks(context);
        context.getRegistry().bind("seda", hooks.component());
        List<Integer> one = new CopyOnWriteArrayList<>();
        List<Integer> two = new CopyOnWriteArrayList<>();
        RouteBuilder.addRoutes(context, routes -> {
            routes.from("seda:dingtalk-events?multipleConsumers=true").routeId("one")
                    .process(it -> one.add(it.getMessage().getBody(Integer.class)));
            routes.from("seda:dingtalk-events?multipleConsumers=true").routeId("two")
                    .process(it -> two.add(it.getMessage().getBody(Integer.class)))
                    .filter(it -> it.getMessage().getBody(Integer.class) == 7)
                    .throwException(new IllegalStateException("a hook that fails"));
        });
        assertThat(hooks.listen()).isFalse();
        context.start();
        try (ProducerTemplate template = context.createProducerTemplate()) {
            for (int i = 0; i < 300; i++) {
                template.sendBody("seda:dingtalk-events?multipleConsumers=true&waitForTaskToComplete=Never", i);
            }
            Awaitility.await().until(() -> one.size() == 300 && two.size() == 300);
            assertThat(one).isEqualTo(IntStream.range(0, 300).boxed().toList());
            assertThat(two).isEqualTo(one);

            assertThat(hooks.names()).containsExactly("one", "two");
            context.getRouteController().stopRoute("one");
            assertThat(hooks.names()).containsExactly("two");
            context.getRouteController().stopRoute("two");
            assertThat(hooks.listen()).isFalse();
        } finally {
            context.stop();
        }
    }

    @Test
    void dropsOwnEventsThatFindNoRoomAndCountsThem() throws Exception {
        Hooks hooks = new Hooks(context);
        LifecycleEvents events = new LifecycleEvents(context, hooks, () -> Instant.EPOCH);
        context.getRegistry().bind("seda", hooks.component());
        CountDownLatch held = new CountDownLatch(1);
        List<Map<?, ?>> heard = new CopyOnWriteArrayList<>();
        RouteBuilder.addRoutes(context, routes -> routes.from("seda:dingtalk-events?multipleConsumers=true").routeId("slow")
                .process(exchange -> {
            held.await();
            heard.add(exchange.getMessage().getBody(Map.class));
        }));
        events.up("main", 0);
        assertThat(events.getPublished()).as("while no hook listens").isZero();
        context.start();
        try {
            events.up("main", 0);
            Awaitility.await().until(() -> events.getWaiting() == 0);
            for (int i = 1; i <= 600; i++) {
                events.up("main", i);
            }
            assertThat(events.getPublished()).isEqualTo(501);
            assertThat(events.getDropped()).isEqualTo(100);
            assertThat(hooks.queue().remainingCapacity()).as("for DingTalk's own").isEqualTo(500);
            held.countDown();
            Awaitility.await().until(() -> heard.size() == 501);
            assertThat(heard).extracting(event -> event.get("connection")).isEqualTo(IntStream.rangeClosed(0, 500).boxed().toList());
            assertThat(heard.get(0))
                    .isEqualTo(Map.of("eventType", "bot_stream_up", "eventId", heard.get(0).get("eventId"), "integrationId", "main",
                    "at", "1970-01-01T00:00:00Z", "connection", 0));
        } finally {
            held.countDown();
            context.stop();
        }
    }

    private Exchange event() {
        return new DefaultExchange(context);
    }

    private static void done(Exchange exchange) {
        UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions());
    }

    @Test
    void holdsNoMoreBytesThanItMay() {
        EventQueue queue = new EventQueue(10, LONG, 10_000);
        Exchange large = event();
        large.getMessage().setBody(Map.of("text", "x".repeat(3_000)));
        Exchange next = event();
        next.getMessage().setBody(Map.of("text", "x".repeat(3_000)));

        assertThat(queue.offer(large)).isTrue();
        assertThat(queue.bytes()).isBetween(6_000L, 6_500L);
        assertThat(queue.offer(next)).isFalse();
        assertThat(queue.offerOwn(event())).as("events of our own have half of it").isFalse();

        assertThat(queue.poll()).isSameAs(large);
        assertThat(queue.bytes()).isZero();
        assertThat(queue.offer(next)).isTrue();
    }

    @Test
    void countsWhatATreeOfSmallObjectsReallyHolds() {
        List<Object> objects = Collections.nCopies(1_000, Map.of());

        assertThat(HeapSize.of(Map.of("list", objects))).isGreaterThan(50_000);
    }
}
