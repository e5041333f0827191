package io.github.dingtalkcamel.store;

import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store bounded: deletes rows that are too old and gives their space back, in commits of some milliseconds, between which other
 * writes run.
 */
public final class Housekeeping {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final int ROWS_IN_A_COMMIT = 200;

    private final Store store;
    private final InstantSource clock;
    private final List<Expiry> expiries;
    private final BooleanSupplier isMine;
    private int next;
    private long deleted;

    public Housekeeping(Store store, InstantSource clock, List<Expiry> expiries) {
        this(store, clock, expiries, () -> true);
    }

    /** @param isMine whether this process does the work, and not another one that shares the store */
    public Housekeeping(Store store, InstantSource clock, List<Expiry> expiries, BooleanSupplier isMine) {
        this.isMine = isMine;
        this.store = store;
        this.clock = clock;
        this.expiries = List.copyOf(expiries);
    }

    /** Deletes all rows that are too old, batch by batch; ends early when the context stops. */
    public void deleteOldRows(CamelContext context) throws StoreException {
        while (isMine.getAsBoolean() && deleteSome() && isRunning(context)) {
            LOG.debug("Old rows of the store are deleted");
        }
    }

    /** Gives free space back to the disk, piece by piece; ends early when the context stops. */
    public void reclaimSpace(CamelContext context) throws StoreException {
        while (reclaimSome() && isRunning(context)) {
            LOG.debug("Free space of the store is given back");
        }
    }

    private static boolean isRunning(CamelContext context) {
        return !context.isStopping() && !context.isStopped();
    }

    /**
     * Deletes a batch.
     *
     * @return false when nothing that is too old is left, until the next round
     */
    public synchronized boolean deleteSome() throws StoreException {
        Expiry expiry = expiries.get(next);
        long before = clock.millis() - expiry.kept().toMillis();
        int gone = store.writeAndWait(connection -> Sql.update(connection, expiry.sql(), before, ROWS_IN_A_COMMIT));
        deleted += gone;
        if (gone == ROWS_IN_A_COMMIT) {
            return true;
        }
        if (deleted > 0 && expiry.logged()) {
            LOG.warn("Deleted {} {}, older than {} days", deleted, expiry.what(), expiry.kept().toDays());
        }
        deleted = 0;
        next = (next + 1) % expiries.size();
        return next != 0;
    }

    /**
     * Gives some free space back to the disk.
     *
     * @return false when no more can be given back
     */
    public boolean reclaimSome() throws StoreException {
        return store.reclaim();
    }
}
