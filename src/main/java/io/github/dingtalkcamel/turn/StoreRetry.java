package io.github.dingtalkcamel.turn;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.store.LeaseLostException;
import io.github.dingtalkcamel.store.StoreException;
import io.github.resilience4j.core.IntervalFunction;
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
 * be written. After that, and when the process stops, the exchange fails with the exception. Other exceptions fail it at once. A turn that
 * is stopped while it waits ends there.
 * <p>
 * A step may have been run in part when it is repeated, so it must be one that can be.
 */
public final class StoreRetry {

    private static final Logger LOG = LoggerFactory.getLogger(StoreRetry.class);

    private static final int MOST_REPEATS = 8;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);

    private final BooleanSupplier isStoreFailing;
    private final IntervalFunction delays;
    private final CamelContext context;
    private Executor threads;

    /**
     * @param isStoreFailing whether the store takes nothing at this moment
     * @param firstDelay     before the first repeat
     */
    public StoreRetry(CamelContext context, BooleanSupplier isStoreFailing, Duration firstDelay) {
        this.context = context;
        this.isStoreFailing = isStoreFailing;
        // a fifth more or less, so that turns that failed together are not repeated together
        this.delays = IntervalFunction.ofExponentialRandomBackoff(firstDelay, 2, 0.2, LONGEST_DELAY);
    }

    /** The step as routes use it, with its repeats. Routes may share it. */
    public AsyncProcessor step(Processor step) {
        return new NonStoppingProcessor(new Step(step));
    }

    /** What was repeated continues on one of these: the rest of its route may wait for an agent. Few processes ever need one. */
    private synchronized Executor threads() {
        if (threads == null) {
            threads = context.getExecutorServiceManager().newCachedThreadPool(this, "StoreRetry");
        }
        return threads;
    }

    private final class Step extends AsyncProcessorSupport {

        private final Processor step;

        Step(Processor step) {
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

        /** Returns false where it is repeated later. */
        private boolean run(Exchange exchange, AsyncCallback callback, int failed) {
            try {
                step.process(exchange);
            } catch (StoreException e) {
                int failures = failed + 1;
                if (isWorthAnotherTry(failures) && !LeaseLostException.is(e)) {
                    LOG.debug("A step of exchange {} is repeated after {} failures: {}", exchange.getExchangeId(), failures,
                            e.getMessage());
                    CompletableFuture.delayedExecutor(delays.apply(failures), TimeUnit.MILLISECONDS, threads())
                            .execute(() -> again(exchange, callback, failures));
                    return false;
                }
                exchange.setProperty(CallRetry.TRIES, failures);
                exchange.setException(e);
            } catch (Exception e) {
                exchange.setException(e);
            }
            return true;
        }

        private void again(Exchange exchange, AsyncCallback callback, int failures) {
            try {
                Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
                if (turn != null && turn.isStopped()) {
                    // nothing more of it goes out
                    exchange.setRouteStop(true);
                    callback.done(false);
                } else if (run(exchange, callback, failures)) {
                    callback.done(false);
                }
            } catch (RuntimeException | Error e) {
                // the executor would keep it to itself
                LOG.error("The steps after a repeated one failed", e);
            }
        }

        private boolean isWorthAnotherTry(int failures) {
            return !context.isStopping() && !context.isStopped() && (failures <= MOST_REPEATS || isStoreFailing.getAsBoolean());
        }
    }
}
