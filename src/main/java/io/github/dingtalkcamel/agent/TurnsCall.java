package io.github.dingtalkcamel.agent;
import java.util.concurrent.RejectedExecutionException;

import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.turn.TurnStoppedException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** A turn's call of an agent. The turn continues once: when the agent returns or when it is stopped. */
final class TurnsCall implements StopSignal.Call {

    private enum State { RUNNING, RETURNED, STOPPED }

    private final AgentComponent component;
    private final Exchange exchange;
    private final AgentCall call;
    private final AsyncCallback callback;
    private State state = State.RUNNING;

    TurnsCall(AgentComponent component, Exchange exchange, AgentCall call, AsyncCallback callback) {
        this.component = component;
        this.exchange = exchange;
        this.call = call;
        this.callback = callback;
    }

    private synchronized boolean becomes(State next) {
        if (state != State.RUNNING) {
            return false;
        }
        state = next;
        return true;
    }

    synchronized boolean wasStopped() {
        return state == State.STOPPED;
    }

    @Override
    public synchronized boolean isOver() {
        return state != State.RUNNING;
    }

    /** The agent returned. */
    void returned(boolean doneSync) {
        call.returned();
        if (becomes(State.RETURNED)) {
            call.answered();
            callback.done(doneSync);
        } else {
            component.agents().cameToItsEnd();
            if (!exchange.getContext().isStopping()) {
                // as after any call: this thread has other work to do
                Thread.interrupted();
            }
        }
    }

    @Override
    public void end() {
        if (!becomes(State.STOPPED)) {
            return;
        }
        call.stopped();
        component.agents().stoppedButAtWork();
        try {
            component.afterStop().execute(this::continueTurn);
        } catch (RejectedExecutionException e) {
            continueTurn();
        }
    }

    private void continueTurn() {
        exchange.setException(new TurnStoppedException());
        callback.done(false);
    }
}
