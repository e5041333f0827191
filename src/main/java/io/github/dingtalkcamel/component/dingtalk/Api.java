package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallTiming;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.apache.camel.Exchange;

/** DingTalk's API as one endpoint calls it: as its app, within its time-out, and for as long as the exchange may wait. */
record Api(DingTalkApp app, long timeoutMillis, DingTalkComponent component) {

    Api {
        if (timeoutMillis < 1) {
            throw new IllegalArgumentException("Option timeout must be at least 1 ms, not " + timeoutMillis);
        }
    }

    CompletableFuture<JsonNode> post(Exchange exchange, String path, Object body) {
        return call(exchange, "POST", path, body);
    }

    CompletableFuture<JsonNode> call(Exchange exchange, String method, String path, Object body) {
        return component.client().call(app, method, path, body, timing(exchange));
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
        return new CallTiming(Duration.ofMillis(timeoutMillis), exchange.getProperty(CallLimiter.WAIT_UNTIL, Instant.class));
    }

    Instant now() {
        return component.clock().instant();
    }
}
