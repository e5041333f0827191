package io.github.dingtalkcamel.agent;

import io.github.dingtalkcamel.component.agent.AgentFault;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.api.StoppingException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;

/**
 * One call of an agent, from the permit of its circuit until the agent has returned. Ends once for the caller and once for the agent; the
 * two are the same moment unless {@code /stop} ends the call first.
 */
final class AgentCall {

    private final AgentCalls calls;
    private final AgentCircuit.Permit permit;
    private final Exchange exchange;
    private final Exchange call;

    /**
     * @param exchange the caller's
     * @param call     the agent's
     */
    AgentCall(AgentCalls calls, AgentCircuit.Permit permit, Exchange exchange, Exchange call) {
        this.calls = calls;
        this.permit = permit;
        this.exchange = exchange;
        this.call = call;
    }

    /** Asks the agent. A failure that it throws past Camel's error handling ends the call like any other. */
    boolean ask(AsyncProcessor agent, AsyncCallback returned) {
        try {
            return agent.process(call, returned);
        } catch (RuntimeException e) {
            call.setException(e);
            returned.done(true);
            return true;
        }
    }

    /** The agent has returned: its place is free. */
    void returned() {
        calls.leave();
    }

    /** The caller takes what the agent left, and the circuit knows whether that was an answer. */
    void answered() {
        AgentProducer.answer(exchange, call);
        Exception failure = exchange.getException();
        if (failure == null) {
            permit.succeeded();
        } else if (isStopped(failure) || !AgentFault.isOfTheAgent(failure)) {
            permit.giveBack();
        } else {
            permit.failed(failure);
        }
    }

    /** Not the agent's fault. */
    private boolean isStopped(Exception failure) {
        return failure instanceof StoppingException || exchange.getContext().isStopping()
                || call.getProperty(StopSignal.PROPERTY) instanceof StopSignal signal && signal.isStopped();
    }

    /** {@code /stop} ended the wait for the agent. */
    void stopped() {
        permit.giveBack();
    }
}
