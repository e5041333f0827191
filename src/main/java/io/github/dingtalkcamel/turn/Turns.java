package io.github.dingtalkcamel.turn;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.conversation.Session;
import io.github.dingtalkcamel.conversation.Session.Usage;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.tracing.TurnLogContext;
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
    /**
     * One line for each turn that ended, so that a search for a message's id finds its outcome. Dead letters have a line of their own.
     */
    private static final Logger ENDED = LoggerFactory.getLogger("dingtalk.turns");

    /** Exchange property: why the agent failed, where it did. */
    public static final String FAILURE = "CamelDingTalkFailure";
    /** Exchange property: milliseconds from the delivery of the message until it was durable. */
    public static final String STORED_MILLIS = "CamelDingTalkStoredMillis";
    /** Exchange property: milliseconds that the agent took to answer or to fail, or until the turn was stopped. */
    public static final String AGENT_MILLIS = "CamelDingTalkAgentMillis";
    /** Exchange property: when the choice of the agent began, in ms since 1970. */
    public static final String CHOSEN_AT = "CamelDingTalkChosenAt";
    private static final String AGENT = "CamelDingTalkAgent";
    /** Exchange property: true where the stop of the process interrupted the turn. */
    public static final String LEFT = "CamelDingTalkLeft";
    private static final int SHOWN = 2_000;
    private static final long MOST_TOKENS = 1_000_000_000;

    private static final CompletableFuture<Runnable> NOTHING_LEFT = CompletableFuture.completedFuture(() -> {
    });

    private final Inbox inbox;
    private final Sessions sessions;
    private final EarlyStarts starts;

    Turns(Inbox inbox, Sessions sessions, EarlyStarts starts) {
        this.inbox = inbox;
        this.sessions = sessions;
        this.starts = starts;
    }

    /**
     * Sees to it that the turn's attempt is durable before the agent is asked, so that a message which kills the process is not tried
     * forever. That of a message that was stored as running is: then nothing is written, unless a session begins. The session that the turn
     * runs in becomes property {@value Session#PROPERTY}.
     */
    CompletableFuture<Runnable> recordStart(Exchange exchange) throws StoreException {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        String agent = exchange.getProperty(AGENT, String.class);
        String boundBy = exchange.getProperty("CamelDingTalkBoundBy", String.class);
        Long storedMillis = exchange.getProperty(STORED_MILLIS, Long.class);
        boolean counted = starts.start(turn.early());
        Sessions.Entered entered = counted ? sessions.enterUnwritten(turn.message(), turn.id()) : null;
        if (entered != null) {
            turn.early().started(new EarlyStart.Facts(entered.session().lastAt().toEpochMilli(), agent, boundBy, storedMillis,
                    entered.write()));
            exchange.setProperty(Session.PROPERTY, entered.session());
            return NOTHING_LEFT;
        }
        return sessions.enter(turn.lease().key(), turn.message(), turn.id(),
                inbox.nowRunning(turn.id(), agent, boundBy, storedMillis, counted))
                .thenApply(session -> () -> exchange.setProperty(Session.PROPERTY, session));
    }

    /** True for a turn that asks an agent; false where a restart interrupted its reply, so that only the rest of the reply is sent. */
    public boolean needsAgent(@ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return !turn.isReplying();
    }

    /** The text that the agent gets as its body. */
    public String textForAgent(@ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return turn.message().text();
    }

    /** Records the agent's answer, the tokens that it reports, whom the reply mentions, and its files. */
    public void recordAnswer(Exchange exchange) {
        Message message = exchange.getMessage();
        exchange.setProperty(Answer.PROPERTY, new Answer(message.getBody(String.class), tokens(message, AgentConstants.PROMPT_TOKENS),
                tokens(message, AgentConstants.COMPLETION_TOKENS)));
        message.removeHeader(AgentConstants.PROMPT_TOKENS);
        message.removeHeader(AgentConstants.COMPLETION_TOKENS);
        exchange.setProperty(Mentions.PROPERTY, ReplyMentions.take(message));
        List<ReplyFile> files = ReplyFiles.take(message);
        if (!files.isEmpty()) {
            exchange.setProperty(ReplyFile.LIST, files);
        }
    }

    /** A number that makes no sense counts as 0; it does not fail the turn. */
    private static long tokens(Message message, String header) {
        try {
            Long tokens = message.getHeader(header, Long.class);
            return tokens == null ? 0 : Math.max(0, Math.min(tokens, MOST_TOKENS));
        } catch (TypeConversionException e) {
            return 0;
        }
    }

    /** Logs why the agent failed, under the reference that the sender gets, and keeps it for the turn's record. */
    public void recordFailure(Exchange exchange, @ExchangeProperty(Turn.PROPERTY) Turn turn,
            @ExchangeProperty("CamelDingTalkAgent") String agent)
            throws Exception {
        Exception failure = Failure.of(exchange, Exception.class);
        if (exchange.getContext().isStopping() || failure instanceof StoppingException) {
            // not the agent's fault: the stop of the process cut its time short
            throw failure;
        }
        // Camel wraps what is no exception, an Error of an agent's code
        Throwable cause = failure instanceof CamelExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        // an agent's client may quote what it sent
        String text = KnownSecrets.clean(cause.toString());
        LOG.warn("Turn {}: agent {} failed: {}", turn.reference(), agent, text, cause);
        exchange.setProperty(FAILURE, shortened(text));
    }

    /** Keeps for the turn's record that the agent was not asked, since it failed too often before: its failures were logged. */
    public void recordUnavailable(Exchange exchange) {
        exchange.setProperty(FAILURE, shortened(KnownSecrets.clean(Failure.of(exchange, Exception.class).getMessage())));
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN);
    }

    /** Another node answers the turn, or a user stopped it by another one: what this node did of it does not count. */
    public static void discard(Exchange exchange, Turn turn) {
        ENDED.info("Turn {} discarded: message {}; another node works on its conversation, or it was stopped", turn.reference(),
                turn.message().msgId());
        exchange.setProperty(LEFT, true);
    }

    /** The stop of the process interrupts this turn: its record stays as it is. */
    public static void leaveForNextStart(Exchange exchange) {
        exchange.setProperty(LEFT, true);
    }

    /** Records how the turn or the command ended. The record of a dead letter stays as it is. */
    CompletableFuture<Runnable> recordEnd(Exchange exchange) throws StoreException {
        if (Boolean.TRUE.equals(exchange.getProperty(LEFT))) {
            return NOTHING_LEFT;
        }
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        SentChunk sent = exchange.getProperty(SentChunk.PROPERTY, SentChunk.class);
        if (turn.isLost()) {
            discard(exchange, turn);
            return NOTHING_LEFT;
        }
        turn.ends(true);
        if (turn.kind() != Turn.Kind.TURN) {
            inbox.answered(turn.lease().key(), turn.id(), null, sent);
            return NOTHING_LEFT;
        }
        String failure = exchange.getProperty(FAILURE, String.class);
        Long agentMillis = exchange.getProperty(AGENT_MILLIS, Long.class);
        boolean stopped = turn.isStopped();
        Runnable log = () -> log(exchange, turn, stopped ? "stopped" : failure == null ? "done" : "failed", agentMillis);
        if (stopped) {
            inbox.stopped(turn.lease().key(), List.of(turn));
            return CompletableFuture.completedFuture(log);
        }
        Answer answer = known(turn, exchange.getProperty(Answer.PROPERTY, Answer.class));
        EarlyStart.Facts start = turn.early() == null ? null : turn.early().facts();
        Store.Work<?> with = failure == null ? inbox.nowDone(turn.id(), agentMillis, sent, reply(answer), start)
                : inbox.nowFailed(turn.id(), failure, agentMillis, sent, start);
        return leave(turn, exchange.getProperty(Session.PROPERTY, Session.class), answer, failure != null,
                agentMillis == null ? 0 : agentMillis, with).thenApply(session -> log);
    }

    private static void log(Exchange exchange, Turn turn, String end, Long agentMillis) {
        if (ENDED.isInfoEnabled()) {
            TurnLogContext.during(exchange, () -> {
                ENDED.info("Turn {} {}: message {}, agent {}, {} ms", turn.reference(), end, turn.message().msgId(),
                        exchange.getProperty(AGENT), agentMillis);
                return null;
            });
        }
    }

    /** After a crash between two chunks there is the reply, and no agent was asked. */
    private static Answer known(Turn turn, Answer answer) {
        return answer == null && turn.isReplying() ? new Answer(String.join("", turn.progress().chunks()), 0, 0) : answer;
    }

    private static String reply(Answer answer) {
        return answer == null || answer.text() == null || answer.text().isBlank() ? null : answer.text();
    }

    /**
     * Counts the turn in its session where an agent was asked. A failed turn is not part of the history, since a user who tries again
     * repeats the message.
     */
    private CompletableFuture<Session> leave(Turn turn, Session session, Answer known, boolean failed, long agentMillis, Store.Work<?> with)
            throws StoreException {
        String said = known == null ? null : turn.message().text();
        String reply = reply(known);
        Usage usage = known == null && !failed ? Usage.NONE
                : new Usage(1, 1, reply == null ? 0 : 1, turn.message().text().length(), reply == null ? 0 : reply.length(), agentMillis,
                        known == null ? 0 : known.promptTokens(), known == null ? 0 : known.completionTokens());
        Instant saidAt = turn.message().createdAt() == null ? session.lastAt() : turn.message().createdAt();
        return sessions.leave(turn.lease().key(), turn.message(), session.id(), new Sessions.Ended(turn.id(), saidAt, said, reply, usage),
                with);
    }
}
