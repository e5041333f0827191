package io.github.dingtalkcamel.robot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Waits, without a thread, until a message to a custom robot was sent or can't be sent before the caller's deadline (property
 * {@link CallLimiter#WAIT_UNTIL}, else 10 s). The body becomes {@code {"queued": false}}, or {@code {"queued": true, "note": …}} where
 * the message still waits; it goes out later. Fails where DingTalk refused it.
 */
public final class AwaitRobot extends AsyncProcessorSupport {

    private static final Duration USUAL = Duration.ofSeconds(10);
    /** Before the caller's deadline, so that the caller is answered that the message is stored, and gets no unknown outcome. */
    private static final Duration MARGIN = Duration.ofMillis(300);

    private static final Map<String, Object> QUEUED = Map.of("queued", true,
            "note", "It waits for its turn: a custom robot takes 20 messages a minute. It goes out later");

    private final CamelContext context;
    private final RobotQueue queue;
    private final InstantSource clock;
    private ExecutorService workers;

    public AwaitRobot(CamelContext context, RobotQueue queue, InstantSource clock) {
        this.context = context;
        this.queue = queue;
        this.clock = clock;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        RobotQueue.Ticket ticket = exchange.getProperty(RobotQueue.TICKET, RobotQueue.Ticket.class);
        Instant patience = exchange.getProperty(CallLimiter.WAIT_UNTIL, clock.instant().plus(USUAL), Instant.class);
        long left = Math.max(0, Duration.between(clock.instant(), patience).toMillis());
        // no wait for a message that can't be sent in time: other calls for the recipient would wait, too
        long timeout;
        try {
            timeout = queue.silence(ticket.robot()).toMillis() >= left ? 0 : left - Math.min(left / 4, MARGIN.toMillis());
        } catch (StoreException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        // after the time-out no caller waits: a failure is logged
        ticket.out().orTimeout(timeout, TimeUnit.MILLISECONDS).whenCompleteAsync((out, failure) -> {
            if (failure == null) {
                exchange.getMessage().setBody(Map.of("queued", false));
            } else if (failure instanceof TimeoutException) {
                exchange.getMessage().setBody(QUEUED);
            } else {
                exchange.setException(failure);
            }
            callback.done(false);
        }, workers);
        return false;
    }

    @Override
    protected void doStart() {
        workers = context.getExecutorServiceManager().newThreadPool(this, "custom-robot-callers", 1, 16);
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownGraceful(workers, Duration.ofSeconds(1).toMillis());
    }
}
