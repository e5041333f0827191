package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.CallTiming;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.apache.camel.Exchange;

/** DingTalk's API as one endpoint calls it: as its app, within its time-out, and for as long as the exchange may wait. */
record Api(DingTalkApp app, long timeoutMillis, DingTalkComponent component, boolean repeats) {

    private static final BooleanSupplier WANTED = () -> false;

    Api(DingTalkApp app, long timeoutMillis, DingTalkComponent component) {
        this(app, timeoutMillis, component, true);
    }

    Api {
        if (timeoutMillis < 1) {
            throw new IllegalArgumentException("Option timeout must be at least 1 ms, not " + timeoutMillis);
        }
    }

    CompletableFuture<JsonNode> post(Exchange exchange, String path, Object body) {
        return call(exchange, "POST", path, body);
    }

    CompletableFuture<JsonNode> call(Exchange exchange, String method, String path, Object body) {
        return repeats ? component.client().call(app, method, path, body, timing(exchange))
                : component.client().callUnrepeated(app, method, path, body, timing(exchange));
    }

    /** The same API, for an operation that decides itself what is called again: see {@link #retry}. */
    Api unrepeated() {
        return new Api(app, timeoutMillis, component, false);
    }

    /** Whether a call that failed is made again, completed when the time for it has come; false where the exchange can't wait. */
    CompletableFuture<Boolean> retry(Exchange exchange, ApiRequest call, RetryableException failure, int failures) {
        Instant until = waitUntil(exchange);
        CallRetry strategy = component.getCallRetry();
        return until == null || strategy == null ? CompletableFuture.completedFuture(false)
                : strategy.retry(call, failure, failures, until);
    }

    boolean canWait(Exchange exchange) {
        return waitUntil(exchange) != null && component.getCallRetry() != null;
    }

    private static Instant waitUntil(Exchange exchange) {
        return exchange.getProperty(CallLimiter.WAIT_UNTIL, Instant.class);
    }

    /** Whether the exchange must send nothing more. */
    boolean isCancelled(Exchange exchange) {
        return cancelled(exchange).getAsBoolean();
    }

    private static BooleanSupplier cancelled(Exchange exchange) {
        return exchange.getProperty(CallLimiter.CANCELLED, WANTED, BooleanSupplier.class);
    }

    /** Posts to an address that needs no token, since it is a secret itself. @param name of the address, for logs and errors */
    CompletableFuture<JsonNode> post(Exchange exchange, String name, URI address, Object body) {
        return component.client().callOnce(app.names(), new ApiRequest(name, app.name(), address, Secret.UNSET, body), timing(exchange));
    }

    /** Posts a message to a custom robot, which may be another than the app's. */
    CompletableFuture<JsonNode> post(Exchange exchange, RobotAddress robot, Object message) {
        return component.client().callOnce(robot.names(), robot.request(message, now()), timing(exchange));
    }

    private CallTiming timing(Exchange exchange) {
        return new CallTiming(Duration.ofMillis(timeoutMillis), waitUntil(exchange), cancelled(exchange));
    }

    Instant now() {
        return component.clock().instant();
    }
}
