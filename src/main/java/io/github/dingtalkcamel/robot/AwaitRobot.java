package io.github.dingtalkcamel.robot;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Waits, without a thread, until a message to a custom robot is out or variable {@code timeoutMs} (10,000) has passed. The body becomes
 * {@code {"queued": false}}, or {@code {"queued": true, "note": …}} where the message still waits; it goes out later. Fails where DingTalk refused it.
 */
public final class AwaitRobot extends AsyncProcessorSupport {

    private static final long DEFAULT_TIMEOUT_MILLIS = 10_000;

    private static final Map<String, Object> QUEUED = Map.of("queued", true,
            "note", "It waits for its turn: a custom robot takes 20 messages a minute. It goes out later");

    private final CamelContext context;
    private ExecutorService workers;

    public AwaitRobot(CamelContext context) {
        this.context = context;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        CompletableFuture<?> ticket = exchange.getProperty(RobotQueue.TICKET, CompletableFuture.class);
        long timeout = exchange.getVariable("timeoutMs", DEFAULT_TIMEOUT_MILLIS, Long.class);
        // after that nobody waits any more: a failure goes to the log
        ticket.orTimeout(timeout, TimeUnit.MILLISECONDS).whenCompleteAsync((out, failure) -> {
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
