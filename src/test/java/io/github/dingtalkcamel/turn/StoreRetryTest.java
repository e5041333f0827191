package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A step that needs a store which is away for a while. */
class StoreRetryTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final AtomicBoolean failing = new AtomicBoolean();
    private final AtomicInteger runs = new AtomicInteger();
    private final Exchange exchange = new DefaultExchange(context);
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    @BeforeEach
    void start() {
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private AsyncProcessor failing(int times) {
        return new StoreRetry(context, failing::get, Duration.ofMillis(10)).step(any -> {
            if (runs.incrementAndGet() <= times) {
                throw new StoreException("away", null);
            }
        });
    }

    @Test
    void continuesAtOnceOnTheCallersThreadWhereTheStoreAnswers() {
        assertThat(failing(0).process(exchange, done::complete)).isTrue();

        assertThat(done).isCompletedWithValue(true);
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void isRepeatedWithoutTheCallersThreadUntilTheStoreAnswers() {
        assertThat(failing(5).process(exchange, done::complete)).as("done at once").isFalse();

        assertThat(done).succeedsWithin(SOON).isEqualTo(false);
        assertThat(runs).hasValue(6);
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void failsAfterEightRepeatsWhereTheStoreTakesOtherThings() {
        failing(Integer.MAX_VALUE).process(exchange, done::complete);

        assertThat(done).succeedsWithin(SOON);
        assertThat(runs).hasValue(9);
        assertThat(exchange.getException()).isInstanceOf(StoreException.class).hasMessage("away");
        assertThat(exchange.getProperty(CallRetry.TRIES)).isEqualTo(9);
    }

    @Test
    void isRepeatedForAsLongAsTheStoreTakesNothing() {
        failing.set(true);
        failing(10).process(exchange, done::complete);

        assertThat(done).succeedsWithin(SOON);
        assertThat(runs).hasValue(11);
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void failsAtOnceWithOtherExceptions() {
        IllegalStateException bug = new IllegalStateException("a bug");
        new StoreRetry(context, failing::get, Duration.ofMillis(10)).step(any -> {
            runs.incrementAndGet();
            throw bug;
        }).process(exchange, done::complete);

        assertThat(done).isCompletedWithValue(true);
        assertThat(exchange.getException()).isSameAs(bug);
        assertThat(runs).hasValue(1);
    }

    private AsyncProcessor writing(List<CompletableFuture<Runnable>> writes) {
        return new StoreRetry(context, failing::get, Duration.ofMillis(10)).writing(any -> writes.get(runs.getAndIncrement()));
    }

    @Test
    void holdsNoThreadDuringTheWriteAndContinuesOnceItIsDurable() {
        CompletableFuture<Runnable> write = new CompletableFuture<>();
        assertThat(writing(List.of(write)).process(exchange, sync -> done.complete(exchange.getProperty("rest", false, Boolean.class))))
                .as("done at once").isFalse();
        assertThat(done).isNotDone();

        Thread writer = Thread.currentThread();
        write.complete(() -> exchange.setProperty("rest", Thread.currentThread() != writer));

        assertThat(done).as("the rest of the step, not on the writing thread, before the exchange continues").succeedsWithin(SOON)
                .isEqualTo(true);
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void beginsAWriteAgainThatFailed() {
        failing.set(true);
        List<CompletableFuture<Runnable>> writes = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        writing(writes).process(exchange, done::complete);
        writes.get(0).completeExceptionally(new CompletionException(new StoreException("away", null)));
        writes.get(1).complete(() -> exchange.setProperty("rest", true));

        assertThat(done).succeedsWithin(SOON).isEqualTo(false);
        assertThat(runs).hasValue(2);
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getProperty("rest")).isEqualTo(true);
    }

    @Test
    void failsTheExchangeWithWhatElseFailedAWrite() {
        IllegalStateException bug = new IllegalStateException("a bug");
        CompletableFuture<Runnable> write = new CompletableFuture<>();
        writing(List.of(write)).process(exchange, done::complete);
        write.completeExceptionally(bug);

        assertThat(done).succeedsWithin(SOON).isEqualTo(false);
        assertThat(exchange.getException()).isSameAs(bug);
        assertThat(runs).hasValue(1);
    }

    /** The next turn of its conversation must not wait for the end of the delay. */
    @Test
    void aTurnThatIsStoppedMeanwhileWaitsNoLonger() {
        Turn turn = new Turn(7, Spoken.in("cid", "m1"), null, null);
        exchange.setProperty(Turn.PROPERTY, turn);
        new StoreRetry(context, failing::get, Duration.ofMinutes(1)).step(any -> {
            runs.incrementAndGet();
            throw new StoreException("away", null);
        }).process(exchange, done::complete);
        turn.cancellation().stop();

        assertThat(done).succeedsWithin(SOON);
        assertThat(runs).hasValue(1);
        assertThat(exchange.isRouteStop()).isTrue();
    }

    @Test
    void waitsNoLongerThanFiveSecondsWhileTheStoreTakesNothing() {
        StoreRetry retry = new StoreRetry(context, failing::get, Duration.ofSeconds(1));
        assertThat(retry.delayMillis(8)).as("a minute, a fifth more or less").isBetween(48_000L, 72_000L);

        failing.set(true);

        assertThat(retry.delayMillis(1)).isBetween(800L, 1_200L);
        assertThat(retry.delayMillis(8)).isEqualTo(5_000);
    }

    @Test
    void endsTheRouteOfATurnThatIsStoppedMeanwhile() {
        Turn turn = new Turn(7, Spoken.in("cid", "m1"), null, null);
        exchange.setProperty(Turn.PROPERTY, turn);
        failing.set(true);
        failing(Integer.MAX_VALUE).process(exchange, done::complete);
        turn.cancellation().stop();

        assertThat(done).succeedsWithin(SOON);
        assertThat(exchange.isRouteStop()).isTrue();
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void failsAtOnceWhileTheProcessStopsSoThatTheNextStartResumesTheTurn() {
        failing.set(true);
        context.stop();
        failing(Integer.MAX_VALUE).process(exchange, done::complete);

        assertThat(done).isCompletedWithValue(true);
        assertThat(exchange.getException()).isInstanceOf(StoreException.class);
        assertThat(runs).hasValue(1);
    }
}
