package io.github.dingtalkcamel.agent;

/** No route that runs answers for the agent. */
public class AgentNotRunningException extends Exception {

    public AgentNotRunningException(String name) {
        super("Agent " + name + " is not running: add or start a route that consumes from agent:" + name);
    }
}
