package io.github.dingtalkcamel.agent;

import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.spi.Registry;

/**
 * The beans of this package: the agents that run.
 *
 * @param agents the agents, by the routes that provide them
 */
public record AgentConfiguration(Agents agents) implements AutoCloseable {

    /** Creates them, and binds what routes and Camel name. */
    public static AgentConfiguration bind(Registry registry, Settings settings) {
        Agents agents = new Agents();
        registry.bind("agents", agents);
        registry.bind("fallback", new Fallback(settings));
        registry.bind("http", new StoppableHttp());
        registry.bind("https", new StoppableHttp());
        return new AgentConfiguration(agents);
    }

    /** Calls that wait for their agent wait no longer. */
    @Override
    public void close() {
        agents.close();
    }
}
