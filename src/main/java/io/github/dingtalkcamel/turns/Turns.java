package io.github.dingtalkcamel.turns;

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
    private static final String FAILURE = "CamelDingTalkFailure";
    private static final String LEFT = "CamelDingTalkLeft";
    private static final int SHOWN = 2_000;

    private final Inbox inbox;

    public Turns(Inbox inbox) {
        this.inbox = inbox;
    }

    /** Notes that the turn runs, durably, before anything is asked of an agent: so a message that kills the process is not tried for ever. */
    public void begin(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty("CamelDingTalkAgent") String agent,
            @ExchangeProperty("CamelDingTalkBoundBy") String boundBy) throws StoreException {
        inbox.running(turn.id(), agent, boundBy);
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
    public void end(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty(FAILURE) String failure, @ExchangeProperty(LEFT) Boolean left)
            throws StoreException {
        if (Boolean.TRUE.equals(left)) {
            return;
        }
        if (failure == null) {
            inbox.done(turn.id());
        } else {
            inbox.failed(turn.id(), failure);
        }
    }
}
