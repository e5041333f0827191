package io.github.dingtalkcamel.turn;

import java.time.Duration;
import java.time.InstantSource;

import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes turns of stored messages that are not finished: each is tried up to three times in all, and none that is older than
 * {@code dingtalk.max-turn-age}. What is too old, or was tried too often, becomes a dead letter. A command or a refusal that is too old is
 * not answered any more.
 */
final class StoredTurns {

    /** How often a turn is tried in all. */
    static final int MAX_ATTEMPTS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(StoredTurns.class);

    private final Inbox inbox;
    private final KeyedQueue queue;
    private final KeyedQueue commands;
    private final Messages messages;
    private final DeadLetters deadLetters;
    private final Duration maxAge;
    private final InstantSource clock;

    StoredTurns(Inbox inbox, KeyedQueue queue, KeyedQueue commands, Messages messages, DeadLetters deadLetters, Duration maxAge,
            InstantSource clock) {
        this.inbox = inbox;
        this.queue = queue;
        this.commands = commands;
        this.messages = messages;
        this.deadLetters = deadLetters;
        this.maxAge = maxAge;
        this.clock = clock;
    }

    /**
     * The turn of a row, in its place in the queue; null where it is given up.
     *
     * @param lease the right to answer it
     */
    Turn turn(UnfinishedTurn row, Lease lease) throws StoreException {
        InboundMessage message = null;
        String why = null;
        try {
            message = messages.restore(row.integration(), row.payload());
        } catch (BadMessageException e) {
            why = e.getMessage();
        }
        DeadLetters.Reason reason = reasonToGiveUp(row, message, why);
        if (reason == null) {
            KeyedQueue where = row.kind() == Turn.Kind.TURN ? queue : commands;
            KeyedQueue.Slot slot = where.reserveAnyway(Turn.key(message), Turn.bytes(row.payload()));
            return new Turn(row.id(), row.kind(), message, slot, row.progress(), new Cancellation(), row.traceparent(), lease);
        }
        if (row.kind() != Turn.Kind.TURN) {
            LOG.info("The {} {}-{} is not answered any more: {}", row.kind().code(), row.integration(), row.id(), reason.text());
            inbox.answered(lease.key(), row.id(), reason.text(), null);
            return null;
        }
        LOG.warn("Turn {}-{} is not resumed: {}", row.integration(), row.id(), reason.text());
        deadLetters.add(lease.key(), row.id(), row.integration(), row.conversationId(), reason, row.attempts(), row.progress());
        return null;
    }

    private DeadLetters.Reason reasonToGiveUp(UnfinishedTurn row, InboundMessage message, String why) {
        if (message == null) {
            return cantBeATurn(row.integration(), why);
        }
        if (row.attempts() >= MAX_ATTEMPTS) {
            return new DeadLetters.Reason("tooManyAttempts", "It was being answered when the process ended, " + row.attempts() + " times",
                    "Find out whether this message makes an agent bring the process down, then replay");
        }
        Duration age = Duration.ofMillis(clock.millis() - row.receivedAt());
        if (age.compareTo(maxAge) > 0) {
            return new DeadLetters.Reason("tooOld", "It is older than dingtalk.max-turn-age: " + shown(age),
                    "Replay it if an answer is still wanted");
        }
        return null;
    }

    private static String shown(Duration age) {
        return age.toSeconds() < 1 ? age.toMillis() + " ms" : age.toMinutes() < 1 ? age.toSeconds() + " s" : age.toMinutes() + " min";
    }

    /**
     * Why a stored message is no turn.
     *
     * @param why what is wrong with it, or null when its integration is gone
     */
    static DeadLetters.Reason cantBeATurn(String integration, String why) {
        return why == null
                ? new DeadLetters.Reason("unknownIntegration", "There is no integration " + integration + " any more",
                        "Set it again, then replay")
                : new DeadLetters.Reason("unreadable", "The stored message can't be read: " + why, "Ask the sender to repeat it");
    }
}
