package io.github.dingtalkcamel.reply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.limits.DingTalkCallLimiter;
import io.github.dingtalkcamel.limits.RetryQueue;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * How long a reply is tried (docs/promises.md 5, "Sending again"). DingTalk away or throttling is waited out until the message is
 * {@code dingtalk.max-turn-age} old, and for two minutes at least. What fails while DingTalk is there and takes other calls is tried nine
 * times in all.
 */
public final class RetryPolicy {

    private static final int MOST_TRIES = 9;
    private static final Duration AT_LEAST = Duration.ofMinutes(2);

    private final DingTalkCallLimiter gate;
    private final Duration maxAge;
    private final InstantSource clock;

    public RetryPolicy(DingTalkCallLimiter gate, Duration maxAge, InstantSource clock) {
        this.gate = gate;
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

    /** Counts a try that failed and does nothing, or throws what it failed with where it is not to be tried again. */
    public void orGiveUp(Exchange exchange, @ExchangeProperty(DingTalkCallLimiter.PATIENCE) Instant until) throws RetryableException {
        RetryableException failure = Failure.of(exchange, RetryableException.class);
        if (!(failure instanceof CallNotPermittedException)) {
            int tries = exchange.getProperty(RetryQueue.TRIES, 0, Integer.class) + 1;
            exchange.setProperty(RetryQueue.TRIES, tries);
            boolean isWaitedOut = failure instanceof ThrottledException || failure instanceof UnavailableException && gate.isAway();
            if (tries >= MOST_TRIES && !isWaitedOut) {
                throw failure;
            }
        }
        if (!clock.instant().isBefore(until)) {
            throw failure;
        }
    }
}
