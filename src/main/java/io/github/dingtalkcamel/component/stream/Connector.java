package io.github.dingtalkcamel.component.stream;
import java.util.concurrent.CompletableFuture;

/** Opens connections. */
@FunctionalInterface
interface Connector {

    /**
     * Opens a connection with a ticket of its own.
     *
     * @return completed with the open connection or an {@link OpenException}; cancelling it ends the attempt at any stage
     */
    CompletableFuture<WebSocketConnection> dial(WebSocketConnection.Events events);
}
