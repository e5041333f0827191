package io.github.dingtalkcamel.cluster;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.component.message.StorableText;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.CommitScope;
import io.github.dingtalkcamel.store.LeaseLostException;
import io.github.dingtalkcamel.store.Sql;

/**
 * The rows of the conversations that a transaction writes to: locked at its begin, in one order on all nodes, and written back at its end.
 * So turns of a conversation are committed in the order of their numbers, whichever nodes store them, and a write by a lease that was lost
 * is not made. Used by the store's writing thread only.
 */
final class ConversationRows implements CommitScope {

    private static final String NOW = NodeConnection.NOW;

    private static final class Row {
        private String owner;
        private boolean isOwnerAlive;
        private long fence;
        private long seq;
        private boolean waiting;
        private boolean changed;
    }

    private final Membership membership;
    private final BooleanSupplier mayClaim;
    private final Map<String, Row> rows = new HashMap<>();
    private final Set<String> notices = new LinkedHashSet<>();
    private Membership.Node node;

    /** @param mayClaim whether this node may take conversations that no node works on */
    ConversationRows(Membership membership, BooleanSupplier mayClaim) {
        this.membership = membership;
        this.mayClaim = mayClaim;
    }

    /** This node under the id of the present transaction. */
    Membership.Node node() {
        return node;
    }

    @Override
    public void mayWrite() throws SQLException {
        membership.alive();
    }

    @Override
    public void begin(Connection connection, Set<String> conversations) throws SQLException {
        rows.clear();
        notices.clear();
        node = membership.alive();
        if (!Sql.exists(connection, "select 1 from node where id = ? and alive_until > " + NOW, node.id())) {
            throw new SQLException("this node of the cluster was taken for gone; it joins again within seconds");
        }
        if (!conversations.isEmpty()) {
            lock(connection, List.copyOf(conversations));
        }
    }

    private void lock(Connection connection, List<String> conversations) throws SQLException {
        Map<String, String> named = new HashMap<>();
        for (String conversation : conversations) {
            named.put(StorableText.of(conversation), conversation);
        }
        List<String> storable = List.copyOf(named.keySet());
        Sql.query(connection, """
                insert into conversation (integration, conversation_id)
                select i, c from unnest(?, ?) as k (i, c) order by i, c
                on conflict (integration, conversation_id) do update set seq = conversation.seq
                returning integration, conversation_id, owner, fence, seq, waiting,
                    exists (select 1 from node n where n.id = conversation.owner and n.alive_until > %s)""".formatted(NOW), result -> {
                    while (result.next()) {
                        Row row = new Row();
                        row.owner = result.getString(3);
                        row.fence = result.getLong(4);
                        row.seq = result.getLong(5);
                        row.waiting = result.getInt(6) == 1;
                        row.isOwnerAlive = result.getBoolean(7);
                        rows.put(named.get(result.getString(1) + '\n' + result.getString(2)), row);
                    }
                    return null;
                }, texts(connection, storable.stream().map(ConversationRows::integration).toList()),
                texts(connection, storable.stream().map(ConversationRows::id).toList()));
    }

    @Override
    public void check(CommitKey key) throws LeaseLostException {
        if (key.fence() == 0) {
            return;
        }
        Row row = rows.get(key.conversation());
        if (row == null || row.fence != key.fence() || !node.id().equals(row.owner)) {
            throw new LeaseLostException("another node works on the conversation by now: what this one did late is discarded");
        }
    }

    /** The number of the conversation's next turn. */
    long nextSeq(String conversation) {
        return row(conversation).seq + 1;
    }

    private Row row(String conversation) {
        Row row = rows.get(conversation);
        if (row == null) {
            throw new IllegalStateException("The write has no key of its conversation");
        }
        return row;
    }

    /** A turn was stored. Where no node works on its conversation, this one does from now on, if it may. */
    Arrival arrived(String conversation) {
        Row row = row(conversation);
        boolean hasEarlier = row.waiting;
        row.seq++;
        row.waiting = true;
        row.changed = true;
        boolean claimed = false;
        if (row.owner == null || !row.isOwnerAlive) {
            claimed = mayClaim.getAsBoolean();
            row.owner = claimed ? node.id() : null;
            row.isOwnerAlive = claimed;
            row.fence += claimed ? 1 : 0;
        }
        boolean mine = node.id().equals(row.owner);
        if (!mine) {
            notices.add(row.owner == null ? ClusterWatch.ANY : ClusterWatch.load(row.owner, conversation));
        }
        return new Arrival(new CommitKey(conversation, mine ? row.fence : 0), row.seq, claimed, hasEarlier, node);
    }

    @Override
    public void end(Connection connection) throws SQLException {
        List<Map.Entry<String, Row>> changed = rows.entrySet().stream().filter(each -> each.getValue().changed).toList();
        if (!changed.isEmpty()) {
            List<String> storable = changed.stream().map(each -> StorableText.of(each.getKey())).toList();
            Sql.update(connection, """
                    update conversation c set owner = k.o, fence = k.f, seq = k.s, waiting = 1,
                        ready_at = case when c.waiting = 1 then c.ready_at else %s end
                    from unnest(?, ?, ?, ?, ?) as k (i, c, o, f, s) where c.integration = k.i and c.conversation_id = k.c""".formatted(NOW),
                    texts(connection, storable.stream().map(ConversationRows::integration).toList()),
                    texts(connection, storable.stream().map(ConversationRows::id).toList()),
                    texts(connection, changed.stream().map(each -> each.getValue().owner).toList()),
                    numbers(connection, changed.stream().map(each -> each.getValue().fence).toList()),
                    numbers(connection, changed.stream().map(each -> each.getValue().seq).toList()));
        }
    }

    /**
     * Tells other nodes what they have to do. PostgreSQL commits transactions with a notification one after the other, through their syncs:
     * so it has one of its own, which syncs nothing. Nodes that it doesn't reach see the rows when they look next.
     */
    @Override
    public void committed(Connection connection) throws SQLException {
        if (!notices.isEmpty()) {
            Sql.exists(connection, "select pg_notify('" + ClusterWatch.CHANNEL + "', x) from unnest(?) as k (x)",
                    texts(connection, new ArrayList<>(notices)));
        }
    }

    static String integration(String conversation) {
        return conversation.substring(0, conversation.indexOf('\n'));
    }

    static String id(String conversation) {
        return conversation.substring(conversation.indexOf('\n') + 1);
    }

    static Array texts(Connection connection, List<String> texts) throws SQLException {
        return connection.createArrayOf("text", texts.toArray());
    }

    static Array numbers(Connection connection, List<Long> numbers) throws SQLException {
        return connection.createArrayOf("bigint", numbers.toArray());
    }
}
