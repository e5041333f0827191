package io.github.dingtalkcamel.component.stream;
import java.time.Duration;

/**
 * How long to wait before the next try: {@code first}, doubling up to {@code ceiling}, each with jitter (docs/promises.md 8). Never longer
 * than the ceiling; jitter takes off up to a fifth, so that many clients that lost the same gateway do not come back at one moment.
 *
 * @param first   before the first retry
 * @param ceiling at most
 */
public record Backoff(Duration first, Duration ceiling) {

    private static final double JITTER = 0.2;
    private static final int MAX_DOUBLINGS = 30;

    /**
     * @param failures failures in a row, the one just now included: 1 or more
     * @param random   from 0 to 1, 1 excluded
     */
    Duration after(int failures, double random) {
        long grown = first.toMillis() << Math.min(Math.max(failures, 1) - 1, MAX_DOUBLINGS);
        return jittered(Math.min(grown, ceiling.toMillis()), random);
    }

    /** The pace of tries that time alone won't help. */
    Duration slowest(double random) {
        return jittered(ceiling.toMillis(), random);
    }

    private static Duration jittered(long millis, double random) {
        return Duration.ofMillis(Math.round(millis * (1 - JITTER * random)));
    }
}
