package io.github.dingtalkcamel.turn;

import java.util.List;

/**
 * The turns of a conversation that {@code /stop} cancelled.
 *
 * @param running the turn that was being answered, or null
 * @param dropped the turns that waited, in their order
 */
public record Stopped(Turn running, List<Turn> dropped) {

    /** Whether there was nothing to stop. */
    public boolean isNothing() {
        return running == null && dropped.isEmpty();
    }
}
