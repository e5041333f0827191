package io.github.dingtalkcamel.agent;

import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/** Offers its route as an agent for as long as the route runs. */
public class AgentConsumer extends DefaultConsumer {

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

    @Override
    protected void doSuspend() {
        getEndpoint().getComponent().agents().remove(this);
    }

    @Override
    protected void doResume() {
        getEndpoint().getComponent().agents().add(this);
    }
}
