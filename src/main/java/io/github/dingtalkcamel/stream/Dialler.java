package io.github.dingtalkcamel.stream;

import java.util.concurrent.CompletableFuture;

/** Opens connections. */
@FunctionalInterface
interface Dialler {

    /**
     * Opens a connection with a ticket of its own.
     *
     * @return completed with the open connection or an {@link OpenException}; cancelling it ends the attempt, wherever it is
     */
    CompletableFuture<Link> dial(Link.Events events);
}
