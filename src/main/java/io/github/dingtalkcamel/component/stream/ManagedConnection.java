package io.github.dingtalkcamel.component.stream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.DoubleSupplier;

import io.github.dingtalkcamel.component.stream.ConnectionStatus.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the connections that an integration keeps open (docs/promises.md 8): the one owner of its attempts, its retries and its
 * replacement.
 * <p>
 * Promises: never gives up while it is wanted; at most one attempt is under way; a connection that the server takes leave of, or that does not answer a ping, is
 * replaced at once and still read until it ends. Silence alone replaces nothing.
 * <p>
 * All that changes its state runs on the agenda, so that nothing here needs a lock; what comes from the network is put there first.
 */
final class ManagedConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedConnection.class);

    /** Replacements in a row that are made at once. A server that takes leave of each new connection is met with back-off from then on. */
    private static final int AT_ONCE = 3;
    private static final int MAX_DRAINING = 4;

    private final String integration;
    private final int number;
    private final Connector dialler;
    private final FrameHandler reception;
    private final ConnectionMetrics traffic;
    private final StreamTimeouts pace;
    private final Scheduler agenda;
    private final DoubleSupplier random;

    private boolean wanted;
    private Attempt attempt;
    private Scheduler.Entry retry;
    private OpenConnection current;
    private final Deque<OpenConnection> draining = new ArrayDeque<>();
    private CompletableFuture<Void> closing = CompletableFuture.completedFuture(null);
    /** In a row, without a connection that held. */
    private int failures;
    private int replacements;
    private boolean troubleTold;

    private volatile State state = State.STOPPED;
    private volatile Instant since;
    private volatile Instant lastFrame;
    private volatile Instant lastPong;
    private volatile Instant lastMessage;
    private volatile long attempts;
    private volatile long reconnects;
    private volatile int drainingCount;
    private volatile String lastClose;
    private volatile OpenException trouble;

    /** @param random from 0 to 1, for jitter */
    ManagedConnection(String integration, int number, Connector dialler, FrameHandler reception, ConnectionMetrics traffic, StreamTimeouts pace, Scheduler agenda, DoubleSupplier random) {
        this.integration = integration;
        this.number = number;
        this.dialler = dialler;
        this.reception = reception;
        this.traffic = traffic;
        this.pace = pace;
        this.agenda = agenda;
        this.random = random;
        this.since = wall();
    }

    /** Opens it, and keeps it open from now on. */
    void start() {
        agenda.now(() -> {
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
        agenda.now(() -> {
            wanted = false;
            cancelRetry();
            if (attempt != null) {
                Attempt given = attempt;
                attempt = null;
                given.end();
                enter(State.STOPPED);
            } else if (current == null) {
                enter(State.STOPPED);
            }
        });
    }

    /** Opens no more, and closes what is open. @return completed when all is closed, by the server's answer or after {@link StreamTimeouts#closing} */
    CompletableFuture<Void> stop() {
        stopOpening();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        agenda.now(() -> {
            closing = closed;
            if (current != null) {
                current.cancelTimers();
                draining.add(current);
                current = null;
                traffic.down(integration, number, "stopped");
            }
            enter(State.STOPPED);
            draining.forEach(OpenConnection::close);
            completeWhenClosed();
        });
        return closed;
    }

    /** For an operator: a new connection in the place of this one, or an attempt now instead of later. */
    void reconnect() {
        agenda.now(() -> {
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
        agenda.now(() -> {
            if (current != null) {
                replacements = 0;
                replace(current, "its subscriptions changed");
            } else if (attempt != null) {
                attempt.outdated = true;
            }
        });
    }

    /** The machine slept, perhaps: looks whether the connection still lives, and waits no longer where there is none. */
    void probe() {
        agenda.now(() -> {
            if (current != null) {
                ping(current);
            } else {
                tryNow();
            }
        });
    }

    ConnectionStatus status() {
        OpenException failed = trouble;
        return new ConnectionStatus(integration, number, state, since, lastFrame, lastPong, lastMessage, attempts, reconnects, drainingCount, lastClose,
                failed == null ? null : failed.getMessage(), failed == null ? null : failed.remedy());
    }

    boolean isConnected() {
        return state == State.CONNECTED;
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
        enter(State.CONNECTING);
        attempts = attempts + 1;
        traffic.attempts.increment();
        attempt = new Attempt();
        attempt.begin();
    }

    private void opened(OpenConnection held) {
        current = held;
        trouble = null;
        traffic.credentialsWork();
        LOG.info("{} is connected", this);
        troubleTold = false;
        enter(State.CONNECTED);
        traffic.up(integration, number);
        held.steady = agenda.in(pace.holding(), () -> {
            failures = 0;
            replacements = 0;
        });
        held.nextPing = agenda.in(pace.ping(), () -> ping(held));
    }

    private void failed(OpenException e) {
        trouble = e;
        failures++;
        traffic.failures.increment();
        if (e.isCredentials()) {
            if (traffic.isFirstToTellOfCredentials()) {
                LOG.error("Integration {} can't open Stream connections: {}. {}", integration, e.getMessage(), e.remedy());
            }
        } else if (!troubleTold) {
            LOG.warn("{} can't be opened: {}. {}", this, e.getMessage(), e.remedy());
            troubleTold = true;
        }
        retryAfter(e.isCredentials() ? pace.backoff().slowest(random.getAsDouble()) : pace.backoff().after(failures, random.getAsDouble()));
    }

    private void retryAfter(Duration delay) {
        enter(State.WAITING);
        cancelRetry();
        retry = agenda.in(delay, () -> {
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

    /** A new one takes its place; what still comes in by the old one is handled as before. */
    private void replace(OpenConnection held, String reason) {
        if (held != current) {
            return;
        }
        ended(reason);
        LOG.info("{} is replaced: {}", this, reason);
        held.cancelTimers();
        draining.add(held);
        held.drainEnd = agenda.in(pace.draining(), held::close);
        if (draining.size() > MAX_DRAINING) {
            draining.peek().abort();
        }
        drainingCount = draining.size();
        if (wanted) {
            replacements++;
            if (replacements <= AT_ONCE) {
                open();
            } else {
                failures++;
                retryAfter(pace.backoff().after(failures, random.getAsDouble()));
            }
        } else {
            enter(State.STOPPED);
        }
    }

    private void lost(OpenConnection held, String reason) {
        held.cancelTimers();
        if (held == current) {
            ended(reason);
            if (wanted) {
                LOG.warn("{} is lost: {}", this, reason);
                failures++;
                retryAfter(pace.backoff().after(failures, random.getAsDouble()));
            } else {
                enter(State.STOPPED);
            }
        } else if (draining.remove(held)) {
            drainingCount = draining.size();
            LOG.debug("A replaced connection of {} ended: {}", integration, reason);
        }
        completeWhenClosed();
    }

    private void ended(String reason) {
        current = null;
        lastClose = reason;
        reconnects = reconnects + 1;
        traffic.losses.increment();
        traffic.down(integration, number, reason);
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
        held.pongDue = agenda.in(pace.pong(), () -> replace(held, "no answer to a ping within " + pace.pong().toSeconds() + " s"));
        held.link.ping();
    }

    private void ponged(OpenConnection held) {
        if (held == current) {
            held.cancelPings();
            held.nextPing = agenda.in(pace.ping(), () -> ping(held));
        }
    }

    private void enter(State entered) {
        if (state != entered) {
            state = entered;
            since = wall();
        }
    }

    private Instant wall() {
        return Instant.ofEpochMilli(agenda.wallMillis());
    }

    @Override
    public String toString() {
        return "Stream connection " + number + " of integration " + integration;
    }

    /** One try to open it, within a deadline. */
    private final class Attempt {

        private final OpenConnection held = new OpenConnection();
        private CompletableFuture<WebSocketConnection> dialled;
        /** Whether what is subscribed to has changed since it began. */
        private boolean outdated;
        private Scheduler.Entry deadline;

        void begin() {
            deadline = agenda.in(pace.opening(), this::timedOut);
            dialled = dialler.dial(held);
            dialled.whenComplete((link, failure) -> agenda.now(() -> done(link, failure)));
        }

        private void timedOut() {
            if (attempt == this) {
                attempt = null;
                end();
                failed(OpenException.of("no connection within " + pace.opening().toSeconds() + " s",
                        "Check the network, the proxy (HTTPS_PROXY) and the API's base URL; it is tried again until it works"));
            }
        }

        private void done(WebSocketConnection link, Throwable failure) {
            deadline.cancel();
            if (attempt != this) {
                if (link != null) {
                    link.abort();
                }
                return;
            }
            attempt = null;
            if (link == null) {
                failed(reason(failure));
            } else if (held.end != null) {
                failed(OpenException.of("it was " + held.end + " as soon as it was open", "It is tried again until it works"));
            } else {
                ManagedConnection.this.opened(held);
                if (held.leave != null) {
                    replace(held, held.leave);
                } else if (outdated) {
                    replace(held, "its subscriptions changed");
                }
            }
        }

        private OpenException reason(Throwable failure) {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return cause instanceof OpenException known ? known
                    : OpenException.of("the attempt failed (" + cause.getClass().getSimpleName() + ")", "It is tried again until it works");
        }

        void end() {
            deadline.cancel();
            dialled.cancel(true);
        }
    }

    /** A connection that was opened, from its first frame on; the events come on the thread that reads it. */
    private final class OpenConnection implements WebSocketConnection.Events, FrameHandler.Sender {

        private volatile WebSocketConnection link;
        /** Why it ended, or null. */
        private String end;
        /** Why the server takes leave of it, or null. */
        private String leave;
        private Scheduler.Entry steady;
        private Scheduler.Entry nextPing;
        private Scheduler.Entry pongDue;
        private Scheduler.Entry drainEnd;

        @Override
        public void opened(WebSocketConnection given) {
            link = given;
        }

        @Override
        public void text(String frame) {
            lastFrame = wall();
            reception.text(frame, this);
        }

        @Override
        public void refused(String beginning, String reason) {
            lastFrame = wall();
            reception.refused(beginning, reason, this);
        }

        @Override
        public void pong() {
            lastPong = wall();
            agenda.now(() -> ponged(this));
        }

        @Override
        public void closed(String reason) {
            agenda.now(() -> {
                end = reason;
                lost(this, reason);
            });
        }

        @Override
        public void answer(String frame) {
            link.send(frame);
        }

        @Override
        public void answerFirst(String frame) {
            link.sendFirst(frame);
        }

        @Override
        public void spoke() {
            lastMessage = wall();
        }

        @Override
        public void leaving(String reason) {
            agenda.now(() -> {
                leave = "the server takes leave: " + reason;
                replace(this, leave);
            });
        }

        void close() {
            link.close();
            agenda.in(pace.closing(), link::abort);
        }

        void abort() {
            link.abort();
        }

        void cancelPings() {
            cancel(nextPing);
            cancel(pongDue);
        }

        void cancelTimers() {
            cancelPings();
            cancel(steady);
            cancel(drainEnd);
        }

        private void cancel(Scheduler.Entry entry) {
            if (entry != null) {
                entry.cancel();
            }
        }
    }
}
