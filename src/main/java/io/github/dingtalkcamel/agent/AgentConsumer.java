package io.github.dingtalkcamel.agent;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;

/** Offers its route as an agent for as long as the route runs. */
public class AgentConsumer extends DefaultConsumer implements ShutdownAware {

    public AgentConsumer(AgentEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    public AgentEndpoint getEndpoint() {
        return (AgentEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        getEndpoint().getComponent().agents().add(this);
    }

    @Override
    protected void doStop() throws Exception {
        getEndpoint().getComponent().agents().remove(this);
        super.doStop();
    }

    /** Is chosen no more, by trigger or by name, yet answers the turns that had chosen it already, until it stops. */
    public void withdraw() {
        getEndpoint().getComponent().agents().withdraw(this);
    }

    /** Takes back {@link #withdraw}. */
    public void offerAgain() {
        getEndpoint().getComponent().agents().add(this);
    }

    /** Stays until all routes are done: turns that run when the stop comes may still call it. */
    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return true;
    }

    @Override
    public int getPendingExchangesSize() {
        return 0;
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // nothing waits here
    }

    @Override
    protected void doSuspend() {
        getEndpoint().getComponent().agents().remove(this);
    }

    @Override
    protected void doResume() {
        getEndpoint().getComponent().agents().add(this);
    }
}
