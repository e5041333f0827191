package io.github.dingtalkcamel.turn;

import java.util.OptionalLong;

import io.github.dingtalkcamel.cluster.Arrival;

/**
 * What became of a message that was to be stored.
 *
 * @param row     its row, or empty if it was there already, or is a refusal that is not due
 * @param isFull  whether it was not stored since too many turns wait in its conversation
 * @param arrival who works on its conversation; null where it was not stored
 * @param isRunning whether its turn was stored as running, with its attempt
 */
public record StoredMessage(OptionalLong row, boolean isFull, Arrival arrival, boolean isRunning) {

    static final StoredMessage KNOWN = new StoredMessage(OptionalLong.empty(), false, null, false);
    static final StoredMessage FULL = new StoredMessage(OptionalLong.empty(), true, null, false);
}
