package io.github.dingtalkcamel.component.stream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A scheduler with one thread. */
final class SingleThreadScheduler implements Scheduler, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SingleThreadScheduler.class);

    private final InstantSource clock;
    private final ScheduledThreadPoolExecutor thread;

    SingleThreadScheduler(String name, InstantSource clock) {
        this.clock = clock;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            return created;
        });
        thread.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return clock.millis();
    }

    @Override
    public Entry in(Duration delay, Runnable task) {
        try {
            Future<?> future = thread.schedule(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("A Stream connection's step failed", e);
                }
            }, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            // closed: nothing is due any more
            return () -> {
            };
        }
    }

    /** Drops what is left to do. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
