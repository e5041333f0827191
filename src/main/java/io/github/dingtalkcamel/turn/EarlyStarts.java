package io.github.dingtalkcamel.turn;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns whose messages were stored as running and that have not started: for moments, where nothing keeps them from starting.
 * <p>
 * Promises: after {@link #close} no message is stored so, and the attempts of those that have not started do not count.
 */
final class EarlyStarts {

    private static final Logger LOG = LoggerFactory.getLogger(EarlyStarts.class);
    private static final long PATIENCE_SECONDS = 2;

    private final Store store;
    private final Set<EarlyStart> unstarted = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    EarlyStarts(Store store) {
        this.store = store;
    }

    /** Whether a message may be stored as running. Asked while it is written. */
    boolean isOpen() {
        return !closed;
    }

    /** A message is stored so. Called on the thread that writes, before any later write completes. */
    EarlyStart stored(long id) {
        EarlyStart early = new EarlyStart(id);
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
            // what is being stored as running is known when this is written
            wait(connection -> null);
            List<EarlyStart> left = unstarted.stream().filter(EarlyStart::giveBack).toList();
            unstarted.clear();
            if (!left.isEmpty()) {
                wait(connection -> {
                    for (EarlyStart each : left) {
                        each.takeOff(connection);
                    }
                    return null;
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException | ExecutionException | TimeoutException e) {
            LOG.warn("Turns that were about to start when the process stopped may count as tried: {}", e.toString());
        }
    }

    private void wait(Store.Work<Void> work) throws InterruptedException, ExecutionException, TimeoutException {
        store.write(work).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
