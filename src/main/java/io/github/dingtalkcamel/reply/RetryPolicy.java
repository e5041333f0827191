package io.github.dingtalkcamel.reply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.ExchangeProperty;

/**
 * How long a reply may wait for DingTalk (docs/promises.md 5, "Sending again"): until the message is {@code dingtalk.max-turn-age} old, and
 * for two minutes at least.
 */
public final class RetryPolicy {

    private static final Duration AT_LEAST = Duration.ofMinutes(2);

    private final Duration maxAge;
    private final InstantSource clock;

    public RetryPolicy(Duration maxAge, InstantSource clock) {
        this.maxAge = maxAge;
        this.clock = clock;
    }

    /** Until when the reply to this message waits. */
    public Instant until(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        Instant now = clock.instant();
        Instant written = message.createdAt() == null || message.createdAt().isAfter(now) ? now : message.createdAt();
        Instant old = written.plus(maxAge);
        Instant least = now.plus(AT_LEAST.compareTo(maxAge) < 0 ? AT_LEAST : maxAge);
        return old.isAfter(least) ? old : least;
    }
}
