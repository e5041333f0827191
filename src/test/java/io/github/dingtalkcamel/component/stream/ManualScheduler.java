package io.github.dingtalkcamel.component.stream;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A scheduler whose time only moves when a test moves it. Tasks run on the thread that moves it, or that asks for what is due. */
final class ManualScheduler implements Scheduler {

    private record Task(long due, long number, Runnable work) {
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::number));
    private long nanos;
    private long wallMillis = 1_700_000_000_000L;
    private long number;

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized long wallMillis() {
        return wallMillis;
    }

    @Override
    public synchronized Entry in(Duration delay, Runnable work) {
        Task task = new Task(nanos + delay.toNanos(), number++, work);
        tasks.add(task);
        return () -> cancel(task);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    /** Runs what is due now. */
    void run() {
        pass(Duration.ZERO);
    }

    /** Lets time pass, and runs what comes due at its own moment. */
    void pass(Duration duration) {
        long end = nanos() + duration.toNanos();
        while (true) {
            Task next;
            synchronized (this) {
                next = tasks.peek();
                if (next == null || next.due() > end) {
                    move(end);
                    return;
                }
                tasks.poll();
                move(Math.max(nanos, next.due()));
            }
            next.work().run();
        }
    }

    private void move(long to) {
        wallMillis += (to - nanos) / 1_000_000;
        nanos = to;
    }
}
