package io.github.dingtalkcamel;

import java.util.List;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.simulator.platform.AgentSwitch;

/** The agents for the simulator's chat page: what it chooses is the binding of the conversation, as {@code /bind} makes one. */
final class ChosenAgents implements AgentSwitch {

    private static final String BY = "chat-page";

    private final Agents agents;
    private final Bindings bindings;
    private final Settings settings;

    ChosenAgents(Agents agents, Bindings bindings, Settings settings) {
        this.agents = agents;
        this.bindings = bindings;
        this.settings = settings;
    }

    @Override
    public List<String> agents() {
        return agents.names();
    }

    @Override
    public String answering(String integrationId, String conversationId) {
        String bound = bindings.of(integrationId, conversationId).map(Bindings.Binding::agent).orElse(null);
        if (bound != null) {
            return bound;
        }
        String triggered = agents.triggered(integrationId);
        return triggered != null ? triggered : settings.integration(integrationId).flatMap(each -> each.fallbackAgent()).orElse(null);
    }

    @Override
    public void choose(String integrationId, String conversationId, String agent) {
        if (!agents.isRunning(agent)) {
            throw new IllegalArgumentException("no agent of this name is running");
        }
        bindings.bind(integrationId, conversationId, agent, BY);
    }
}
