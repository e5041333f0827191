package io.github.dingtalkcamel.observe;
import java.util.List;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;

/** Sessions in JMX: who talks, and never what was said. */
@ManagedResource(description = "Sessions of conversations, and what /stop could not end")
public final class Conversations {

    private static final int MOST_LINES = 1_000;

    private final Sessions sessions;
    private final Agents agents;

    public Conversations(Sessions sessions, Agents agents) {
        this.sessions = sessions;
        this.agents = agents;
    }

    @ManagedAttribute(description = "Conversations, or people in them, that have had a session")
    public long getSessions() throws StoreException {
        return sessions.count();
    }

    @ManagedAttribute(description = "Agents' calls that /stop could not end: their turns are over, each may still hold a thread")
    public int getStuckAgents() {
        return agents.stuck();
    }

    @ManagedAttribute(description = "Agents' results that came after /stop, and went nowhere")
    public long getDiscardedResults() {
        return agents.discarded();
    }

    @ManagedOperation(description = "The sessions that were used last, at most so many (up to 1000), without what was said")
    public List<String> listSessions(int limit) throws StoreException {
        return sessions.latest(bounded(limit));
    }

    private static int bounded(int limit) {
        return Math.max(0, Math.min(limit, MOST_LINES));
    }
}
