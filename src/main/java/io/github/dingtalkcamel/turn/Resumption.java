package io.github.dingtalkcamel.turn;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resumes the turns that an earlier process left unfinished (docs/promises.md 5): in order of arrival, each up to three times in all, and none older
 * than {@code dingtalk.max-turn-age}. What is too old, or was tried too often, becomes a dead letter. Commands and refusals among them are
 * answered again, in their place; a message that is too old is not answered any more.
 */
public final class Resumption {

    /** How often a turn is tried in all. */
    public static final int MAX_ATTEMPTS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);
    private static final int PAGE = 500;

    private final Inbox inbox;
    private final KeyedQueue queue;
    private final KeyedQueue commands;
    private final Messages messages;
    private final DeadLetters deadLetters;
    private final Intake intake;
    private final Duration maxAge;
    private final InstantSource clock;
    /** Rows after this one are this process's own. */
    private final long last;
    private long after;
    private boolean finished;
    private int resumed;

    public Resumption(Inbox inbox, KeyedQueue queue, KeyedQueue commands, Messages messages, DeadLetters deadLetters, Intake intake, Duration maxAge,
            InstantSource clock) {
        this.inbox = inbox;
        this.queue = queue;
        this.commands = commands;
        this.messages = messages;
        this.deadLetters = deadLetters;
        this.intake = intake;
        this.maxAge = maxAge;
        this.clock = clock;
        this.last = inbox.newest();
    }

    /** The next turns to queue, a page at a time; none once all are. After a failure of the store the next call continues. */
    public synchronized List<Turn> next() throws StoreException {
        List<Turn> turns = new ArrayList<>();
        while (turns.isEmpty() && !finished) {
            List<Inbox.Unfinished> page = inbox.unfinished(after, last, PAGE);
            for (Inbox.Unfinished row : page) {
                try {
                    takeUp(row, turns);
                } catch (StoreException e) {
                    if (turns.isEmpty()) {
                        throw e;
                    }
                    return counted(turns);
                }
                after = row.id();
            }
            finished = page.size() < PAGE && page.stream().mapToLong(row -> row.payload().length()).sum() < Inbox.PAGE_CHARACTERS;
        }
        return counted(turns);
    }

    /** All turns to queue, read a page at a time. What a fault of the store interrupts is continued by the next call. */
    public Iterator<Turn> unfinishedTurns() {
        return new Iterator<>() {
            private Iterator<Turn> page = Collections.emptyIterator();

            @Override
            public boolean hasNext() {
                while (!page.hasNext() && isUnfinished()) {
                    page = nextPage();
                }
                return page.hasNext();
            }

            private Iterator<Turn> nextPage() {
                return Resumption.this.next().iterator();
            }

            @Override
            public Turn next() {
                return page.next();
            }
        };
    }

    private List<Turn> counted(List<Turn> turns) {
        resumed += turns.size();
        return turns;
    }

    private void takeUp(Inbox.Unfinished row, List<Turn> turns) throws StoreException {
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
            turns.add(new Turn(row.id(), row.kind(), message, slot, row.progress(), new Cancellation(), row.traceparent()));
            return;
        }
        if (row.kind() != Turn.Kind.TURN) {
            LOG.info("The {} {}-{} is not answered any more: {}", row.kind().code(), row.integration(), row.id(), reason.text());
            inbox.answered(row.id(), reason.text(), null);
            return;
        }
        LOG.warn("Turn {}-{} is not resumed: {}", row.integration(), row.id(), reason.text());
        deadLetters.add(row.id(), row.integration(), row.conversationId(), reason, row.attempts(), row.progress());
    }

    private DeadLetters.Reason reasonToGiveUp(Inbox.Unfinished row, InboundMessage message, String why) {
        if (message == null) {
            return cantBeATurn(row.integration(), why);
        }
        if (row.attempts() >= MAX_ATTEMPTS) {
            return new DeadLetters.Reason("tooManyAttempts", "It was being answered when the process ended, " + row.attempts() + " times",
                    "Find out whether this message makes an agent bring the process down, then replay");
        }
        Duration age = Duration.ofMillis(clock.millis() - row.receivedAt());
        if (age.compareTo(maxAge) > 0) {
            return new DeadLetters.Reason("tooOld", "It is older than dingtalk.max-turn-age: " + age.toMinutes() + " min",
                    "Replay it if an answer is still wanted");
        }
        return null;
    }

    /**
     * Why a stored message is no turn.
     *
     * @param why what is wrong with it, or null when its integration is gone
     */
    static DeadLetters.Reason cantBeATurn(String integration, String why) {
        return why == null
                ? new DeadLetters.Reason("unknownIntegration", "There is no integration " + integration + " any more", "Set it again, then replay")
                : new DeadLetters.Reason("unreadable", "The stored message can't be read: " + why, "Ask the sender to repeat it");
    }

    /** All unfinished turns are queued: the messages that arrived since the start are queued from now on. */
    public synchronized void admitNewMessages() {
        if (resumed > 0) {
            LOG.info("Resumed {} turns that the last process did not finish", resumed);
            resumed = 0;
        }
        intake.open();
    }

    /** True while turns may be left to resume. */
    public synchronized boolean isUnfinished() {
        return !finished;
    }
}
