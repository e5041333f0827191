package io.github.dingtalkcamel.server;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;

/**
 * The threads that begin requests, in order of arrival. The thread that worked last works next, and a task that comes while others wait
 * wakes no further thread unless it is needed: a request costs fewer changes of threads than with a pool that hands each task to the thread
 * that has rested longest. A task that blocks holds its own thread only. Beyond the bound tasks wait.
 */
public final class RequestThreads implements Executor, AutoCloseable {

    private final ForkJoinPool pool;

    /** @param most threads that work at once */
    public RequestThreads(int most) {
        // never more than these, also where all of them block
        pool = new ForkJoinPool(most, RequestThread::new, null, true, most, most, 1, saturated -> true, 1, TimeUnit.MINUTES);
    }

    /** @throws java.util.concurrent.RejectedExecutionException after {@link #close} */
    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Takes no more tasks. What has begun continues, and the end of the process does not wait for it. */
    @Override
    public void close() {
        pool.shutdown();
    }

    /** A daemon. */
    private static final class RequestThread extends ForkJoinWorkerThread {

        RequestThread(ForkJoinPool pool) {
            super(pool);
        }

        @Override
        protected void onStart() {
            setName("dingtalk-http-" + getPoolIndex());
        }
    }
}
