package io.github.dingtalkcamel.observe;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Asks threads to do nothing, one request at a time, and knows how long they have not come to it. */
final class WorkerProbe {

    private final Executor workers;
    private boolean asked;
    private long since;

    WorkerProbe(Executor workers) {
        this.workers = workers;
    }

    /** How long the last request waits; zero where it was done, and another one is made. Never blocks. */
    synchronized Duration waited() {
        if (asked) {
            return Duration.ofNanos(System.nanoTime() - since);
        }
        asked = true;
        since = System.nanoTime();
        try {
            workers.execute(this::done);
        } catch (RejectedExecutionException e) {
            // they are being closed
            asked = false;
        }
        return Duration.ZERO;
    }

    private synchronized void done() {
        asked = false;
    }
}
