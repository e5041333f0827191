package io.github.dingtalkcamel.command;

import java.util.List;

/**
 * What {@code /stop} cancelled, on whichever node it was.
 *
 * @param wasRunning whether a turn was being answered
 * @param dropped    how many turns waited
 * @param unrecorded ids of those whose end is not in the store yet
 */
public record StopOutcome(boolean wasRunning, int dropped, List<Long> unrecorded) {

    /** Whether there was nothing to stop. */
    public boolean isNothing() {
        return !wasRunning && dropped == 0;
    }
}
