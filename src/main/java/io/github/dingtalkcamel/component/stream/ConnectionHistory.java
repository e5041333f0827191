package io.github.dingtalkcamel.component.stream;
import java.time.Instant;
import java.util.function.LongSupplier;

import io.github.dingtalkcamel.component.stream.ConnectionStatus.State;

/** The state of one managed connection and what happened to it, for operators. Written by one thread at a time, read by any. */
final class ConnectionHistory {

    private final LongSupplier wallMillis;

    private volatile State state = State.STOPPED;
    private volatile Instant since;
    private volatile Instant lastFrame;
    private volatile Instant lastPong;
    private volatile Instant lastMessage;
    private volatile long attempts;
    private volatile long reconnects;
    private volatile int draining;
    private volatile String lastClose;
    private volatile OpenException failure;

    /** @param wallMillis the clock, in milliseconds of the epoch */
    ConnectionHistory(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
        this.since = now();
    }

    private Instant now() {
        return Instant.ofEpochMilli(wallMillis.getAsLong());
    }

    void enter(State entered) {
        if (state != entered) {
            state = entered;
            since = now();
        }
    }

    boolean isConnected() {
        return state == State.CONNECTED;
    }

    void frame() {
        lastFrame = now();
    }

    void pong() {
        lastPong = now();
    }

    void message() {
        lastMessage = now();
    }

    void attempted() {
        attempts = attempts + 1;
    }

    /** @param e why the last attempt failed, or null where it did not */
    void failed(OpenException e) {
        failure = e;
    }

    /** @param connections replaced ones that are still read */
    void draining(int connections) {
        draining = connections;
    }

    /** The current connection ended or is replaced. */
    void ended(String reason) {
        lastClose = reason;
        reconnects = reconnects + 1;
    }

    ConnectionStatus status(String integration, int number) {
        OpenException failed = failure;
        return new ConnectionStatus(integration, number, state, since, lastFrame, lastPong, lastMessage, attempts, reconnects, draining,
                lastClose, failed == null ? null : failed.getMessage(), failed == null ? null : failed.remedy());
    }
}
