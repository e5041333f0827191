package io.github.dingtalkcamel.turn;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.component.api.CachedThreadPool;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.store.LeaseLostException;
import io.github.dingtalkcamel.store.StoreException;
import io.github.resilience4j.core.IntervalFunction;
import io.github.dingtalkcamel.log.OutOfMemoryExit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.AsyncProcessorSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats steps of routes that read or write the store, where the store fails: only these steps, so that routes need no redelivery of
 * Camel's, which copies the exchange before each of its steps.
 * <p>
 * Promises: a step that fails with a {@link StoreException} is repeated after a delay that doubles, up to a minute, and meanwhile the
 * exchange holds no thread. It is repeated eight times, and for as long as the store takes nothing, since then not even a dead letter could
 * be written; meanwhile the delay is five seconds at most, so that turns continue soon after the store's return. After that, and when the
 * process stops, the exchange fails with the exception. Other exceptions fail it at once. A turn that is stopped while it waits ends there,
 * at once: the next one of its conversation waits for it, which another node, or this one under a new id, may have given it.
 * <p>
 * No thread waits for the write of a {@link #writing} step: the exchange continues on one of a few threads, which continue those whose
 * writes were committed together one after the other.
 * <p>
 * A step may have been run in part when it is repeated, so it must be one that can be.
 */
public final class StoreRetry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreRetry.class);

    private static final CompletableFuture<Runnable> DONE = CompletableFuture.completedFuture(() -> {
    });
    private static final int MOST_REPEATS = 8;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);
    private static final Duration LONGEST_WHILE_FAILING = Duration.ofSeconds(5);

    private final BooleanSupplier isStoreFailing;
    private final IntervalFunction delays;
    private final CamelContext context;
    private final CachedThreadPool threads;

    /**
     * @param isStoreFailing whether the store takes nothing at this moment
     * @param firstDelay     before the first repeat
     */
    public StoreRetry(CamelContext context, BooleanSupplier isStoreFailing, Duration firstDelay) {
        this.context = context;
        this.threads = CachedThreadPool.of(context, "Turns");
        this.isStoreFailing = isStoreFailing;
        // a fifth more or less, so that turns that failed together are not repeated together
        this.delays = IntervalFunction.ofExponentialRandomBackoff(firstDelay, 2, 0.2, LONGEST_DELAY);
    }

    /** Until a step that has failed so often is repeated, in milliseconds. */
    long delayMillis(int failures) {
        long delay = delays.apply(failures);
        return isStoreFailing.getAsBoolean() ? Math.min(delay, LONGEST_WHILE_FAILING.toMillis()) : delay;
    }

    /** A step whose end is a write. */
    @FunctionalInterface
    public interface Writing {

        /**
         * Begins it.
         *
         * @return completed when the write is durable, with what is left to do before the exchange continues; else with what failed it
         */
        CompletableFuture<Runnable> begin(Exchange exchange) throws Exception;
    }

    /** The step as routes use it, with its repeats. Routes may share it. */
    public AsyncProcessor step(Processor step) {
        return writing(exchange -> {
            step.process(exchange);
            return DONE;
        });
    }

    /** The same of a step whose end is a write. */
    public AsyncProcessor writing(Writing step) {
        return new NonStoppingProcessor(new Step(step));
    }

    /** What was written or repeated continues on one of these: the rest of its route may wait for an agent. */
    CachedThreadPool threads() {
        return threads;
    }

    /** Threads end that have nothing to do. What is still written continues. */
    @Override
    public void close() {
        threads.close();
    }

    /** Begins once: after its delay, or when its turn is stopped. */
    private final class Repeat implements Runnable, StopSignal.Call {

        private final AtomicBoolean begun = new AtomicBoolean();
        private final Runnable task;

        Repeat(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                task.run();
            }
        }

        @Override
        public void end() {
            threads().execute(this);
        }

        @Override
        public boolean isOver() {
            return begun.get();
        }
    }

    private final class Step extends AsyncProcessorSupport {

        private final Writing step;

        Step(Writing step) {
            this.step = step;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            if (run(exchange, callback, 0)) {
                callback.done(true);
                return true;
            }
            return false;
        }

        /** Returns false where the exchange continues later. */
        private boolean run(Exchange exchange, AsyncCallback callback, int failed) {
            CompletableFuture<Runnable> written;
            try {
                written = step.begin(exchange);
            } catch (Exception | Error e) {
                return isOver(exchange, callback, failed, e);
            }
            if (written.isDone() && !written.isCompletedExceptionally()) {
                finish(exchange, written.join());
                return true;
            }
            written.whenComplete((rest, failure) -> {
                try {
                    threads().execute(() -> written(exchange, callback, failed, rest, failure));
                } catch (Error e) {
                    // no thread can be started; the future would keep it to itself
                    OutOfMemoryExit.check(e);
                    throw e;
                }
            });
            return false;
        }

        /** Returns false where the step is repeated later. */
        private boolean isOver(Exchange exchange, AsyncCallback callback, int failed, Throwable failure) {
            int failures = failed + 1;
            if (failure instanceof StoreException e) {
                if (isWorthAnotherTry(failures) && !LeaseLostException.is(e)) {
                    LOG.debug("A step of exchange {} is repeated after {} failures: {}", exchange.getExchangeId(), failures,
                            e.getMessage());
                    repeatLater(exchange, () -> continued(() -> again(exchange, callback, failures)), failures);
                    return false;
                }
                exchange.setProperty(CallRetry.TRIES, failures);
            }
            exchange.setException(failure);
            return true;
        }

        private void repeatLater(Exchange exchange, Runnable task, int failures) {
            Repeat repeat = new Repeat(task);
            CompletableFuture.delayedExecutor(delayMillis(failures), TimeUnit.MILLISECONDS, threads()).execute(repeat);
            Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
            if (turn != null) {
                turn.cancellation().whenStopped(repeat);
            }
        }

        private void written(Exchange exchange, AsyncCallback callback, int failed, Runnable rest, Throwable failure) {
            continued(() -> {
                if (failure == null) {
                    finish(exchange, rest);
                } else if (!isOver(exchange, callback, failed, Failures.causeOf(failure))) {
                    return;
                }
                callback.done(false);
            });
        }

        private void again(Exchange exchange, AsyncCallback callback, int failures) {
            Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
            if (turn != null && turn.isStopped()) {
                // nothing more of it goes out
                exchange.setRouteStop(true);
                callback.done(false);
            } else if (run(exchange, callback, failures)) {
                callback.done(false);
            }
        }

        private static void finish(Exchange exchange, Runnable rest) {
            try {
                rest.run();
            } catch (RuntimeException | Error e) {
                OutOfMemoryExit.check(e);
                exchange.setException(e);
            }
        }

        private static void continued(Runnable rest) {
            try {
                rest.run();
            } catch (RuntimeException | Error e) {
                // the executor would keep it to itself
                LOG.error("The steps after one that needs the store failed", e);
            }
        }

        private boolean isWorthAnotherTry(int failures) {
            return !context.isStopping() && !context.isStopped() && (failures <= MOST_REPEATS || isStoreFailing.getAsBoolean());
        }
    }
}
