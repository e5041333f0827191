package io.github.dingtalkcamel.component.api;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import org.apache.camel.CamelContext;

/**
 * A cached thread pool for tasks that are short for the most part and may block now and then. Unlike that of the JDK it wakes or starts
 * one thread at a time.
 * <p>
 * Promises: a task that waits has a thread on its way, be it a waiting one or a new one, so it is run however many others block. Tasks
 * begin in the order in which they came. One thread at a time is on its way: a thread that is done with a task takes the next one
 * meanwhile, since waking another one costs more than a short task. A thread that was not needed for a minute ends.
 * <p>
 * Does not promise a bound on the threads: callers that submit blocking tasks have to bound them.
 */
public final class CachedThreadPool implements Executor, AutoCloseable {

    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private Function<Runnable, Thread> factory;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    /** The threads that wait, the last one first: its stack is still in the processor's caches. */
    private final Deque<Worker> idle = new ArrayDeque<>();
    /** A thread was woken or started and has not come yet. */
    private boolean coming;
    /** Threads that were started and have not ended. */
    private int running;
    private boolean closed;

    /** @param factory makes the threads, not started */
    public CachedThreadPool(Function<Runnable, Thread> factory) {
        this.factory = factory;
    }

    /** Of a context: named as its other threads are, and virtual where those are. */
    public static CachedThreadPool of(CamelContext context, String name) {
        return new CachedThreadPool(task -> context.getExecutorServiceManager().newThread(name, task));
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            tasks.addLast(task);
            summon();
        } catch (RuntimeException | Error e) {
            // a thread that runs takes the task when it is done with its own
            if (running == 0) {
                tasks.removeLastOccurrence(task);
                throw e;
            }
            Thread here = Thread.currentThread();
            here.getUncaughtExceptionHandler().uncaughtException(here, e);
        } finally {
            lock.unlock();
        }
    }

    /** Sees to it that a thread comes. Called with the lock held. */
    private void summon() {
        if (coming) {
            return;
        }
        Worker worker = idle.pollFirst();
        if (worker == null) {
            new Worker().start();
            running++;
        } else {
            worker.wake();
        }
        coming = true;
    }

    /**
     * Threads that wait end at once, others when they have nothing more to do. Later tasks are still run, by daemon threads.
     * <p>
     * The context is held no longer: an HTTP client of the JDK that uses this pool has no end of its own, and would keep it in memory.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            factory = CachedThreadPool::late;
            idle.forEach(Worker::wake);
            idle.clear();
        } finally {
            lock.unlock();
        }
    }

    private static Thread late(Runnable task) {
        Thread thread = new Thread(task, "late");
        thread.setDaemon(true);
        return thread;
    }

    private final class Worker implements Runnable {

        private Thread thread;
        private volatile boolean woken;

        void start() {
            thread = factory.apply(this);
            thread.start();
        }

        void wake() {
            woken = true;
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            Runnable task = next(true);
            while (task != null) {
                run(task);
                task = next(false);
            }
        }

        private Runnable end() {
            running--;
            return null;
        }

        /**
         * Waits for the next task.
         *
         * @param called whether this thread is the one that is on its way
         * @return       null when the thread is to end
         */
        private Runnable next(boolean called) {
            boolean came = called;
            while (true) {
                lock.lock();
                try {
                    coming &= !came;
                    Runnable task = tasks.pollFirst();
                    if (task != null) {
                        if (!tasks.isEmpty()) {
                            anotherIfPossible();
                        }
                        return task;
                    }
                    if (closed) {
                        return end();
                    }
                    woken = false;
                    idle.addFirst(this);
                } finally {
                    lock.unlock();
                }
                if (!await()) {
                    return null;
                }
                came = true;
            }
        }

        /** Without memory for another thread this one does the work. */
        private void anotherIfPossible() {
            try {
                summon();
            } catch (OutOfMemoryError e) {
                report(e);
            }
        }

        private void run(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                report(e);
            }
            // as a pool does: an interruption belonged to the task
            Thread.interrupted();
        }

        private void report(Throwable e) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }

        /** Returns true when it was woken, false when it waited in vain. */
        private boolean await() {
            long end = System.nanoTime() + KEPT_NANOS;
            for (long left = KEPT_NANOS; !woken && left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
                Thread.interrupted();
            }
            lock.lock();
            try {
                boolean isCalled = !idle.removeLastOccurrence(this);
                if (!isCalled) {
                    end();
                }
                return isCalled;
            } finally {
                lock.unlock();
            }
        }
    }
}
