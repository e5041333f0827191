package io.github.dingtalkcamel.component.api;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;


/**
 * Decides when a call to DingTalk may be made: a circuit breaker of the host, a rate of an app and an API, or both. All calls of a
 * component ask it, also those
 * for access tokens. Must be safe for use by many threads, and must not block the thread that asks.
 */
@FunctionalInterface
public interface CallLimiter {

    /**
     * Exchange property, an {@link Instant}: until when the calls of the exchange may wait for their permission. Without it they don't
     * wait.
     */
    String WAIT_UNTIL = "CamelDingTalkWaitUntil";

    /**
     * Exchange property, a {@link java.util.function.BooleanSupplier}: whether the calls of the exchange are not wanted any more. Asked
     * before each call, after it has waited for its permission. A call under way is not ended.
     */
    String CANCELLED = "CamelDingTalkCancelled";

    /** Permits every call at once. */
    CallLimiter UNLIMITED = (call, waitUntil) -> CompletableFuture.completedFuture(Permit.NONE);

    /**
     * Asks for the permission to make a call.
     *
     * @param  call      the call, without its access token
     * @param  waitUntil until when the caller can wait, or null for a caller that can't
     * @return           completed with the permission, or with a {@link io.github.dingtalkcamel.component.api.CallNotPermittedException}
     *        where there is none in time. Each permission is reported on once, see {@link Permit}
     */
    CompletableFuture<Permit> acquirePermission(ApiRequest call, Instant waitUntil);
}
