package io.github.dingtalkcamel.engine;

import java.util.ArrayDeque;
import java.util.Deque;

import org.apache.camel.StaticService;
import org.apache.camel.spi.ReactiveExecutor;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's reactive executor, which runs the steps of an exchange one after the other on the thread that is there: the same order, without
 * statistics and without asking for every step, several times, whether it is to be logged.
 */
final class StepExecutor extends ServiceSupport implements ReactiveExecutor, StaticService {

    private static final Logger LOG = LoggerFactory.getLogger(StepExecutor.class);

    private final ThreadLocal<Worker> workers = ThreadLocal.withInitial(Worker::new);

    @Override
    public void schedule(Runnable task) {
        Worker worker = workers.get();
        worker.tasks.addLast(task);
        worker.runUnlessRunning();
    }

    @Override
    public void scheduleMain(Runnable task) {
        Worker worker = workers.get();
        worker.beginFlow();
        worker.tasks.addFirst(task);
        worker.runUnlessRunning();
    }

    @Override
    public void scheduleSync(Runnable task) {
        Worker worker = workers.get();
        worker.beginFlow();
        worker.tasks.addLast(task);
        worker.run();
    }

    @Override
    public void scheduleQueue(Runnable task) {
        workers.get().tasks.add(task);
    }

    @Override
    public boolean executeFromQueue() {
        Runnable task = workers.get().tasks.pollFirst();
        if (task != null) {
            run(task);
        }
        return task != null;
    }

    @Override
    public void setStatisticsEnabled(boolean statisticsEnabled) {
        // there are none
    }

    @Override
    public boolean isStatisticsEnabled() {
        return false;
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Exception e) {
            LOG.warn("Error executing reactive work due to {}. This exception is ignored.", e.getMessage(), e);
        }
    }

    /** The tasks of one thread. */
    private static final class Worker {

        /** Of the flow that runs. */
        private Deque<Runnable> tasks = new ArrayDeque<>();
        /** Those of the flows that wait for it, the one that began last first. */
        private final Deque<Deque<Runnable>> waiting = new ArrayDeque<>();
        private boolean isRunning;

        /** What is scheduled from now on runs before all that was scheduled before. */
        void beginFlow() {
            if (!tasks.isEmpty()) {
                waiting.push(tasks);
                tasks = new ArrayDeque<>();
            }
        }

        void runUnlessRunning() {
            if (!isRunning) {
                run();
            }
        }

        void run() {
            isRunning = true;
            try {
                while (true) {
                    Runnable task = tasks.pollFirst();
                    if (task != null) {
                        StepExecutor.run(task);
                    } else if (waiting.isEmpty()) {
                        return;
                    } else {
                        tasks = waiting.pop();
                    }
                }
            } finally {
                // Camel's does so too where runs are nested: the outer one may wait for what is scheduled next
                isRunning = false;
            }
        }
    }
}
