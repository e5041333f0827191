package io.github.dingtalkcamel.turns;

import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.errors.Failure;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the record of a turn while its route runs. */
public final class Turns {

    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
    /** One line for each turn that ended, so that a search for a message's id finds what became of it. Dead letters have a line of their own. */
    private static final Logger ENDED = LoggerFactory.getLogger("dingtalk.turns");

    /** Exchange property: why the agent failed, where it did. */
    public static final String FAILURE = "CamelDingTalkFailure";
    /** Exchange property: milliseconds from the delivery of the message until it was durable. */
    public static final String STORED_MILLIS = "CamelDingTalkStoredMillis";
    /** Exchange property: milliseconds that the agent took. */
    public static final String AGENT_MILLIS = "CamelDingTalkAgentMillis";
    private static final String BEGAN = "CamelDingTalkBegan";
    /** Exchange property: true where the stop of the process interrupted the turn. */
    public static final String LEFT = "CamelDingTalkLeft";
    private static final int SHOWN = 2_000;

    private final Inbox inbox;

    public Turns(Inbox inbox) {
        this.inbox = inbox;
    }

    /** Notes that the turn runs, durably, before anything is asked of an agent: so a message that kills the process is not tried for ever. */
    public void begin(Exchange exchange, @ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty("CamelDingTalkAgent") String agent,
            @ExchangeProperty("CamelDingTalkBoundBy") String boundBy) throws StoreException {
        inbox.running(turn.id(), agent, boundBy, exchange.getProperty(STORED_MILLIS, Long.class));
        exchange.setProperty(BEGAN, System.nanoTime());
    }

    /** Notes what the agent took. */
    public void answered(Exchange exchange, @ExchangeProperty(BEGAN) Long began) {
        exchange.setProperty(AGENT_MILLIS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
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

    /** Notes how the turn ended. Nothing is changed for one that became a dead letter. */
    public void end(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty(FAILURE) String failure, @ExchangeProperty(LEFT) Boolean left,
            @ExchangeProperty("CamelDingTalkAgent") String agent, @ExchangeProperty(AGENT_MILLIS) Long agentMillis,
            @ExchangeProperty(SentChunk.PROPERTY) SentChunk sent) throws StoreException {
        if (Boolean.TRUE.equals(left)) {
            return;
        }
        if (failure == null) {
            inbox.done(turn.id(), agentMillis, sent);
        } else {
            inbox.failed(turn.id(), failure, agentMillis, sent);
        }
        ENDED.info("Turn {} {}: message {}, agent {}, {} ms", turn.reference(), failure == null ? "done" : "failed", turn.message().msgId(), agent, agentMillis);
    }
}
