package io.github.dingtalkcamel.command;

import java.util.List;

import io.github.dingtalkcamel.turn.Turn;

/**
 * What {@code /stop} cancelled, on whichever node it was.
 *
 * @param wasRunning whether a turn was being answered
 * @param dropped    how many turns waited
 * @param unrecorded those whose end is not in the store yet
 */
public record StopOutcome(boolean wasRunning, int dropped, List<Turn> unrecorded) {

    /** Whether there was nothing to stop. */
    public boolean isNothing() {
        return !wasRunning && dropped == 0;
    }
}
