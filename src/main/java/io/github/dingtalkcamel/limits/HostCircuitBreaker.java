package io.github.dingtalkcamel.limits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one of DingTalk's hosts is there. Eight of the last ten calls without an answer, or with a server's error, open it; then one
 * call at a time tries, after pauses that double up to half a minute, until one is answered. Every answer counts, also an error.
 */
final class HostCircuitBreaker {

    private static final Logger LOG = LoggerFactory.getLogger(HostCircuitBreaker.class);

    private static final int CALLS = 10;
    private static final int FAILED_PERCENT = 80;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** After so long a call that tries is given up: no call takes this long. */
    private static final Duration LOST = Duration.ofSeconds(25);

    private final String host;
    private final Clock clock;
    private final CircuitBreaker breaker;
    private volatile DingTalkException lastFailure;
    private volatile Instant awaySince;

    HostCircuitBreaker(String host, Duration firstPause, Clock clock) {
        this.host = host;
        this.clock = clock;
        this.breaker = CircuitBreaker.of(host, CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED).slidingWindowSize(CALLS).minimumNumberOfCalls(CALLS)
                .failureRateThreshold(FAILED_PERCENT)
                .permittedNumberOfCallsInHalfOpenState(1)
                .maxWaitDurationInHalfOpenState(LOST)
                .waitIntervalFunctionInOpenState(IntervalFunction.ofExponentialBackoff(firstPause, 2, LONGEST_PAUSE))
                .clock(clock)
                .build());
        this.breaker.getEventPublisher().onStateTransition(event -> {
            switch (event.getStateTransition().getToState()) {
                case OPEN -> opened();
                case CLOSED -> closed();
                default -> { }
            }
        });
        fillWithSuccesses();
    }

    /** The breaker knows rates only: over ten calls from the first one on, eight failures are 80 percent, and seven never are. */
    private void fillWithSuccesses() {
        for (int i = 0; i < CALLS; i++) {
            breaker.onSuccess(0, TimeUnit.MILLISECONDS);
        }
    }

    private void opened() {
        if (awaySince == null) {
            awaySince = clock.instant();
            LOG.warn("{} is unavailable: {}. Outgoing calls are queued until it recovers", host, lastFailure == null ? "no answers"
                    : lastFailure.getMessage());
        }
    }

    private void closed() {
        if (awaySince != null) {
            LOG.info("{} is available again after {} s", host, Duration.between(awaySince, clock.instant()).toSeconds());
            awaySince = null;
        }
        fillWithSuccesses();
    }

    boolean tryPass() {
        return breaker.tryAcquirePermission();
    }

    /** A permit that was not used. */
    void giveBack() {
        breaker.releasePermission();
    }

    void answered() {
        breaker.onSuccess(0, TimeUnit.MILLISECONDS);
    }

    void failed(DingTalkException failure) {
        lastFailure = failure;
        breaker.onError(0, TimeUnit.MILLISECONDS, failure);
    }

    boolean isAway() {
        return breaker.getState() != CircuitBreaker.State.CLOSED;
    }

    /** Why and since when the host is unavailable; null while it is available. */
    DingTalkException why() {
        Instant since = awaySince;
        DingTalkException last = lastFailure;
        if (!isAway() || since == null || last == null) {
            return null;
        }
        return new UnavailableException(last.code(), host + " is unavailable since " + since + ": "
                + last.getMessage(), last.remedy(), null);
    }
}
