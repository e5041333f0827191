package io.github.dingtalkcamel;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process that was asked to stop and does not end by itself, because agents or hooks do not return, connections stay open, or
 * DingTalk or the database does not answer.
 * <p>
 * Promises: the process has ended at most {@link #GRACE} plus {@link #CLOSING} after the time that running turns are given. The store is
 * closed first if that takes less than {@link #CLOSING}; if not, the next start recovers it as after a {@code kill -9}.
 * <p>
 * Does not promise: that turns which still run then are finished. Their messages stay stored for the next start.
 */
final class ShutdownDeadline {

    /** The time that Camel needs to close everything after the running turns' time. */
    static final Duration GRACE = Duration.ofSeconds(3);
    static final Duration CLOSING = Duration.ofMillis(1_500);

    private static final Logger LOG = LoggerFactory.getLogger(ShutdownDeadline.class);

    private final Supplier<Optional<Duration>> turnsTime;
    private final Duration grace;
    private final Duration closing;
    private final Runnable closeStore;
    private final IntConsumer halt;
    private final AtomicBoolean armed = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * @param turnsTime  how long running turns may take, or empty if no message can have arrived yet: then the process ends at once
     * @param closeStore closes the store, from a thread of its own
     * @param halt       ends the process with this status, at once
     */
    ShutdownDeadline(Supplier<Optional<Duration>> turnsTime, Runnable closeStore, IntConsumer halt) {
        this(turnsTime, GRACE, CLOSING, closeStore, halt);
    }

    ShutdownDeadline(Supplier<Optional<Duration>> turnsTime, Duration grace, Duration closing, Runnable closeStore, IntConsumer halt) {
        this.turnsTime = turnsTime;
        this.grace = grace;
        this.closing = closing;
        this.closeStore = closeStore;
        this.halt = halt;
    }

    /** Starts the deadline, because the process was asked to stop. Only the first call counts, and none after everything has ended. */
    void arm(int status) {
        if (ended.getCount() > 0 && armed.compareAndSet(false, true)) {
            long begin = System.nanoTime();
            daemon("dingtalk-shutdown-deadline", () -> watch(begin, status));
        }
    }

    /** Whether the process was asked to stop. */
    boolean isArmed() {
        return armed.get();
    }

    /** Reports that everything has ended by itself. */
    void ended() {
        ended.countDown();
    }

    /** Returns when everything has ended; a virtual machine that shuts down waits for that, or for the halt. */
    void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(long begin, int status) {
        try {
            Optional<Duration> time = turnsTime.get();
            if (time.isEmpty()) {
                LOG.info("Stopped during the start");
            } else if (ended.await(time.get().plus(grace).toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            } else {
                tellOfTheRest(begin);
            }
            daemon("dingtalk-shutdown-store", closeStore).join(closing.toMillis());
        } catch (InterruptedException e) {
            // nothing interrupts this thread; if it is interrupted, the process ends all the same
        } finally {
            if (ended.getCount() > 0) {
                System.out.flush();
                System.err.flush();
                halt.accept(status);
            }
        }
    }

    private static void tellOfTheRest(long begin) {
        LOG.warn("Not everything has ended {} s after the stop: the rest is aborted."
                + " Turns that still ran stay stored for the next start",
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
