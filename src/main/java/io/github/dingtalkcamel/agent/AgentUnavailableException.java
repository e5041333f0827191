package io.github.dingtalkcamel.agent;

/** An agent failed so often that it is not asked for a while: see {@link AgentCircuit}. */
public final class AgentUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    AgentUnavailableException(String message) {
        super(message, null, false, false);
    }
}
