package io.github.dingtalkcamel.command;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.SharedInbox;
import io.github.dingtalkcamel.turn.Stopped;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.ExchangeProperty;

/**
 * {@code /stop}: cancels the running turn and drops the waiting ones of the conversation that arrived before the command. Where each sender
 * has a session, only those of the command's sender.
 */
public final class Stop {

    /** Exchange property that holds what was stopped. */
    public static final String STOPPED = "CamelDingTalkStopped";

    private final KeyedQueue queue;
    private final Inbox inbox;
    private final Sessions sessions;
    private final SharedInbox shared;

    public Stop(KeyedQueue queue, Inbox inbox, Sessions sessions, SharedInbox shared) {
        this.queue = queue;
        this.inbox = inbox;
        this.sessions = sessions;
        this.shared = shared;
    }

    /**
     * Cancels and drops the turns at once, in memory. Where nodes share the store they are marked there first, and the node that answers
     * them is told.
     */
    public StopOutcome cancelTurns(@ExchangeProperty(Turn.PROPERTY) Turn command) throws StoreException {
        return cancel(command.message(), command.id(), command.message().sender().nick());
    }

    /**
     * Cancels the turns of a message's conversation that arrived before the given one; where each sender has a session, only those of this
     * message's sender.
     *
     * @param person who stops them, as users are told
     */
    StopOutcome cancel(InboundMessage message, long beforeId, String person) throws StoreException {
        boolean own = sessions.isOwn(message);
        String sender = message.sender().userId();
        if (shared.isShared()) {
            Map<Long, Boolean> marked = shared.stopBefore(message, beforeId, own ? sender : null, person);
            queue.stop(Turn.key(message), turn -> marked.containsKey(turn.id()), person);
            boolean running = marked.containsValue(true);
            return new StopOutcome(running, (int) marked.values().stream().filter(isRunning -> !isRunning).count(), List.of());
        }
        Predicate<Turn> before = turn -> turn.id() < beforeId;
        Stopped stopped = queue.stop(Turn.key(message), own ? before.and(turn -> turn.message().sender().userId().equals(sender)) : before,
                person);
        return new StopOutcome(stopped.running() != null, stopped.dropped().size(),
                Stream.concat(Stream.ofNullable(stopped.running()), stopped.dropped().stream()).toList());
    }

    /** Records durably which turns were cancelled, so that no later start resumes them. */
    public void recordCancelled(@ExchangeProperty(STOPPED) StopOutcome stopped) throws StoreException {
        if (!stopped.unrecorded().isEmpty()) {
            inbox.stopped(CommitKey.NONE, stopped.unrecorded());
        }
    }
}
