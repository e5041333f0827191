package io.github.dingtalkcamel.agent;
import io.github.dingtalkcamel.turn.AgentConstants;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** An agent: a route that is given a DingTalk message as text and answers with the reply as markdown. */
@UriEndpoint(firstVersion = "0.1.0", scheme = "agent", title = "DingTalk Agent", syntax = "agent:name",
        category = { Category.CHAT, Category.CORE },
             headersClass = AgentConstants.class, remote = false)
public class AgentEndpoint extends DefaultEndpoint {

    @UriPath(description = "Name of the agent: letters, digits, dot, dash and underscore, at most 64")
    @Metadata(required = true)
    private final String name;

    @UriParam(label = "consumer",
              description = "Id of an integration whose messages go to this agent while the route runs, unless a conversation has a "
              + "binding of its own."
                            + " The first running route with a trigger for an integration keeps it.")
    private String trigger;

    @UriParam(label = "consumer",
              description = "How many calls of this agent run at once, of all conversations. Others wait in order of arrival, without a "
              + "thread and without"
                            + " keeping other agents' turns from running. Without it any number runs.")
    private Integer maxRunning;

    public AgentEndpoint(String uri, AgentComponent component, String name) {
        super(uri, component);
        this.name = name;
    }

    @Override
    public Producer createProducer() {
        return new AgentProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        AgentConsumer consumer = new AgentConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    @Override
    public AgentComponent getComponent() {
        return (AgentComponent) super.getComponent();
    }

    public String getName() {
        return name;
    }

    public String getTrigger() {
        return trigger;
    }

    public Integer getMaxRunning() {
        return maxRunning;
    }

    /** @throws IllegalArgumentException where it is less than 1 */
    public void setMaxRunning(Integer maxRunning) {
        if (maxRunning != null && maxRunning < 1) {
            throw new IllegalArgumentException("maxRunning of agent:" + name + " must be 1 or more; leave it out for no limit");
        }
        this.maxRunning = maxRunning;
    }

    public void setTrigger(String trigger) {
        this.trigger = trigger;
    }
}
