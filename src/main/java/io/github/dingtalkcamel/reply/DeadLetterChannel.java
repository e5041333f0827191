package io.github.dingtalkcamel.reply;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.store.LeaseLostException;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Turn;
import io.github.dingtalkcamel.turn.Turns;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a turn goes that can't be finished, with what was left to send. Where that was a notice of the bot's own, its replay asks the
 * agent.
 */
public final class DeadLetterChannel {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterChannel.class);

    private static final int MOST_REPEATS = 8;

    private final DeadLetters deadLetters;
    private final Inbox inbox;

    public DeadLetterChannel(DeadLetters deadLetters, Inbox inbox) {
        this.deadLetters = deadLetters;
        this.inbox = inbox;
    }

    /** Called before each repeat. */
    public static void repeats(Exchange exchange) {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn != null && turn.isStopped()) {
            // nothing more of it goes out
            exchange.setRouteStop(true);
        }
        exchange.setProperty(CallRetry.TRIES, 1 + exchange.getIn().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class));
    }

    /**
     * True while a turn is retried: eight times, and for as long as the store takes nothing, since then not even a dead letter could be
     * written, and what DingTalk has taken could not be noted.
     */
    public boolean isWorthAnotherTry(Exchange exchange) {
        if (isLost(exchange, exchange.getProperty(Turn.PROPERTY, Turn.class))) {
            return false;
        }
        return exchange.getIn().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class) <= MOST_REPEATS
               || Failure.of(exchange, StoreException.class) != null && deadLetters.isStoreFailing();
    }

    /** Whether another node answers the turn by now. */
    private static boolean isLost(Exchange exchange, Turn turn) {
        return turn != null && turn.isLost() || Failure.of(exchange, LeaseLostException.class) != null;
    }

    /** Makes the exchange's turn a dead letter. While the process stops it is left as it is instead: the next start resumes it. */
    public void add(Exchange exchange) throws StoreException {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        Reply reply = exchange.getProperty(Reply.PROPERTY, Reply.class);
        if (isLost(exchange, turn)) {
            Turns.discard(exchange, turn);
            return;
        }
        if (exchange.getContext().isStopping() || exchange.getContext().isStopped()
                || Failure.of(exchange, StoppingException.class) != null) {
            Turns.leaveForNextStart(exchange);
            if (Failure.of(exchange, StoppingException.class) != null) {
                // waiting is no attempt
                inbox.interrupted(turn.lease().key(), turn.id());
            }
            LOG.info("Turn {} was interrupted by the stop: the next start resumes it", turn.reference());
            return;
        }
        Exception cause = Failure.of(exchange, Exception.class);
        DeadLetters.Reason reason = reason(cause);
        int tries = exchange.getProperty(CallRetry.TRIES, 1, Integer.class);
        if (turn.kind() != Turn.Kind.TURN) {
            LOG.warn("The {} {} is not answered after {} tries: {}. {}", turn.kind().code(), turn.reference(), tries, reason.text(),
                    reason.remedy());
            deadLetters.givenUp(turn.lease().key(), turn.id(), reason);
            return;
        }
        LOG.warn("Turn {} (message {}) is a dead letter after {} tries: {}. {}", turn.reference(), turn.message().msgId(), tries,
                reason.text(), reason.remedy());
        if (!(cause instanceof DingTalkException)) {
            LOG.warn("Turn {}: why", turn.reference(), cause);
        }
        deadLetters.add(turn, reason, tries, reply == null || reply.isNotice() ? null
                : new Turn.Progress(reply.chunks(), reply.sent(), reply.mentions(), reply.files()));
    }

    private static DeadLetters.Reason reason(Exception cause) {
        return cause instanceof DingTalkException d
                ? new DeadLetters.Reason(d.code(), d.getMessage(), d.remedy())
                : new DeadLetters.Reason("internal", KnownSecrets.clean(cause.toString()),
                        "See the log at this time; replay when the cause is gone");
    }
}
