package io.github.dingtalkcamel.component.api;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a caller waits.
 *
 * @param timeout   for one call, its answer included; what is uploaded adds a second for each 100,000 bytes
 * @param waitUntil until when to wait for the permission to call, or null where the caller can't wait
 */
public record CallTiming(Duration timeout, Instant waitUntil) {
}
