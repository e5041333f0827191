package io.github.dingtalkcamel.turn;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns whose messages were stored as running and that have not started: for moments, where nothing keeps them from starting.
 * <p>
 * Promises: after {@link #close} no message is stored so, and the attempts of those that have not started do not count. Nor does that of
 * one behind a turn which {@link #waitBehind does not end soon} after all.
 */
public final class EarlyStarts {

    private static final Logger LOG = LoggerFactory.getLogger(EarlyStarts.class);
    private static final long PATIENCE_SECONDS = 2;

    private final Store store;
    private final Set<EarlyStart> unstarted = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public EarlyStarts(Store store) {
        this.store = store;
    }

    /** Whether a message may be stored as running. Asked while it is written. */
    boolean isOpen() {
        return !closed;
    }

    /** A message is stored so. Called on the thread that writes, before any later write completes. */
    EarlyStart stored(long id, String conversation) {
        EarlyStart early = new EarlyStart(id, conversation);
        unstarted.add(early);
        return early;
    }

    /** The turn starts. @return false where its start is to be written, with its attempt */
    boolean start(EarlyStart early) {
        if (early == null) {
            return false;
        }
        unstarted.remove(early);
        return early.start();
    }

    /** The turn ended, perhaps without a start. */
    void forget(EarlyStart early) {
        unstarted.remove(early);
    }

    /** How many have not started. */
    int size() {
        return unstarted.size();
    }

    /** The queue hands out nothing more: what has not started is left to the next start of the process, and was not tried. */
    void close() {
        closed = true;
        try {
            store.write(givingBack(each -> true)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            unstarted.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException | ExecutionException | TimeoutException e) {
            LOG.warn("Turns that were about to start when the process stopped may count as tried: {}", e.toString());
        }
    }

    /**
     * A turn that was about to end has to wait with its reply: so does the message that was stored as running behind it. That this is not
     * tried is written later, without a wait here.
     */
    public void waitBehind(Turn turn) {
        if (turn.ends(false) && turn.kind() == Turn.Kind.TURN && isOpen() && !store.isShared()) {
            String conversation = Turn.key(turn.message());
            store.write(givingBack(each -> each.isIn(conversation)));
        }
    }

    /**
     * Decided in the transaction: what was stored as running before is known then, and a turn that starts meanwhile is written after it.
     */
    private Store.Work<Void> givingBack(Predicate<EarlyStart> which) {
        // the transaction may be repeated
        Set<EarlyStart> given = new LinkedHashSet<>();
        return connection -> {
            unstarted.stream().filter(which).filter(EarlyStart::giveBack).forEach(given::add);
            for (EarlyStart each : given) {
                each.takeOff(connection);
            }
            return null;
        };
    }
}
