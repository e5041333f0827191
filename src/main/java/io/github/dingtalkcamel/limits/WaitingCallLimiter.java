package io.github.dingtalkcamel.limits;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;

/**
 * The limits of the application, for the calls of the component {@code dingtalk}: a circuit breaker for each host and a rate for each app
 * and API ({@link DingTalkCallLimiter}). Callers that can wait get their permits in order of arrival, and what failed and can be repeated
 * is repeated for them with growing pauses, at the latest when their time ends. A failure of a host that takes other calls is repeated
 * eight times; throttling and an unavailable host are waited out.
 * <p>
 * No thread waits. Callers that can't wait get a {@link CallNotPermittedException} at once, before anything was sent.
 */
public final class WaitingCallLimiter implements CallLimiter, CallRetry {

    private static final int MOST_TRIES = 9;

    private final DingTalkCallLimiter limiter;
    private final RetryQueue queue;
    private final InstantSource clock;

    public WaitingCallLimiter(DingTalkCallLimiter limiter, RetryQueue queue, InstantSource clock) {
        this.limiter = limiter;
        this.queue = queue;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<Permit> acquirePermission(ApiRequest call, Instant waitUntil) {
        if (waitUntil == null) {
            return limiter.acquirePermission(call, null);
        }
        String line = DingTalkCallLimiter.line(call);
        GrantedPermit now = limiter.isQueueing(line) ? null : limiter.tryPass(line);
        if (now != null) {
            return CompletableFuture.completedFuture(limiter.permit(now));
        }
        return clock.instant().isBefore(waitUntil) ? queue.permit(line, waitUntil).thenCompose(permit -> permit == null ? refused(line)
                : CompletableFuture.completedFuture(limiter.permit(permit))) : refused(line);
    }

    private CompletableFuture<Permit> refused(String line) {
        return CompletableFuture.failedFuture(limiter.notNow(line));
    }

    @Override
    public CompletableFuture<Boolean> retry(ApiRequest call, RetryableException failure, int failures, Instant waitUntil) {
        if (!clock.instant().isBefore(waitUntil)) {
            return CompletableFuture.completedFuture(false);
        }
        if (failure instanceof CallNotPermittedException own && own.line().equals(DingTalkCallLimiter.line(call))) {
            // the call itself waits for its permit
            return CompletableFuture.completedFuture(true);
        }
        if (failure instanceof CallNotPermittedException refused) {
            // the access token's own call does not wait, since others share it
            return queue.permit(refused.line(), waitUntil).thenApply(permit -> {
                if (permit != null) {
                    limiter.giveBack(permit);
                }
                return permit != null;
            });
        }
        boolean isWaitedOut = failure instanceof ThrottledException || failure instanceof UnavailableException && limiter.isAway();
        return failures >= MOST_TRIES && !isWaitedOut ? CompletableFuture.completedFuture(false)
                : queue.pause(failures, waitUntil).thenApply(over -> true);
    }
}
