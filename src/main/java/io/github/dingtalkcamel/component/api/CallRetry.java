package io.github.dingtalkcamel.component.api;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * Decides whether and when a call that failed is made again. Asked only about failures after which that is safe, and only for callers that
 * can wait, see {@link CallLimiter#WAIT_UNTIL}. Calls to custom robots, whose addresses are secrets, are not repeated by it. Must be safe
 * for use by many threads, and must not block the thread that asks.
 */
@FunctionalInterface
public interface CallRetry {

    /** Exchange property, an Integer: how often the message that an exchange sends was tried and failed. Set by {@code dingtalk:reply}. */
    String TRIES = "CamelDingTalkTries";

    /** Repeats nothing. */
    CallRetry NONE = (call, failure, failures, waitUntil) -> CompletableFuture.completedFuture(false);

    /**
     * Asks whether a call is made again.
     *
     * @param  call      the call, without its access token
     * @param  failure   why it failed, or was not made
     * @param  failures  how often it was made and failed, 0 where it was never permitted
     * @param  waitUntil until when the caller can wait
     * @return           completed with true when the time for the next try has come, with false where there is none
     */
    CompletableFuture<Boolean> retry(ApiRequest call, RetryableException failure, int failures, Instant waitUntil);
}
