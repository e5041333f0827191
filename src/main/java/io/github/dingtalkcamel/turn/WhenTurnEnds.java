package io.github.dingtalkcamel.turn;

import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** Does something when a turn's exchange is done, success or failure. */
final class WhenTurnEnds extends SynchronizationAdapter {

    private final Runnable action;

    WhenTurnEnds(Runnable action) {
        this.action = action;
    }

    @Override
    public void onDone(Exchange ended) {
        action.run();
    }

    @Override
    public boolean allowHandover() {
        // the turn ends with its own exchange, not with a copy that some route sends elsewhere
        return false;
    }
}
