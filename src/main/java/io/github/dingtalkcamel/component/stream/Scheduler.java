package io.github.dingtalkcamel.component.stream;
import java.time.Duration;

/** Runs tasks at given times. Tasks run one after the other; those for the same moment run in the order they were added. */
interface Scheduler {

    /** Time that only moves forward, in nanoseconds from some moment. */
    long nanos();

    /** What the clock on the wall says, in milliseconds of the epoch. */
    long wallMillis();

    /** Does it after that delay, unless it is cancelled before. */
    Entry in(Duration delay, Runnable task);

    /** Does it as soon as what was due before is done. */
    default void now(Runnable task) {
        in(Duration.ZERO, task);
    }

    /** Something to be done. */
    @FunctionalInterface
    interface Entry {

        /** Nothing happens if it is done already. */
        void cancel();
    }
}
