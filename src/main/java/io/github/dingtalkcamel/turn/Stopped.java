package io.github.dingtalkcamel.turn;

import java.util.List;

/**
 * What was stopped in a conversation.
 *
 * @param running the turn that was being answered, or null
 * @param dropped those that waited, in their order
 */
public record Stopped(Turn running, List<Turn> dropped) {

    /** Whether there was nothing to stop. */
    public boolean isNothing() {
        return running == null && dropped.isEmpty();
    }
}
