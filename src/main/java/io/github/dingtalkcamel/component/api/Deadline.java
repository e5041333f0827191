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
     * The call's outcome, or after that time an {@link HttpTimeoutException} while the call is ended. Completed on any thread.
     *
     * @param answer completed with the answer, or with why there is none
     * @param call   ended where it takes too long
     */
    static <T> CompletableFuture<T> over(CompletableFuture<T> answer, Runnable call, Duration limit, ScheduledExecutorService deadlines) {
        Future<?> end = deadlines.schedule(() -> {
            if (answer.completeExceptionally(new HttpTimeoutException("no complete answer within " + limit.toMillis() + " ms"))) {
                call.run();
            }
        }, limit.toMillis(), TimeUnit.MILLISECONDS);
        answer.whenComplete((response, failure) -> end.cancel(false));
        return answer;
    }
}
