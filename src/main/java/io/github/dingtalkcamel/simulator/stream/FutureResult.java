package io.github.dingtalkcamel.simulator.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;

import io.vertx.core.Future;

/** The result of a Vert.x future, for callers that block. Never call it on an event loop. */
public final class FutureResult {

    private FutureResult() {
    }

    /**
     * Waits for the future.
     *
     * @throws RuntimeException what it failed with
     */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw new UncheckedIOException(cause.getMessage(), cause);
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
