package io.github.dingtalkcamel.turn;

import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.CamelContext;

/**
 * Notes the newest message of each conversation in table {@code newest_message}, for the list of conversations. Done now and then, many
 * messages at once, since an index of all messages by conversation would cost a third of what is written for a message.
 * <p>
 * Promises: what came before the newest message in the table is noted, but for the last {@value #MAX_LATE_ROWS} rows: nodes that share a
 * store commit in another order than that of their rows. A query of the table has to look at these, and at what came later, as well.
 */
public final class NewestMessages {

    /** Rows before the newest one that is noted, among which some may be missing. */
    public static final int MAX_LATE_ROWS = 10_000;
    /** Rows that are looked at in one commit: some milliseconds. */
    private static final int ROWS_IN_A_COMMIT = 2_000;

    private final Store store;
    private final BooleanSupplier isHousekeeper;
    private long noted;

    /** @param isHousekeeper whether this process does the work, and not another one that shares the store */
    public NewestMessages(Store store, BooleanSupplier isHousekeeper) {
        this.store = store;
        this.isHousekeeper = isHousekeeper;
    }

    /** Notes what came since it was called last, in small commits between which other writes run; ends early when the context stops. */
    public synchronized void note(CamelContext context) throws StoreException {
        long newest = store.read(connection -> Sql.number(connection, "select max(id) from message"));
        if (newest == noted || !isHousekeeper.getAsBoolean()) {
            return;
        }
        long from = store.read(connection -> Math.max(
                Sql.number(connection, "select max(message_id) from newest_message") - MAX_LATE_ROWS,
                Sql.number(connection, "select min(id) from message") - 1));
        for (; from < newest; from += ROWS_IN_A_COMMIT) {
            if (context.isStopping() || context.isStopped()) {
                return;
            }
            noteSome(from, Math.min(from + ROWS_IN_A_COMMIT, newest));
        }
        noted = newest;
    }

    private void noteSome(long after, long last) {
        store.writeAndWait(connection -> Sql.update(connection, """
                insert into newest_message (integration, conversation_id, message_id)
                    select integration, conversation_id, max(id) from message where id > ? and id <= ?
                    group by integration, conversation_id
                on conflict (integration, conversation_id) do update set message_id = excluded.message_id
                    where newest_message.message_id < excluded.message_id""", after, last));
    }
}
