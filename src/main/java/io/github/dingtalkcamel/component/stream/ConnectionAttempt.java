package io.github.dingtalkcamel.component.stream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One attempt to open a connection, within a deadline. Its result is reported to its owner once, on the scheduler; never after {@link
 * #end}. A connection that opens too late is closed.
 */
final class ConnectionAttempt {

    private final OpenConnection connection;
    private final Connector connector;
    private final Duration limit;
    private final Scheduler scheduler;
    private final ManagedConnection owner;

    private CompletableFuture<WebSocketConnection> dialled;
    private Scheduler.Entry deadline;
    private boolean ended;
    private boolean outdated;

    ConnectionAttempt(OpenConnection connection, Connector connector, Duration limit, Scheduler scheduler, ManagedConnection owner) {
        this.connection = connection;
        this.connector = connector;
        this.limit = limit;
        this.scheduler = scheduler;
        this.owner = owner;
    }

    void begin() {
        deadline = scheduler.in(limit, this::timedOut);
        dialled = connector.dial(connection);
        dialled.whenComplete((link, failure) -> scheduler.now(() -> done(link, failure)));
    }

    /** Gives it up. */
    void end() {
        ended = true;
        deadline.cancel();
        dialled.cancel(true);
    }

    /** What is subscribed to has changed since it began. */
    void outdate() {
        outdated = true;
    }

    boolean isOutdated() {
        return outdated;
    }

    private void timedOut() {
        if (!ended) {
            end();
            owner.failed(OpenException.of("no connection within " + limit.toSeconds() + " s",
                    "Check the network, the proxy (HTTPS_PROXY) and the API's base URL; it is tried again until it works"));
        }
    }

    private void done(WebSocketConnection link, Throwable failure) {
        deadline.cancel();
        if (ended) {
            if (link != null) {
                link.abort();
            }
            return;
        }
        ended = true;
        if (link == null) {
            owner.failed(reason(failure));
        } else if (connection.end != null) {
            owner.failed(OpenException.of("the connection ended as soon as it was open: " + connection.end,
                    "It is tried again until it works"));
        } else {
            owner.opened(this, connection);
        }
    }

    private static OpenException reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof OpenException known ? known
                : OpenException.of("the attempt failed (" + cause.getClass().getSimpleName() + ")", "It is tried again until it works");
    }
}
