package io.github.dingtalkcamel.component.api;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/**
 * How long a caller waits.
 *
 * @param timeout   for one call, its answer included; what is uploaded adds a second for each 100,000 bytes
 * @param waitUntil until when to wait for the permission to call, or null where the caller can't wait
 * @param cancelled asked once the permission is there: whether the call is not wanted any more
 */
public record CallTiming(Duration timeout, Instant waitUntil, BooleanSupplier cancelled) {

    /** Of a call that is wanted until it is made. */
    public CallTiming(Duration timeout, Instant waitUntil) {
        this(timeout, waitUntil, () -> false);
    }
}
