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

    /**
     * The call's outcome, or after that time an {@link HttpTimeoutException} while the call is cancelled. Completed on any thread.
     *
     * @param answer completed with the answer
     * @param call   completed exceptionally where there is none
     */
    static <T> CompletableFuture<T> over(CompletableFuture<T> answer, CompletableFuture<?> call, Duration limit,
            ScheduledExecutorService deadlines) {
        Future<?> end = deadlines.schedule(() -> {
            if (answer.completeExceptionally(new HttpTimeoutException("no complete answer within " + limit.toMillis() + " ms"))) {
                call.cancel(true);
            }
        }, limit.toMillis(), TimeUnit.MILLISECONDS);
        call.whenComplete((response, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            }
        });
        answer.whenComplete((response, failure) -> end.cancel(false));
        return answer;
    }
}
