package io.github.dingtalkcamel.component.api;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends a call of the JDK's HTTP client, whose own time-out ends with the first byte of an answer. */
final class Deadline {

    /** Bytes that an upload may take a second for. */
    static final long SLOWEST_UPLOAD = 100_000;

    private Deadline() {
    }

    /** The call's outcome, or after that time an {@link HttpTimeoutException} while the call is cancelled. Completed on any thread. */
    static <T> CompletableFuture<T> over(CompletableFuture<T> call, Duration limit, ScheduledExecutorService deadlines) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        Future<?> end = deadlines.schedule(() -> {
            if (outcome.completeExceptionally(new HttpTimeoutException("no complete answer within " + limit.toMillis() + " ms"))) {
                call.cancel(true);
            }
        }, limit.toMillis(), TimeUnit.MILLISECONDS);
        call.whenComplete((answer, failure) -> {
            end.cancel(false);
            if (failure == null) {
                outcome.complete(answer);
            } else {
                outcome.completeExceptionally(failure);
            }
        });
        return outcome;
    }
}
