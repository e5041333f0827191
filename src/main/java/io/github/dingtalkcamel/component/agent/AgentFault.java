package io.github.dingtalkcamel.component.agent;

/**
 * A failure that knows whether the agent is at fault. Where one message was at fault, such as one that a content filter withheld, others
 * may be answered: no circuit counts it, so that no user can make an agent unavailable for others by a message.
 */
public interface AgentFault {

    /** Whether other messages would fail as well. */
    boolean isOfTheAgent();

    /** Whether a failure counts against its agent: each does that does not say otherwise. */
    static boolean isOfTheAgent(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AgentFault known) {
                return known.isOfTheAgent();
            }
        }
        return true;
    }
}
