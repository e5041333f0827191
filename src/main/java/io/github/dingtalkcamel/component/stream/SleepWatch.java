package io.github.dingtalkcamel.component.stream;
import java.time.Duration;

/**
 * Tells that the machine slept, or that somebody set its clock: from one look to the next, the wall clock went another way than the time that only moves
 * forward, or that time itself took a leap (which of the two happens depends on the system). Connections may have died meanwhile without a sign.
 */
final class SleepWatch {

    private static final long TOLERANCE_MILLIS = 5_000;

    private final long everyMillis;
    private long wall;
    private long steady;

    /** @param every how often {@link #slept} is called */
    SleepWatch(Duration every, long wallMillis, long nanos) {
        this.everyMillis = every.toMillis();
        this.wall = wallMillis;
        this.steady = nanos;
    }

    /** Whether that happened since the last call. */
    boolean slept(long wallMillis, long nanos) {
        long wallPassed = wallMillis - wall;
        long steadyPassed = (nanos - steady) / 1_000_000;
        wall = wallMillis;
        steady = nanos;
        return Math.abs(wallPassed - steadyPassed) > TOLERANCE_MILLIS || steadyPassed > everyMillis + TOLERANCE_MILLIS;
    }
}
