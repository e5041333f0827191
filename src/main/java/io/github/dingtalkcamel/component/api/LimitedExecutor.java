package io.github.dingtalkcamel.component.api;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks by another executor, at most so many at once; more wait here, in order. So tasks that block hold a bounded number of threads
 * of a pool that has no bound of its own.
 */
final class LimitedExecutor implements Executor {

    private final Executor threads;
    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;

    LimitedExecutor(Executor threads, int most) {
        this.threads = threads;
        this.most = most;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            if (running == most) {
                waiting.add(task);
                return;
            }
            running++;
        }
        try {
            threads.execute(() -> runWithThoseThatWait(task));
        } catch (RuntimeException | Error e) {
            synchronized (waiting) {
                running--;
            }
            throw e;
        }
    }

    private void runWithThoseThatWait(Runnable first) {
        for (Runnable task = first; task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                Thread here = Thread.currentThread();
                here.getUncaughtExceptionHandler().uncaughtException(here, e);
            }
        }
    }

    /** Returns null where none waits: the thread is given back. */
    private Runnable next() {
        synchronized (waiting) {
            Runnable task = waiting.poll();
            if (task == null) {
                running--;
            }
            return task;
        }
    }
}
