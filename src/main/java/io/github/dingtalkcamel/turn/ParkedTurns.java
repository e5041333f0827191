package io.github.dingtalkcamel.turn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Turns that wait for their agent, without a running place, and those of them that may continue. Used with the queue's lock held. */
final class ParkedTurns {

    private final Set<Turn> parked = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Those that may continue, by id, in the order in which they could. */
    private final Map<Long, Ready> ready = new LinkedHashMap<>();

    /** A turn that may continue as soon as there is a running place. @param then continues it */
    record Ready(Turn turn, Runnable then) {
    }

    /** @return false where it is there already */
    boolean add(Turn turn) {
        return parked.add(turn);
    }

    /** @return false where the turn is not parked */
    boolean ready(Turn turn, Runnable then) {
        if (!parked.contains(turn)) {
            return false;
        }
        ready.put(turn.id(), new Ready(turn, then));
        return true;
    }

    /** Whether one may continue. */
    boolean hasReady() {
        return !ready.isEmpty();
    }

    /** Takes out the next one that may continue. */
    Ready next() {
        Ready next = ready.values().iterator().next();
        remove(next.turn());
        return next;
    }

    /** @return whether it was there */
    boolean remove(Turn turn) {
        ready.remove(turn.id());
        return parked.remove(turn);
    }

    int size() {
        return parked.size();
    }
}
