package io.github.dingtalkcamel.turn;

import java.util.HashMap;
import java.util.Map;

/**
 * Places for what waits: bounded in all and for each conversation. Not thread-safe: the queue guards it. A conversation without places
 * takes no memory.
 */
final class Places {

    private final int capacity;
    private final int conversationCapacity;
    private final Map<String, Integer> takenByKey = new HashMap<>();
    private int taken;

    Places(int capacity, int conversationCapacity) {
        this.capacity = capacity;
        this.conversationCapacity = conversationCapacity;
    }

    /** Whether a conversation may take another place. */
    boolean isFree(String key) {
        return taken < capacity && takenByKey.getOrDefault(key, 0) < conversationCapacity;
    }

    /** Takes a place even beyond the limits. */
    void take(String key) {
        taken++;
        takenByKey.merge(key, 1, Integer::sum);
    }

    /** Gives a place back that was taken. */
    void giveBack(String key) {
        taken--;
        takenByKey.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }

    /** Places that are left in all, never negative. */
    int left() {
        return Math.max(0, capacity - taken);
    }

    /** Places that are taken, beyond the limits too. */
    int taken() {
        return taken;
    }

    /** How many conversations have a place. */
    int conversations() {
        return takenByKey.size();
    }

    boolean has(String key) {
        return takenByKey.containsKey(key);
    }

    /** How many places a conversation has. */
    int of(String key) {
        return takenByKey.getOrDefault(key, 0);
    }
}
