package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.component.message.Delivery;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultUnitOfWork;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedQueueTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    private final AtomicInteger ids = new AtomicInteger();

    @Test
    void handsOutAConversationInOrderAndTheNextOneOnlyWhenTheOneBeforeIsDone() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");
        offer(queue, "a", "a2");
        offer(queue, "a", "a3");

        Exchange first = queue.poll();
        assertThat(name(first)).isEqualTo("a1");
        assertThat(queue.poll()).isNull();
        done(first);
        Exchange second = queue.poll();
        assertThat(name(second)).isEqualTo("a2");
        assertThat(queue.poll()).isNull();
        done(second);
        assertThat(name(queue.poll())).isEqualTo("a3");
    }

    @Test
    void letsConversationsTakeTurns() {
        KeyedQueue queue = new KeyedQueue(100, 100, 1);
        for (int i = 1; i <= 3; i++) {
            offer(queue, "busy", "busy" + i);
        }
        offer(queue, "b", "b1");
        offer(queue, "c", "c1");

        List<String> handedOut = new ArrayList<>();
        for (Exchange exchange = queue.poll(); exchange != null; exchange = queue.poll()) {
            handedOut.add(name(exchange));
            done(exchange);
        }
        assertThat(handedOut).containsExactly("busy1", "b1", "c1", "busy2", "busy3");
    }

    @Test
    void runsNoMoreAtOnceThanItMay() {
        KeyedQueue queue = new KeyedQueue(10, 10, 2);
        List.of("a", "b", "c").forEach(conversation -> offer(queue, conversation, conversation));

        Exchange a = queue.poll();
        queue.poll();
        assertThat(queue.running()).isEqualTo(2);
        assertThat(queue.poll()).isNull();
        done(a);
        assertThat(queue.running()).isEqualTo(1);
        assertThat(name(queue.poll())).isEqualTo("c");
    }

    @Test
    void holdsNoMoreThanItsCapacityWhereReservedPlacesCount() {
        KeyedQueue queue = new KeyedQueue(3, 10, 10);
        KeyedQueue.Slot reserved = queue.reserve("a", 0);
        offer(queue, "b", "b1");
        assertThat(queue.isFull()).isFalse();
        offer(queue, "c", "c1");

        assertThat(queue.reserve("d", 0)).isNull();
        assertThat(queue.isFull()).isTrue();
        assertThat(queue.size()).as("what is being stored does not wait yet").isEqualTo(2);
        reserved.release();
        assertThat(queue.remainingCapacity()).isEqualTo(1);
        assertThat(queue.reserve("d", 0)).isNotNull();
    }

    @Test
    void holdsNoMoreOfOneConversationThanThatMayHave() {
        KeyedQueue queue = new KeyedQueue(10, 2, 10);
        offer(queue, "a", "a1");
        offer(queue, "a", "a2");

        assertThat(queue.reserve("a", 0)).isNull();
        assertThat(queue.reserve("b", 0)).isNotNull();
        queue.poll();
        assertThat(queue.reserve("a", 0)).as("what runs does not wait").isNotNull();
    }

    @Test
    void countsAReleaseOnceAndNoneAfterTheOffer() {
        KeyedQueue queue = new KeyedQueue(2, 2, 2);
        KeyedQueue.Slot given = queue.reserve("a", 0);
        given.release();
        given.release();
        assertThat(queue.remainingCapacity()).isEqualTo(2);

        Exchange exchange = offer(queue, "a", "a1");
        exchange.getProperty(Turn.PROPERTY, Turn.class).slot().release();
        assertThat(queue.remainingCapacity()).isEqualTo(1);
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void takesATurnOnceAndNothingThatIsNoTurn() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        Exchange exchange = offer(queue, "a", "a1");

        assertThatThrownBy(() -> queue.offer(exchange)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("main-1");
        assertThatThrownBy(() -> queue.offer(new DefaultExchange(CONTEXT))).hasMessageContaining("direct:inbound-message");
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void takesEarlierTurnsBeyondItsBounds() {
        KeyedQueue queue = new KeyedQueue(1, 1, 10);
        for (int i = 1; i <= 3; i++) {
            queue.offer(exchange(queue.reserveAnyway("a", 0), "a", "a" + i));
        }

        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.remainingCapacity()).isZero();
        assertThat(queue.reserve("b", 0)).isNull();
    }

    @Test
    void handsOutNothingOnceClosed() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");
        queue.close();

        assertThat(queue.poll()).isNull();
        assertThat(queue.poll(1, TimeUnit.MILLISECONDS)).isNull();
        assertThat(queue.reserve("a", 0)).isNull();
        assertThat(queue.size()).as("to those who drain it").isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void canNotBePurged() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");

        assertThatThrownBy(queue::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> queue.drainTo(new ArrayList<>())).isInstanceOf(UnsupportedOperationException.class);
        assertThat(queue).hasSize(1);
        assertThat(name(queue.peek())).isEqualTo("a1");
    }

    @Test
    void wakesAPollThatWaitsWhenWorkComesAndWhenARunningTurnEnds() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        CompletableFuture<Exchange> waiting = polling(queue);
        Exchange first = offer(queue, "a", "a1");
        assertThat(waiting.get(5, TimeUnit.SECONDS)).isSameAs(first);

        CompletableFuture<Exchange> next = polling(queue);
        Exchange second = offer(queue, "b", "b1");
        assertThat(next).isNotDone();
        done(first);
        assertThat(next.get(5, TimeUnit.SECONDS)).isSameAs(second);
    }

    @Test
    void endsAPollAfterItsTimeOut() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        long start = System.nanoTime();

        assertThat(queue.poll(50, TimeUnit.MILLISECONDS)).isNull();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
    }

    @Test
    void endsThePollsOfIdleWorkersWhenItCloses() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 1, Duration.ofMinutes(10), Long.MAX_VALUE);
        CompletableFuture<Exchange> polling = CompletableFuture.supplyAsync(() -> uninterrupted(queue));
        offer(queue, "a", "a1");
        assertThat(name(polling.get(5, TimeUnit.SECONDS))).as("longer open than the poll's own 20 ms").isEqualTo("a1");
        CompletableFuture<Exchange> idle = CompletableFuture.supplyAsync(() -> uninterrupted(queue));

        queue.close();

        assertThat(idle.get(5, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void handsOutTheNextTurnAfterAFailedOne() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");
        offer(queue, "a", "a2");
        Exchange failing = queue.poll();
        failing.setException(new IllegalStateException("failed"));
        failing.getExchangeExtension().handoverCompletions().forEach(end -> end.onFailure(failing));

        assertThat(name(queue.poll())).isEqualTo("a2");
    }

    @Test
    void doesNotEndATurnWithACopyOfItsExchange() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");
        Exchange running = queue.poll();
        running.getExchangeExtension().setUnitOfWork(new DefaultUnitOfWork(running));
        Exchange copy = new DefaultExchange(CONTEXT);
        running.getExchangeExtension().handoverCompletions(copy);

        assertThat(copy.getExchangeExtension().handoverCompletions()).isNullOrEmpty();
        assertThat(queue.running()).isEqualTo(1);
    }

    @Test
    void forgetsConversationsThatAreIdle() throws Exception {
        KeyedQueue queue = new KeyedQueue(100_000, 100, 100_000);
        for (int i = 0; i < 1_000; i++) {
            offer(queue, "conversation " + i, "x");
            queue.reserve("given back " + i, 0).release();
        }
        assertThat(queue.conversations()).isEqualTo(1_000);
        for (int i = 0; i < 1_000; i++) {
            done(queue.poll());
        }

        assertThat(queue.conversations()).isZero();
    }

    @Test
    void stopsTheRunningTurnDropsTheWaitingOnesAndHandsOutTheNextAtOnce() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        Exchange running = offer(queue, "a", "a1");
        offer(queue, "a", "a2");
        offer(queue, "b", "b1");
        queue.poll();

        Stopped stopped = queue.stop("a", turn -> true, null);
        assertThat(stopped.running().message().msgId()).isEqualTo("a1");
        assertThat(stopped.running().isStopped()).isTrue();
        assertThat(stopped.dropped()).singleElement().satisfies(turn -> assertThat(turn.isStopped()).isTrue());
        assertThat(queue.isRunning("a")).isFalse();
        assertThat(queue.running()).as("it counts until it is over").isEqualTo(1);
        assertThat(queue.remainingCapacity()).isEqualTo(9);

        offer(queue, "a", "a3");
        assertThat(List.of(name(queue.poll()), name(queue.poll()))).containsExactly("b1", "a3");
        done(running);
        assertThat(queue.running()).isEqualTo(2);
        assertThat(queue.isRunning("a")).as("the end of the stopped one is not the end of the next").isTrue();
        assertThat(queue.stop("nowhere", turn -> true, null).isNothing()).isTrue();
    }

    @Test
    void stopsOnlyWhatIsMeant() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");
        offer(queue, "a", "mine");
        offer(queue, "a", "a3");
        Exchange first = queue.poll();

        assertThat(queue.stop("a", turn -> turn.message().msgId().equals("mine"), null).running()).isNull();
        assertThat(queue.waiting("a")).isEqualTo(1);
        done(first);
        Exchange third = queue.poll();
        assertThat(name(third)).isEqualTo("a3");
        done(third);
        assertThat(queue.conversations()).isZero();
    }

    @Test
    void forgetsAConversationOfWhichEverythingWasDropped() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");
        queue.stop("a", turn -> true, null);

        assertThat(queue.conversations()).isZero();
        assertThat(queue.poll()).isNull();
    }

    @Test
    void releasesTheNextTurnBeforeTheRunningOneEndsAndCountsBoth() {
        KeyedQueue queue = new KeyedQueue(10, 10, 2);
        Exchange first = offer(queue, "a", "a1");
        offer(queue, "a", "a2");
        offer(queue, "a", "a3");
        queue.poll();
        queue.releaseNext(first.getProperty(Turn.PROPERTY, Turn.class));
        Exchange second = queue.poll();
        assertThat(name(second)).isEqualTo("a2");
        queue.releaseNext(first.getProperty(Turn.PROPERTY, Turn.class));
        done(first);
        assertThat(queue.poll()).as("the second is not over").isNull();
        done(second);
        assertThat(name(queue.poll())).isEqualTo("a3");
    }

    @Test
    void takesNoExchangeWithAPlaceInAnotherQueue() {
        KeyedQueue commands = new KeyedQueue(10, 10, 10);
        Exchange command = exchange(commands.reserve("a", 0), "a", "/stop");

        assertThatThrownBy(() -> new KeyedQueue(10, 10, 10).offer(command)).hasMessageContaining("another queue");
    }

    /** For every interleaving: order within a conversation, one of it at a time, never too many at once, none lost. */
    @Property(tries = 40)
    void keepsItsPromisesUnderAnyInterleaving(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int conversations,
            @ForAll @IntRange(min = 1, max = 8) int workers, @ForAll @IntRange(min = 1, max = 6) int maxRunning,
            @ForAll @IntRange(min = 1, max = 3) int producers) throws Exception {
        int each = 40;
        KeyedQueue queue = new KeyedQueue(producers * conversations * each, producers * each, maxRunning);
        Map<String, List<Integer>> offered = new ConcurrentHashMap<>();
        Map<String, List<Integer>> handedOut = new HashMap<>();
        Map<String, AtomicInteger> inside = new HashMap<>();
        List<String> violations = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger runningNow = new AtomicInteger();
        int total = producers * conversations * each;
        CountDownLatch left = new CountDownLatch(total);
        for (int c = 0; c < conversations; c++) {
            offered.put("c" + c, new ArrayList<>());
            handedOut.put("c" + c, Collections.synchronizedList(new ArrayList<>()));
            inside.put("c" + c, new AtomicInteger());
        }
        ExecutorService elsewhere = Executors.newFixedThreadPool(2);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            Random random = new Random(seed + p);
            threads.add(new Thread(() -> {
                for (int i = 0; i < conversations * each; i++) {
                    String conversation = "c" + i % conversations;
                    List<Integer> order = offered.get(conversation);
                    synchronized (order) {
                        Exchange exchange = offer(queue, conversation, "x");
                        order.add(System.identityHashCode(exchange));
                    }
                    pause(random);
                }
            }));
        }
        for (int w = 0; w < workers; w++) {
            Random random = new Random(seed - 1 - w);
            threads.add(new Thread(() -> {
                while (left.getCount() > 0) {
                    Exchange exchange = uninterrupted(queue);
                    if (exchange == null) {
                        continue;
                    }
                    String conversation = exchange.getProperty(Turn.PROPERTY, Turn.class).message().conversationId();
                    if (runningNow.incrementAndGet() > maxRunning) {
                        violations.add("too many at once");
                    }
                    if (inside.get(conversation).incrementAndGet() > 1) {
                        violations.add("two of " + conversation);
                    }
                    handedOut.get(conversation).add(System.identityHashCode(exchange));
                    pause(random);
                    Runnable end = () -> {
                        inside.get(conversation).decrementAndGet();
                        runningNow.decrementAndGet();
                        finish(exchange, exchange.hashCode() % 3 == 0);
                        left.countDown();
                    };
                    if (random.nextBoolean()) {
                        elsewhere.execute(end);
                    } else {
                        end.run();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);

        assertThat(left.await(20, TimeUnit.SECONDS)).as("all done").isTrue();
        for (Thread thread : threads) {
            thread.join(5_000);
        }
        elsewhere.shutdown();
        assertThat(violations).isEmpty();
        offered.forEach((conversation, order) -> assertThat(handedOut.get(conversation)).isEqualTo(order));
        assertThat(queue.conversations()).isZero();
        assertThat(queue.running()).isZero();
        assertThat(queue.remainingCapacity()).isEqualTo(total);
    }

    private static Exchange uninterrupted(KeyedQueue queue) {
        try {
            return queue.poll(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause(Random random) {
        switch (random.nextInt(4)) {
            case 0 -> Thread.yield();
            case 1 -> Thread.onSpinWait();
            default -> {
            }
        }
    }

    private static CompletableFuture<Exchange> polling(KeyedQueue queue) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return queue.poll(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Exchange offer(KeyedQueue queue, String conversation, String text) {
        KeyedQueue.Slot slot = queue.reserve(conversation, 0);
        assertThat(slot).as("a place for " + text).isNotNull();
        Exchange exchange = exchange(slot, conversation, text);
        assertThat(queue.offer(exchange)).isTrue();
        return exchange;
    }

    private Exchange exchange(KeyedQueue.Slot slot, String conversation, String text) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(Turn.PROPERTY, new Turn(ids.incrementAndGet(), Spoken.in(conversation, text), slot, null));
        return exchange;
    }

    private static String name(Exchange exchange) {
        return exchange.getProperty(Turn.PROPERTY, Turn.class).message().msgId();
    }

    private static void done(Exchange exchange) {
        finish(exchange, false);
    }

    private static void finish(Exchange exchange, boolean failed) {
        List<Synchronization> ends = exchange.getExchangeExtension().handoverCompletions();
        ends.forEach(end -> {
            if (failed) {
                end.onFailure(exchange);
            } else {
                end.onComplete(exchange);
            }
        });
    }

    @Test
    void holdsNoMoreBytesThanItMayUntilTheTurnsAreDone() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 10, Duration.ZERO, 10_000);
        KeyedQueue.Slot first = queue.reserve("a", 6_000);
        KeyedQueue.Slot second = queue.reserve("b", 4_000);

        assertThat(queue.reserve("c", 1)).isNull();
        assertThat(queue.isFull()).isTrue();
        assertThat(second.release()).isTrue();
        assertThat(queue.bytes()).isEqualTo(6_000);

        queue.offer(exchange(first, "a", "long"));
        assertThat(queue.reserve("c", 4_001)).isNull();
        Exchange running = queue.poll(10, TimeUnit.SECONDS);
        assertThat(queue.reserve("c", 4_001)).as("what runs is held too").isNull();
        done(running);
        assertThat(queue.bytes()).isZero();
        assertThat(queue.reserve("c", 4_001)).isNotNull();
    }

    @Test
    void givesTheBytesBackOfWhatIsStopped() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 10, Duration.ZERO, 10_000);
        queue.offer(exchange(queue.reserve("a", 1_000), "a", "runs"));
        queue.offer(exchange(queue.reserve("a", 2_000), "a", "waits"));
        Exchange running = queue.poll(10, TimeUnit.SECONDS);

        queue.stop("a", turn -> true, null);
        assertThat(queue.bytes()).as("the running one is still in memory").isEqualTo(1_000);
        done(running);
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void keepsTheRunningPlaceOfATurnWhoseReplyHasNoRoom() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 1, Duration.ZERO, 10_000);
        queue.offer(exchange(queue.reserve("a", 1_000), "a", "first"));
        Exchange first = queue.poll(10, TimeUnit.SECONDS);
        Turn turn = first.getProperty(Turn.PROPERTY, Turn.class);

        queue.yield(turn, 9_001);
        assertThat(queue.running()).isEqualTo(1);
        queue.yield(turn, 9_000);
        assertThat(queue.running()).isZero();
        assertThat(queue.bytes()).isEqualTo(10_000);
        done(first);
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void aTurnThatWaitsForItsAgentGivesItsPlaceAndTakesOneAgainBeforeTurnsThatHaveNotStarted() {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        List.of("a", "b", "c").forEach(conversation -> offer(queue, conversation, conversation));
        offer(queue, "a", "a2");
        Exchange a = queue.poll();
        RunningPlace place = RunningPlace.of(a.getProperty(Turn.PROPERTY, Turn.class));
        List<String> continued = new ArrayList<>();

        place.leave();
        assertThat(queue.running()).isZero();
        assertThat(queue.parked()).isEqualTo(1);
        assertThat(queue.remainingCapacity()).as("it counts as waiting").isEqualTo(6);
        Exchange b = queue.poll();
        assertThat(name(b)).as("not the next one of its own conversation").isEqualTo("b");
        place.takeAgain(() -> continued.add("a"));
        assertThat(continued).as("there is no running place").isEmpty();
        done(b);
        assertThat(continued).containsExactly("a");
        assertThat(queue.running()).isEqualTo(1);
        assertThat(queue.parked()).isZero();
        assertThat(queue.poll()).as("it runs again").isNull();
        done(a);
        assertThat(name(queue.poll())).isEqualTo("c");
        assertThat(queue.running()).isEqualTo(1);
    }

    @Test
    void aTurnThatIsStoppedWhileItWaitsForItsAgentLeavesNothing() {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        offer(queue, "a", "a1");
        offer(queue, "b", "b1");
        Exchange a = queue.poll();
        RunningPlace place = RunningPlace.of(a.getProperty(Turn.PROPERTY, Turn.class));
        place.leave();
        Exchange b = queue.poll();
        place.takeAgain(() -> { });
        queue.stop("a", turn -> true, null);
        done(a);
        assertThat(queue.parked()).isZero();
        assertThat(queue.running()).isEqualTo(1);
        done(b);
        assertThat(queue.running()).isZero();
        assertThat(queue.remainingCapacity()).isEqualTo(10);
        assertThat(queue.conversations()).isZero();
    }

    @Test
    void aTurnWhoseAgentHasRoomAtOnceKeepsItsPlace() {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        offer(queue, "a", "a1");
        Exchange a = queue.poll();
        RunningPlace place = RunningPlace.of(a.getProperty(Turn.PROPERTY, Turn.class));
        List<String> continued = new ArrayList<>();
        place.takeAgain(() -> continued.add("a"));
        place.leave();
        assertThat(continued).containsExactly("a");
        assertThat(queue.running()).isEqualTo(1);
        assertThat(queue.parked()).isZero();
        done(a);
        assertThat(queue.running()).isZero();
    }

    @Test
    void forgetsTheDeliveryThatTheMessageWasReadFrom() {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        Exchange exchange = exchange(queue.reserve("a", 0), "a", "text");
        exchange.setProperty(Delivery.PROPERTY, "a tree of JSON");

        queue.offer(exchange);

        assertThat(exchange.getProperty(Delivery.PROPERTY)).isNull();
    }

    @Test
    void knowsHowLongTurnsHaveWaitedForAWorker() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        assertThat(queue.unattended()).isZero();
        offer(queue, "a", "first");
        offer(queue, "b", "second");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> queue.unattended().toMillis() >= 1);

        Exchange first = queue.poll(10, TimeUnit.SECONDS);
        assertThat(queue.unattended()).as("no more may run").isZero();
        done(first);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> queue.unattended().toMillis() >= 1);
        queue.close();
        assertThat(queue.unattended()).isZero();
    }

    /** A worker that waits for work: its thread is seen waiting. */
    private static CompletableFuture<Exchange> idleWorker(KeyedQueue queue) {
        return idleWorker(queue, TimeUnit.MINUTES.toMillis(5));
    }

    /** The same of one that asks for some milliseconds, and waits as long as idle workers do. */
    private static CompletableFuture<Exchange> idleWorker(KeyedQueue queue, long millis) {
        CompletableFuture<Exchange> handedOut = new CompletableFuture<>();
        Thread worker = new Thread(() -> {
            try {
                handedOut.complete(queue.poll(millis, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                handedOut.completeExceptionally(e);
            }
        });
        worker.setDaemon(true);
        worker.start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> worker.getState() == Thread.State.TIMED_WAITING);
        return handedOut;
    }

    private static Turn turn(Exchange exchange) {
        return exchange.getProperty(Turn.PROPERTY, Turn.class);
    }

    @Test
    void wakesAnIdleWorkerForATurnThatIsOffered() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        CompletableFuture<Exchange> worker = idleWorker(queue);
        Exchange offered = offer(queue, "a", "a1");

        assertThat(worker.get(30, TimeUnit.SECONDS)).isSameAs(offered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yields", "parks", "ends"})
    void wakesAnIdleWorkerWhenARunningTurnGivesItsPlace(String how) throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        offer(queue, "a", "a1");
        Exchange running = queue.poll();
        CompletableFuture<Exchange> worker = idleWorker(queue);
        Exchange next = offer(queue, "b", "b1");
        assertThat(worker).isNotDone();

        switch (how) {
            case "yields" -> queue.yield(turn(running), 0);
            case "parks" -> queue.park(turn(running));
            default -> done(running);
        }
        assertThat(worker.get(30, TimeUnit.SECONDS)).isSameAs(next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"is stopped", "is released", "ends"})
    void wakesAnIdleWorkerWhenAConversationsNextTurnMayStart(String how) throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "a1");
        Exchange running = queue.poll();
        CompletableFuture<Exchange> worker = idleWorker(queue);
        Exchange next = offer(queue, "a", "a2");
        assertThat(worker).isNotDone();

        switch (how) {
            case "is stopped" -> queue.stop("a", turn -> turn == turn(running), null);
            case "is released" -> queue.releaseNext(turn(running));
            default -> done(running);
        }
        assertThat(worker.get(30, TimeUnit.SECONDS)).isSameAs(next);
    }

    @Test
    void endsThePollOfEachIdleWorkerWhenItCloses() throws Exception {
        KeyedQueue queue = new KeyedQueue(10, 10, 10, Duration.ofMinutes(10), Long.MAX_VALUE);
        List<CompletableFuture<Exchange>> workers = List.of(idleWorker(queue, 1), idleWorker(queue, 1));
        queue.close();

        for (CompletableFuture<Exchange> worker : workers) {
            assertThat(worker.get(30, TimeUnit.SECONDS)).isNull();
        }
    }

    @Test
    void aTurnThatYieldsHoldsAWaitingPlaceUntilItIsDoneAndOnlySoManyMay() {
        int most = KeyedQueue.MOST_YIELDED;
        KeyedQueue queue = new KeyedQueue(most + 1, 10, most + 1);
        List<Exchange> running = new ArrayList<>();
        for (int i = 0; i <= most; i++) {
            offer(queue, "conversation " + i, "x");
            running.add(queue.poll());
        }
        running.forEach(exchange -> queue.yield(turn(exchange), 0));

        assertThat(queue.yielded()).isEqualTo(most);
        assertThat(queue.running()).as("one keeps its running place").isEqualTo(1);
        assertThat(queue.remainingCapacity()).isEqualTo(1);
        done(running.get(0));
        assertThat(queue.yielded()).isEqualTo(most - 1);
        assertThat(queue.remainingCapacity()).isEqualTo(2);
        assertThat(queue.running()).isEqualTo(1);
    }

    @Test
    void aParkedTurnContinuesAtOnceWhereThereIsARunningPlace() {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        offer(queue, "a", "a1");
        Turn turn = turn(queue.poll());
        List<String> continued = new ArrayList<>();
        queue.unpark(turn, () -> continued.add("not parked"));
        queue.park(turn);
        assertThat(queue.running()).isZero();
        assertThat(queue.remainingCapacity()).isEqualTo(9);

        queue.unpark(turn, () -> continued.add("parked"));
        assertThat(continued).containsExactly("not parked", "parked");
        assertThat(queue.running()).isEqualTo(1);
        assertThat(queue.remainingCapacity()).as("it does not wait any more").isEqualTo(10);
    }

    @Test
    void leavesATurnThatAnotherNodeAnswersToIt() {
        KeyedQueue queue = new KeyedQueue(10, 10, 1);
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(Turn.PROPERTY, new Turn(1, Turn.Kind.TURN, Spoken.in("a", "a1"), null, null, new Cancellation(), null,
                Lease.ELSEWHERE));

        assertThat(queue.offer(exchange)).isTrue();
        assertThat(queue.size()).isZero();
        assertThat(queue.poll()).isNull();
    }

    @Test
    void tellsWhatWaitsAndWhatRuns() {
        KeyedQueue queue = new KeyedQueue(10, 5, 2, Duration.ZERO, 5_000);
        assertThat(queue.capacity()).isEqualTo(10);
        assertThat(queue.maxRunning()).isEqualTo(2);
        assertThat(queue.maxBytes()).isEqualTo(5_000);
        assertThat(queue.isIdle("a")).isTrue();
        KeyedQueue.Slot stored = queue.reserve("a", 0);
        assertThat(queue.isIdle("a")).as("a turn is being stored").isFalse();
        assertThat(queue.conversations()).isEqualTo(1);
        assertThat(stored.release()).isTrue();
        assertThat(stored.release()).isFalse();

        Exchange first = offer(queue, "a", "a1");
        Exchange second = offer(queue, "a", "a2");
        Exchange third = offer(queue, "b", "b1");
        assertThat(queue).as("conversation by conversation").containsExactly(first, second, third);
        assertThat(queue.poll()).isSameAs(first);
        assertThat(queue.runningTurns()).containsExactly(turn(first));
        assertThat(queue.isRunning("a")).isTrue();
        assertThat(queue.isRunning("b")).isFalse();
        assertThat(queue.waiting("a")).isEqualTo(1);
        assertThat(queue.poll()).isSameAs(third);
        queue.stop("a", turn -> turn == turn(second), null);
        assertThat(queue.isIdle("a")).as("a turn runs").isFalse();
        assertThat(queue.conversations()).as("two that run, none that waits").isEqualTo(2);
        done(first);
        assertThat(queue.isIdle("a")).isTrue();
        assertThat(queue.conversations()).isEqualTo(1);
    }

    @Test
    void isFullWhereTheShortestMessageHasNoRoom() {
        KeyedQueue queue = new KeyedQueue(10, 5, 2, Duration.ZERO, Turn.LEAST_BYTES + 1);
        KeyedQueue.Slot one = queue.reserve("a", 1);
        assertThat(queue.isFull()).isFalse();
        assertThat(queue.reserve("b", 1)).isNotNull();
        assertThat(queue.isFull()).isTrue();
        one.release();
        assertThat(queue.isFull()).isFalse();
    }

    @Test
    void countsTheTimeWithoutWorkerAnewWhenOneTurnIsHandedOut() {
        KeyedQueue queue = new KeyedQueue(10, 10, 10);
        offer(queue, "a", "first");
        offer(queue, "b", "second");
        queue.poll();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> queue.unattended().toNanos() > 0);
        assertThat(queue.unattended()).as("the second waits").isLessThan(Duration.ofHours(1));
    }
}
