package io.github.dingtalkcamel.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import io.github.dingtalkcamel.component.secrets.Sha256;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/**
 * The order of calls that share a recipient, over all nodes: each call has a row for each of its recipients from before it begins until it
 * has ended.
 * <p>
 * Promises: of two calls with a common recipient each node sees the same one as the earlier one. Calls of a node that is gone delay no
 * other.
 * <p>
 * Does not promise: that a call of a node which is frozen or was cut off from the database has ended when others continue.
 */
public final class SharedOrder {

    /** Its row is locked by each transaction that adds calls: so they are committed in the order of their numbers. */
    private static final CommitKey ADDING = CommitKey.of(StoredClaims.CLAIMS + "\nrecipients");

    private final Store store;
    private final Leases leases;

    /** @param leases of the nodes that share the store */
    public SharedOrder(Store store, Leases leases) {
        this.store = store;
        this.leases = leases;
    }

    /**
     * A call's place in the order: its rows have the numbers from {@code first} to {@code last}, and no other rows do.
     *
     * @param isBehindOthers whether a call of another node was before it when it was added. If not, none ever is
     */
    public record Place(long first, long last, boolean isBehindOthers) {
    }

    /**
     * Adds a call behind all those that were added before, on any node.
     *
     * @param recipients at least one; stored as their hashes
     * @param then       called with the call's place or the failure, on a thread that must not wait; for calls that this node adds, in
     *                   the order of their places
     */
    public void add(Collection<String> recipients, BiConsumer<? super Place, ? super Throwable> then) {
        String call = UUID.randomUUID().toString();
        List<String> hashes = recipients.stream().distinct().map(Sha256::hex).toList();
        store.write(ADDING, connection -> {
            Place place = Sql.first(connection, """
                    with added as (insert into recipient_call (recipient, call_id, node_id) select r, ?, ? from unnest(?) as k (r)
                        returning id)
                    select min(id), max(id) from added""", row -> new Place(row.getLong(1), row.getLong(2), false), call,
                    leases.node().id(), ConversationRows.texts(connection, hashes)).orElseThrow();
            return new Place(place.first(), place.last(), !behindOthers(connection, List.of(place)).isEmpty());
        }, then);
    }

    /** The first numbers of those calls that have to wait for calls of other nodes. */
    public Set<Long> behindOthers(Collection<Place> calls) throws StoreException {
        return store.read(connection -> behindOthers(connection, calls));
    }

    private static Set<Long> behindOthers(Connection connection, Collection<Place> calls) throws SQLException {
        return new HashSet<>(Sql.list(connection, """
                select k.f from unnest(?, ?) as k (f, l) where exists (select 1 from recipient_call mine
                    join recipient_call other on other.recipient = mine.recipient and other.id < mine.id and other.node_id <> mine.node_id
                    join node n on n.id = other.node_id and n.alive_until > %s
                    where mine.id between k.f and k.l)""".formatted(NodeConnection.NOW), row -> row.getLong(1),
                ConversationRows.numbers(connection, calls.stream().map(Place::first).toList()),
                ConversationRows.numbers(connection, calls.stream().map(Place::last).toList())));
    }

    /** The call has ended. Until that is stored, which may fail, calls of other nodes wait for it. */
    public CompletableFuture<Integer> remove(Place call) {
        return store.write(connection -> Sql.update(connection, "delete from recipient_call where id between ? and ?", call.first(),
                call.last()));
    }

    /** What housekeeping deletes: calls of nodes that are gone. */
    public static Expiry expiry() {
        return new Expiry("calls of nodes that are gone", """
                delete from recipient_call where id in (select c.id from recipient_call c
                    where not exists (select 1 from node n where n.id = c.node_id and n.alive_until > ?) order by c.id limit ?)""",
                Duration.ZERO, false);
    }
}
