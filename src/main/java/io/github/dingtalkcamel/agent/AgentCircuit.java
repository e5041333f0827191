package io.github.dingtalkcamel.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.text.LogSafe;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether an agent is asked at all. Eight failures in its last ten calls open the circuit; then one call at a time tries, after pauses that
 * double from 5 s up to a minute, until one succeeds. Calls that {@code /stop} ended count as neither. What a call that began before the
 * last change of the circuit's state says comes too late to count.
 */
final class AgentCircuit {

    private static final Logger LOG = LoggerFactory.getLogger(AgentCircuit.class);

    private static final int CALLS = 10;
    private static final int FAILED_PERCENT = 80;
    /** Characters of a failure: enough for what an agent answered after the address of its service. */
    private static final int SHOWN = 300;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final String agent;
    private final Clock clock;
    private final CircuitBreaker breaker;
    private volatile int period;
    private volatile String lastFailure = "";
    private volatile Instant unavailableSince;

    AgentCircuit(String agent, Clock clock) {
        this.agent = agent;
        this.clock = clock;
        this.breaker = CircuitBreaker.of(agent, CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED).slidingWindowSize(CALLS).minimumNumberOfCalls(CALLS)
                .failureRateThreshold(FAILED_PERCENT)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(IntervalFunction.ofExponentialBackoff(FIRST_PAUSE, 2, LONGEST_PAUSE))
                .clock(clock)
                .build());
        fillWithSuccesses();
        breaker.getEventPublisher().onStateTransition(event -> {
            period++;
            switch (event.getStateTransition().getToState()) {
                case OPEN -> opened();
                case CLOSED -> closed();
                default -> { }
            }
        });
    }

    /** The breaker knows rates only: over ten calls from the first one on, eight failures are 80 percent, and seven never are. */
    private void fillWithSuccesses() {
        for (int i = 0; i < CALLS; i++) {
            breaker.onSuccess(0, TimeUnit.MILLISECONDS);
        }
    }

    private void opened() {
        if (unavailableSince == null) {
            unavailableSince = clock.instant();
            LOG.warn("Agent {} is not available: 8 of its last 10 calls failed, the last one with {}. It is asked again after {} s,"
                    + " later after pauses of at most {} s", agent, lastFailure, FIRST_PAUSE.toSeconds(), LONGEST_PAUSE.toSeconds());
        }
    }

    private void closed() {
        if (unavailableSince != null) {
            LOG.info("Agent {} is available again after {} s", agent, Duration.between(unavailableSince, clock.instant()).toSeconds());
            unavailableSince = null;
        }
        fillWithSuccesses();
    }

    /** A call that was permitted. Ended by one of its methods, once. */
    final class Permit {

        private final int since = period;

        /** Whether it still counts. */
        boolean isCurrent() {
            return since == period;
        }

        void succeeded() {
            if (isCurrent()) {
                breaker.onSuccess(0, TimeUnit.MILLISECONDS);
            }
        }

        void failed(Throwable failure) {
            if (isCurrent()) {
                lastFailure = LogSafe.of(failure.getClass().getSimpleName() + ": " + failure.getMessage(), SHOWN);
                breaker.onError(0, TimeUnit.MILLISECONDS, failure);
            }
        }

        /** It was stopped: nothing is known of the agent. */
        void giveBack() {
            if (isCurrent()) {
                breaker.releasePermission();
            }
        }
    }

    /** Begins a call. @throws AgentUnavailableException where the agent is not asked now */
    Permit acquire() throws AgentUnavailableException {
        if (!breaker.tryAcquirePermission()) {
            throw new AgentUnavailableException(trouble());
        }
        return new Permit();
    }

    /** Why the agent is not asked, and since when; empty while it is. */
    String trouble() {
        Instant since = unavailableSince;
        return since == null ? "" : "Agent " + agent + " is not available since " + since.truncatedTo(ChronoUnit.SECONDS)
                + ": 8 of its last 10 calls failed, the last one with " + lastFailure
                + ". Check the service that it calls; it is tried again by itself";
    }
}
