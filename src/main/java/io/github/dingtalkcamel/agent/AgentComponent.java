package io.github.dingtalkcamel.agent;

import java.util.Map;

import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.CamelContextHelper;

/** Routes that answer messages. */
@Component("agent")
public class AgentComponent extends DefaultComponent {

    private Agents agents;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        AgentEndpoint endpoint = new AgentEndpoint(uri, this, Agents.checkName(remaining));
        setProperties(endpoint, parameters);
        return endpoint;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        if (agents == null) {
            agents = CamelContextHelper.mandatoryLookup(getCamelContext(), "agents", Agents.class);
        }
    }

    Agents agents() {
        return agents;
    }
}
