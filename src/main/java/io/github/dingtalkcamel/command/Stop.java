package io.github.dingtalkcamel.command;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.KeyedQueue;
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

    public Stop(KeyedQueue queue, Inbox inbox, Sessions sessions) {
        this.queue = queue;
        this.inbox = inbox;
        this.sessions = sessions;
    }

    /** Cancels and drops the turns at once, in memory. */
    public Stopped cancelTurns(@ExchangeProperty(Turn.PROPERTY) Turn command) {
        InboundMessage message = command.message();
        Predicate<Turn> before = turn -> turn.id() < command.id();
        Predicate<Turn> own = turn -> turn.message().sender().userId().equals(message.sender().userId());
        return queue.stop(Turn.key(message), sessions.isOwn(message) ? before.and(own) : before, message.sender().nick());
    }

    /** Records durably which turns were cancelled, so that no later start resumes them. */
    public void recordCancelled(@ExchangeProperty(STOPPED) Stopped stopped) throws StoreException {
        if (stopped.isNothing()) {
            return;
        }
        List<Long> ids = Stream.concat(Stream.ofNullable(stopped.running()), stopped.dropped().stream()).map(Turn::id).toList();
        inbox.stopped(ids);
    }
}
