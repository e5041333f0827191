package io.github.dingtalkcamel.component.stream;
import java.time.Duration;

/**
 * Detects that the machine slept or that its clock was set: between two checks the wall clock and the monotonic clock moved by different
 * amounts, or the monotonic clock jumped (which of the two happens depends on the system). Connections may have died meanwhile without a
 * sign.
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
