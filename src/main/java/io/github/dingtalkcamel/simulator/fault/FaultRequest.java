package io.github.dingtalkcamel.simulator.fault;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * A fault as scripts plan it: {@code {"kind":"throttle","on":"ROBOT","times":2,"after":0}}.
 *
 * <p>{@code on} is an {@link ApiFamily}, a path beginning with {@code /} ({@code /v1.0/card/streaming#end} for the call that ends a
 * card), or absent for everything; {@code times} 0 means until
 * cleared. Kinds: expireToken, throttle, limit (allowed, windowMs, banMs), noPermission (scope), fail (status), busy, dropBefore,
 * dropAfter, slow (delayMs), neverAnswer, answer (status, contentType, body), quote (form: plain, url, json, base64), trickle
 * (delayMs).
 */
public final class FaultRequest {

    private FaultRequest() {
    }

    public static FaultInjector.Planned plan(ObjectNode order, FaultInjector faults) {
        FaultInjector.Plan plan = target(Json.text(order, "on"), faults).after(order.path("after").asInt(0));
        int times = order.path("times").asInt(1);
        return (times == 0 ? plan.untilCleared() : plan.times(times)).cause(fault(order));
    }

    private static FaultInjector.Plan target(String on, FaultInjector faults) {
        if (on == null) {
            return faults.everywhere();
        }
        if (on.startsWith("/")) {
            return faults.on(on);
        }
        try {
            return faults.on(ApiFamily.valueOf(on.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("on must be a path or one of " + Arrays.toString(ApiFamily.values()) + ", not " + on, e);
        }
    }

    private static Fault fault(ObjectNode order) {
        String kind = Json.text(order, "kind");
        Duration delay = Duration.ofMillis(order.path("delayMs").asLong(0));
        return switch (kind == null ? "" : kind) {
            case "expireToken" -> new Fault.ExpireToken();
            case "throttle" -> new Fault.Throttle();
            case "limit" -> new Fault.Limit(order.path("allowed").asInt(20), Duration.ofMillis(order.path("windowMs").asLong(1_000)),
                    Duration.ofMillis(order.path("banMs").asLong(0)));
            case "noPermission" -> new Fault.NoPermission(Json.text(order, "scope"));
            case "fail" -> new Fault.Fail(order.path("status").asInt(500));
            case "busy" -> new Fault.Busy();
            case "dropBefore" -> new Fault.DropBefore();
            case "dropAfter" -> new Fault.DropAfter();
            case "slow" -> new Fault.Slow(delay);
            case "neverAnswer" -> new Fault.NeverAnswer();
            case "answer" -> new Fault.Canned(order.path("status").asInt(200), Json.text(order, "contentType"), Json.text(order, "body"));
            case "quote" -> new Fault.Quote(QuotedSecrets.named(order.path("form").asText("plain")));
            case "trickle" -> new Fault.Trickle(delay);
            default -> throw new IllegalArgumentException(
                    "kind must be one of expireToken, throttle, limit, noPermission, fail, busy, dropBefore, "
                    + "dropAfter, slow, neverAnswer, answer, quote, trickle, not " + kind);
        };
    }
}
