package io.github.dingtalkcamel.turn;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resumes the turns that an earlier process left unfinished (docs/promises.md 5): in order of arrival, each up to three times in all, and
 * none older than {@code dingtalk.max-turn-age}. What is too old, or was tried too often, becomes a dead letter. Commands and refusals
 * among them are answered again, in their place; a message that is too old is not answered any more.
 */
public final class Resumption {

    /** How often a turn is tried in all. */
    public static final int MAX_ATTEMPTS = StoredTurns.MAX_ATTEMPTS;

    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);
    private static final int PAGE = 500;

    private final Inbox inbox;
    private final StoredTurns stored;
    private final Intake intake;
    /** Rows after this one are this process's own. */
    private final long last;
    private long after;
    private boolean finished;
    private int resumed;

    public Resumption(Inbox inbox, KeyedQueue queue, KeyedQueue commands, Messages messages, DeadLetters deadLetters, Intake intake,
            Duration maxAge, InstantSource clock) {
        this(inbox, new StoredTurns(inbox, queue, commands, messages, deadLetters, maxAge, clock), intake, inbox.newest());
    }

    private Resumption(Inbox inbox, StoredTurns stored, Intake intake, long last) {
        this.inbox = inbox;
        this.stored = stored;
        this.intake = intake;
        this.last = last;
    }

    /** Where several nodes share the store: they take over what others leave, so nothing is resumed at a start. */
    static Resumption ofNothing(Intake intake) {
        Resumption nothing = new Resumption(null, null, intake, 0);
        nothing.finished = true;
        return nothing;
    }

    /** The next turns to queue, a page at a time; none once all are. After a failure of the store the next call continues. */
    public synchronized List<Turn> next() throws StoreException {
        List<Turn> turns = new ArrayList<>();
        while (turns.isEmpty() && !finished) {
            List<UnfinishedTurn> page = inbox.unfinished(after, last, PAGE);
            for (UnfinishedTurn row : page) {
                try {
                    Turn turn = stored.turn(row, Lease.ALONE);
                    if (turn != null) {
                        turns.add(turn);
                    }
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
