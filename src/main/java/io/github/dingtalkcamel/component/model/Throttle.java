package io.github.dingtalkcamel.component.model;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * When a model may be asked again after it answered 429: never before its {@code Retry-After}. Shared by all calls of a kamelet's
 * instance.
 */
final class Throttle {

    /** Where the server does not say; it doubles with each try. */
    private static final Duration UNSAID = Duration.ofSeconds(1);

    private final InstantSource clock;
    private Instant notBefore = Instant.MIN;

    Throttle(InstantSource clock) {
        this.clock = clock;
    }

    /** How long to wait before the next call. */
    synchronized Duration untilNext() {
        Duration wait = notBefore.equals(Instant.MIN) ? Duration.ZERO : Duration.between(clock.instant(), notBefore);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** @param attempt of the call that was refused, from 1 */
    synchronized void throttled(Duration retryAfter, int attempt) {
        Instant until = clock.instant().plus(retryAfter != null ? retryAfter : UNSAID.multipliedBy(1L << Math.min(attempt - 1, 6)));
        if (until.isAfter(notBefore)) {
            notBefore = until;
        }
    }
}
