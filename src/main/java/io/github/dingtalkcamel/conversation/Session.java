package io.github.dingtalkcamel.conversation;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * The current thread of talk of a conversation, or of one person in it. Immutable.
 *
 * @param id          agents see it as CamelDingTalkSessionId
 * @param startedAt   when its first message went to an agent, or when somebody said {@code /new}
 * @param lastAt      when something last happened in it
 * @param lastMessage row of the message that went to an agent last, here or in the session before, or null
 * @param usage       what was counted
 * @param history     what was said and answered, the oldest first, within the bounds
 */
public record Session(String id, Instant startedAt, Instant lastAt, Long lastMessage, Usage usage, List<Said> history) {

    /** Exchange property that holds the session in which a turn runs. */
    public static final String PROPERTY = "CamelDingTalkSession";

    public Session {
        history = List.copyOf(history);
    }

    /**
     * What a session used.
     *
     * @param turns            messages that an agent answered, or failed to
     * @param messagesIn       messages that people sent for that
     * @param messagesOut      replies of agents
     * @param charactersIn     characters of those messages
     * @param charactersOut    characters of the agents' replies
     * @param agentMillis      time that agents took, milliseconds
     * @param promptTokens     as agents reported
     * @param completionTokens as agents reported
     */
    public record Usage(long turns, long messagesIn, long messagesOut, long charactersIn, long charactersOut, long agentMillis, long promptTokens,
            long completionTokens) {

        public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0);

        /** Both together. */
        public Usage plus(Usage other) {
            return new Usage(turns + other.turns, messagesIn + other.messagesIn, messagesOut + other.messagesOut, charactersIn + other.charactersIn,
                    charactersOut + other.charactersOut, agentMillis + other.agentMillis, promptTokens + other.promptTokens,
                    completionTokens + other.completionTokens);
        }
    }

    /** The history as agents are told it (contract 5): a list of {@code {role, text, at}}. */
    public List<Map<String, Object>> told() {
        List<Map<String, Object>> entries = new ArrayList<>(2 * history.size());
        history.forEach(said -> entries.addAll(said.entries()));
        return List.copyOf(entries);
    }

    Session entered(long messageId, Instant now) {
        return new Session(id, startedAt, now, messageId, usage, history);
    }

    /** With a turn more: the oldest ones go where there are too many turns or bytes. */
    Session with(Usage more, Said said, int mostTurns, long mostBytes, Instant now) {
        Deque<Said> kept = new ArrayDeque<>(history);
        if (said != null) {
            kept.add(said);
        }
        long bytes = kept.stream().mapToLong(Said::bytes).sum();
        while (!kept.isEmpty() && (kept.size() > mostTurns || bytes > mostBytes)) {
            bytes -= kept.remove().bytes();
        }
        return new Session(id, startedAt, now, lastMessage, usage.plus(more), new ArrayList<>(kept));
    }

    /** Without what was said. */
    @Override
    public String toString() {
        return "Session[" + id + ", " + usage.turns() + " turns]";
    }
}
