package io.github.dingtalkcamel.turns;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.github.dingtalkcamel.agent.AgentConstants;
import io.github.dingtalkcamel.conversation.Session;
import io.github.dingtalkcamel.conversation.Session.Usage;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.errors.Failure;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.TypeConversionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the record of a turn, and of what it used in its session, while its route runs. */
public final class Turns {

    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
    private static final String FAILURE = "CamelDingTalkFailure";
    private static final String LEFT = "CamelDingTalkLeft";
    private static final int SHOWN = 2_000;
    private static final long MOST_TOKENS = 1_000_000_000;

    private final Inbox inbox;
    private final Sessions sessions;
    private final InstantSource clock;

    public Turns(Inbox inbox, Sessions sessions, InstantSource clock) {
        this.inbox = inbox;
        this.sessions = sessions;
        this.clock = clock;
    }

    /**
     * Notes that the turn runs, durably, before anything is asked of an agent: so a message that kills the process is not tried for ever.
     *
     * @return the session that it runs in
     */
    public Session begin(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty("CamelDingTalkAgent") String agent,
            @ExchangeProperty("CamelDingTalkBoundBy") String boundBy) throws StoreException {
        return sessions.enter(turn.message(), turn.id(), inbox.nowRunning(turn.id(), agent, boundBy));
    }

    /** Notes what the agent answered, and what it says that this took. */
    public void answered(Exchange exchange) {
        Message message = exchange.getMessage();
        exchange.setProperty(Answer.PROPERTY, new Answer(message.getBody(String.class), clock.instant(), tokens(message, AgentConstants.PROMPT_TOKENS),
                tokens(message, AgentConstants.COMPLETION_TOKENS)));
        message.removeHeader(AgentConstants.PROMPT_TOKENS);
        message.removeHeader(AgentConstants.COMPLETION_TOKENS);
    }

    /** A number that makes no sense is not worth a failure. */
    private static long tokens(Message message, String header) {
        try {
            Long tokens = message.getHeader(header, Long.class);
            return tokens == null ? 0 : Math.max(0, Math.min(tokens, MOST_TOKENS));
        } catch (TypeConversionException e) {
            return 0;
        }
    }

    /** Logs why the agent failed, under the reference that the sender is told, and keeps it for the turn's record. */
    public void agentFailed(Exchange exchange, @ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty("CamelDingTalkAgent") String agent)
            throws Exception {
        Exception failure = Failure.of(exchange, Exception.class);
        if (exchange.getContext().isStopping()) {
            // not the agent's fault: the stop took its time-out away from it
            throw failure;
        }
        // Camel wraps what is no exception, an Error of an agent's code
        Throwable cause = failure instanceof CamelExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        String text = cause.toString();
        LOG.warn("Turn {}: agent {} failed: {}", turn.reference(), agent, text, cause);
        exchange.setProperty(FAILURE, text.length() <= SHOWN ? text : text.substring(0, SHOWN));
    }

    /** The stop of the process interrupts this turn: its record stays as it is. */
    public static void leaveForNextStart(Exchange exchange) {
        exchange.setProperty(LEFT, true);
    }

    /** Notes how the turn ended, or the command. Nothing is changed for one that became a dead letter. */
    public void end(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty(Session.PROPERTY) Session session,
            @ExchangeProperty(Answer.PROPERTY) Answer answer, @ExchangeProperty(FAILURE) String failure, @ExchangeProperty(LEFT) Boolean left)
            throws StoreException {
        if (Boolean.TRUE.equals(left)) {
            return;
        }
        if (turn.kind() != Turn.Kind.TURN) {
            inbox.answered(turn.id(), null);
        } else if (turn.isStopped()) {
            inbox.stopped(List.of(turn.id()));
        } else if (failure != null) {
            // who tries again later is not to be told of it twice
            sessions.leave(turn.message(), session.id(), new Sessions.Ended(turn.id(), saidAt(turn, session), null, null,
                    usage(turn, session, clock.instant(), null, 0, 0)), inbox.nowFailed(turn.id(), failure));
        } else if (answer != null) {
            leave(turn, session, answer.text(), usage(turn, session, answer.at(), answer.text(), answer.promptTokens(), answer.completionTokens()),
                    inbox.nowDone(turn.id()));
        } else if (turn.isReplying()) {
            String reply = String.join("", turn.progress().chunks());
            leave(turn, session, reply, usage(turn, session, session.lastAt(), reply, 0, 0), inbox.nowDone(turn.id()));
        } else {
            // no agent was asked
            inbox.done(turn.id());
        }
    }

    private void leave(Turn turn, Session session, String reply, Usage usage, Store.Work<?> with) throws StoreException {
        sessions.leave(turn.message(), session.id(), new Sessions.Ended(turn.id(), saidAt(turn, session), turn.message().text(),
                reply == null || reply.isBlank() ? null : reply, usage), with);
    }

    private static Instant saidAt(Turn turn, Session session) {
        return turn.message().createdAt() == null ? session.lastAt() : turn.message().createdAt();
    }

    private static Usage usage(Turn turn, Session session, Instant answeredAt, String reply, long promptTokens, long completionTokens) {
        boolean said = reply != null && !reply.isBlank();
        long millis = Math.max(0, Duration.between(session.lastAt(), answeredAt).toMillis());
        return new Usage(1, 1, said ? 1 : 0, turn.message().text().length(), said ? reply.length() : 0, millis, promptTokens, completionTokens);
    }
}
