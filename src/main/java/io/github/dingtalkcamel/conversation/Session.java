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
 * @param startedAt   when its first message went to an agent, or a tool sent what that message answers, or a user sent {@code /new}
 * @param lastAt      when something last happened in it
 * @param lastMessage row of the message that went to an agent last, here or in the session before, or null
 * @param usage       what was counted
 * @param history     messages and replies, the oldest first, within the bounds
 * @param sent        what tools sent meanwhile, the oldest first, within the same bounds; only of a session in which a turn runs
 */
public record Session(String id, Instant startedAt, Instant lastAt, Long lastMessage, Usage usage,
        List<HistoryEntry> history, List<Notification> sent) {

    /** Exchange property that holds the session in which a turn runs. */
    public static final String PROPERTY = "CamelDingTalkSession";

    public Session {
        history = List.copyOf(history);
        sent = List.copyOf(sent);
    }

    Session(String id, Instant startedAt, Instant lastAt, Long lastMessage, Usage usage, List<HistoryEntry> history) {
        this(id, startedAt, lastAt, lastMessage, usage, history, List.of());
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
    public record Usage(long turns, long messagesIn, long messagesOut, long charactersIn, long charactersOut, long agentMillis,
            long promptTokens, long completionTokens) {

        public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0);

        /** Both together. */
        public Usage plus(Usage other) {
            return new Usage(turns + other.turns, messagesIn + other.messagesIn, messagesOut + other.messagesOut,
                    charactersIn + other.charactersIn, charactersOut + other.charactersOut, agentMillis + other.agentMillis,
                    promptTokens + other.promptTokens, completionTokens + other.completionTokens);
        }
    }

    /**
     * The history as agents get it: a list of {@code {role, text, at, senderId, senderNick}}, with what tools sent at its place in time. It
     * is made when it is first read, which many agents never do.
     */
    public List<Map<String, Object>> entries() {
        return new LazyList<>(this::readEntries);
    }

    private List<Map<String, Object>> readEntries() {
        List<Map<String, Object>> entries = new ArrayList<>(2 * history.size() + sent.size());
        Deque<Notification> left = new ArrayDeque<>(sent);
        for (HistoryEntry said : history) {
            while (!left.isEmpty() && left.peek().isBefore(said)) {
                entries.add(left.remove().entry());
            }
            entries.add(said.userEntry());
            while (said.reply() != null && !left.isEmpty() && left.peek().at().isBefore(said.repliedAt())) {
                entries.add(left.remove().entry());
            }
            if (said.reply() != null) {
                entries.add(said.assistantEntry());
            }
        }
        left.forEach(each -> entries.add(each.entry()));
        return List.copyOf(entries);
    }

    /** With what tools sent since it began: the oldest of both go where there is too much. */
    Session with(List<Notification> notifications, int most, long mostBytes) {
        if (notifications.isEmpty()) {
            return this;
        }
        Deque<Notification> heard = new ArrayDeque<>();
        notifications.stream().filter(each -> !each.at().isBefore(startedAt)).forEach(heard::add);
        if (heard.isEmpty()) {
            return this;
        }
        Deque<HistoryEntry> said = new ArrayDeque<>(history);
        long bytes = said.stream().mapToLong(HistoryEntry::bytes).sum() + heard.stream().mapToLong(Notification::bytes).sum();
        while (said.size() + heard.size() > most || bytes > mostBytes) {
            boolean older = said.isEmpty() || !heard.isEmpty() && heard.peek().isBefore(said.peek());
            bytes -= older ? heard.remove().bytes() : said.remove().bytes();
        }
        return new Session(id, startedAt, lastAt, lastMessage, usage, new ArrayList<>(said), new ArrayList<>(heard));
    }

    Session entered(long messageId, Instant now) {
        return new Session(id, startedAt, now, messageId, usage, history);
    }

    /**
     * With a turn more: the oldest ones go where there are too many turns or bytes.
     *
     * @param messageId it entered, perhaps in memory only, and the session may have been read from the store since
     */
    Session with(Usage more, long messageId, HistoryEntry said, int mostTurns, long mostBytes, Instant now) {
        List<HistoryEntry> all = new ArrayList<>(history.size() + 1);
        all.addAll(history);
        if (said != null) {
            all.add(said);
        }
        long bytes = HistoryEntry.bytes(all);
        int first = 0;
        while (first < all.size() && (all.size() - first > mostTurns || bytes > mostBytes)) {
            bytes -= all.get(first++).bytes();
        }
        return new Session(id, startedAt, now, lastMessage == null ? messageId : Math.max(lastMessage, messageId), usage.plus(more),
                all.subList(first, all.size()));
    }

    /** Without the texts. */
    @Override
    public String toString() {
        return "Session[" + id + ", " + usage.turns() + " turns]";
    }
}
