package io.github.dingtalkcamel.component.stream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;

import io.github.dingtalkcamel.component.stream.ConnectionStatus.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the connections that an integration keeps open (docs/promises.md 8): decides when it is opened, tried again and replaced.
 * <p>
 * Promises: never gives up while it is wanted; at most one attempt is under way; a connection that the server is about to close, or that
 * does not answer a ping, is replaced at once and still read until it ends. Silence alone replaces nothing.
 * <p>
 * Everything that changes its state runs on the scheduler, so that nothing here needs a lock; what comes from the network is put there
 * first.
 */
final class ManagedConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedConnection.class);

    /** Replacements in a row that are made at once. Later ones wait as after failures: the server closes each new connection. */
    private static final int AT_ONCE = 3;
    private static final int MAX_DRAINING = 4;

    private final String integration;
    private final int number;
    private final Connector connector;
    private final FrameHandler frames;
    private final ConnectionMetrics metrics;
    private final StreamTimeouts timeouts;
    private final Scheduler scheduler;
    private final DoubleSupplier random;
    private final ConnectionHistory history;

    private boolean wanted;
    private ConnectionAttempt attempt;
    private Scheduler.Entry retry;
    private OpenConnection current;
    private final Deque<OpenConnection> draining = new ArrayDeque<>();
    private CompletableFuture<Void> closing = CompletableFuture.completedFuture(null);
    /** In a row, without a connection that held. */
    private int failures;
    private int replacements;
    private boolean troubleLogged;

    /** @param random from 0 to 1, for jitter */
    ManagedConnection(String integration, int number, Connector connector, FrameHandler frames, ConnectionMetrics metrics,
            StreamTimeouts timeouts, Scheduler scheduler, DoubleSupplier random) {
        this.integration = integration;
        this.number = number;
        this.connector = connector;
        this.frames = frames;
        this.metrics = metrics;
        this.timeouts = timeouts;
        this.scheduler = scheduler;
        this.random = random;
        this.history = new ConnectionHistory(scheduler::wallMillis);
    }

    /** Opens it, and keeps it open from now on. */
    void start() {
        scheduler.now(() -> {
            if (!wanted) {
                wanted = true;
                failures = 0;
                replacements = 0;
                open();
            }
        });
    }

    /** Opens no more: a wait and an attempt end at once. What is open stays so. */
    void stopOpening() {
        scheduler.now(() -> {
            wanted = false;
            cancelRetry();
            if (attempt != null) {
                attempt.end();
                attempt = null;
                history.enter(State.STOPPED);
            } else if (current == null) {
                history.enter(State.STOPPED);
            }
        });
    }

    /**
     * Opens no more, and closes what is open.
     *
     * @return completed when all is closed, by the server's answer or after {@link StreamTimeouts#closing}
     */
    CompletableFuture<Void> stop() {
        stopOpening();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        scheduler.now(() -> {
            closing = closed;
            if (current != null) {
                current.cancelTimers();
                draining.add(current);
                current = null;
                metrics.down(integration, number, "stopped");
            }
            history.enter(State.STOPPED);
            draining.forEach(OpenConnection::close);
            completeWhenClosed();
        });
        return closed;
    }

    /** For an operator: a new connection in the place of this one, or an attempt now instead of later. */
    void reconnect() {
        scheduler.now(() -> {
            failures = 0;
            replacements = 0;
            if (current != null) {
                replace(current, "an operator asked for a new one");
            } else {
                tryNow();
            }
        });
    }

    /** What is subscribed to has changed: a connection that was opened before is replaced. */
    void resubscribe() {
        scheduler.now(() -> {
            if (current != null) {
                replacements = 0;
                replace(current, "its subscriptions changed");
            } else if (attempt != null) {
                attempt.outdate();
            }
        });
    }

    /** The machine may have slept: pings the connection, or tries at once where there is none. */
    void probe() {
        scheduler.now(() -> {
            if (current != null) {
                ping(current);
            } else {
                tryNow();
            }
        });
    }

    ConnectionStatus status() {
        return history.status(integration, number);
    }

    boolean isConnected() {
        return history.isConnected();
    }

    private void tryNow() {
        if (retry != null) {
            cancelRetry();
            open();
        }
    }

    private void open() {
        if (!wanted || attempt != null) {
            return;
        }
        cancelRetry();
        history.enter(State.CONNECTING);
        history.attempted();
        metrics.attempts.increment();
        OpenConnection opening = new OpenConnection(frames, history, timeouts, scheduler, this);
        attempt = new ConnectionAttempt(opening, connector, timeouts.opening(), scheduler, this);
        attempt.begin();
    }

    /** An attempt ended with a connection that is open still. */
    void opened(ConnectionAttempt done, OpenConnection held) {
        attempt = null;
        current = held;
        history.failed(null);
        metrics.credentialsWork();
        LOG.info("{} is connected", this);
        troubleLogged = false;
        history.enter(State.CONNECTED);
        metrics.up(integration, number);
        held.steady = scheduler.in(timeouts.holding(), () -> {
            failures = 0;
            replacements = 0;
        });
        held.nextPing = scheduler.in(timeouts.ping(), () -> ping(held));
        if (held.leave != null) {
            replace(held, held.leave);
        } else if (done.isOutdated()) {
            replace(held, "its subscriptions changed");
        }
    }

    /** An attempt ended without a connection. */
    void failed(OpenException e) {
        attempt = null;
        history.failed(e);
        failures++;
        metrics.failures.increment();
        if (e.isCredentials()) {
            if (metrics.isFirstToTellOfCredentials()) {
                LOG.error("Integration {} can't open Stream connections: {}. {}", integration, e.getMessage(), e.remedy());
            }
        } else if (!troubleLogged) {
            LOG.warn("{} can't be opened: {}. {}", this, e.getMessage(), e.remedy());
            troubleLogged = true;
        }
        retryAfter(e.isCredentials() ? timeouts.backoff().slowest(random.getAsDouble()) : timeouts.backoff()
                .after(failures, random.getAsDouble()));
    }

    private void retryAfter(Duration delay) {
        history.enter(State.WAITING);
        cancelRetry();
        retry = scheduler.in(delay, () -> {
            retry = null;
            open();
        });
    }

    private void cancelRetry() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
    }

    /** Opens a new one in the place of the current one, which is still read until it ends. Does nothing for one replaced before. */
    void replace(OpenConnection held, String reason) {
        if (held != current) {
            return;
        }
        ended(reason);
        LOG.info("{} is replaced: {}", this, reason);
        held.cancelTimers();
        draining.add(held);
        held.drainEnd = scheduler.in(timeouts.draining(), held::close);
        if (draining.size() > MAX_DRAINING) {
            draining.peek().abort();
        }
        history.draining(draining.size());
        if (wanted) {
            replacements++;
            if (replacements <= AT_ONCE) {
                open();
            } else {
                failures++;
                retryAfter(timeouts.backoff().after(failures, random.getAsDouble()));
            }
        } else {
            history.enter(State.STOPPED);
        }
    }

    /** It ended. */
    void lost(OpenConnection held, String reason) {
        held.cancelTimers();
        if (held == current) {
            ended(reason);
            if (wanted) {
                LOG.warn("{} is lost: {}", this, reason);
                failures++;
                retryAfter(timeouts.backoff().after(failures, random.getAsDouble()));
            } else {
                history.enter(State.STOPPED);
            }
        } else if (draining.remove(held)) {
            history.draining(draining.size());
            LOG.debug("A replaced connection of {} ended: {}", integration, reason);
        }
        completeWhenClosed();
    }

    private void ended(String reason) {
        current = null;
        history.ended(reason);
        metrics.losses.increment();
        metrics.down(integration, number, reason);
    }

    private void completeWhenClosed() {
        if (!wanted && current == null && draining.isEmpty()) {
            closing.complete(null);
        }
    }

    private void ping(OpenConnection held) {
        if (held != current) {
            return;
        }
        held.cancelPings();
        held.pongDue = scheduler.in(timeouts.pong(), () ->
                replace(held, "no answer to a ping within " + timeouts.pong().toSeconds() + " s"));
        held.ping();
    }

    /** A ping on it was answered. */
    void ponged(OpenConnection held) {
        if (held == current) {
            held.cancelPings();
            held.nextPing = scheduler.in(timeouts.ping(), () -> ping(held));
        }
    }

    @Override
    public String toString() {
        return "Stream connection " + number + " of integration " + integration;
    }
}
