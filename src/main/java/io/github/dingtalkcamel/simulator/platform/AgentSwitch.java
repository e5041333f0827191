package io.github.dingtalkcamel.simulator.platform;

import java.util.List;

/**
 * Which agent of the application answers a conversation, and a way to choose another: for the chat page. May block; is never called on an
 * event loop.
 */
public interface AgentSwitch {

    /** Knows no agent. */
    AgentSwitch NONE = new AgentSwitch() {
        @Override
        public List<String> agents() {
            return List.of();
        }

        @Override
        public String answering(String integrationId, String conversationId) {
            return null;
        }

        @Override
        public void choose(String integrationId, String conversationId, String agent) {
            throw new IllegalArgumentException("the application does not tell its agents");
        }
    };

    /** The names of those that run. */
    List<String> agents();

    /** The one that answers the conversation; null for none. */
    String answering(String integrationId, String conversationId);

    /** Lets another answer it from now on. @throws IllegalArgumentException where there is none of this name */
    void choose(String integrationId, String conversationId, String agent);
}
