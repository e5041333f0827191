package io.github.dingtalkcamel.limits;

import java.time.Clock;
import java.time.Duration;

import org.apache.camel.CamelContext;

/**
 * The beans of this package: how often DingTalk is called, and what waits for a later call.
 *
 * @param callLimiter decides whether a call may be made now
 * @param retryQueue  calls that wait
 * @param waiting     both, as the component uses them
 */
public record LimitsConfiguration(DingTalkCallLimiter callLimiter, RetryQueue retryQueue, WaitingCallLimiter waiting)
        implements AutoCloseable {

    private static final String FIRST_DELAY = "{{delivery.redelivery-delay:1000}}";

    /** Creates them. Routes name none of them: the component uses them. */
    public static LimitsConfiguration bind(CamelContext context, Clock clock) throws Exception {
        Duration firstDelay = Duration.ofMillis(Long.parseLong(context.resolvePropertyPlaceholders(FIRST_DELAY)));
        DingTalkCallLimiter limiter = new DingTalkCallLimiter(firstDelay, clock, System::nanoTime);
        RetryQueue queue = new RetryQueue(context, limiter, firstDelay, clock);
        context.addService(queue);
        return new LimitsConfiguration(limiter, queue, new WaitingCallLimiter(limiter, queue, clock));
    }

    /** Begins no more calls. */
    @Override
    public void close() {
        retryQueue.close();
    }
}
