package io.github.dingtalkcamel.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/** Claims in the table of conversations, beside them. Each try that finds another node there is remembered for a moment. */
final class StoredClaims implements Claims {

    /** In place of an integration in the table of conversations; no integration can have this id. */
    static final String CLAIMS = "#claim";

    private static final Duration NEXT_TRY = Duration.ofMillis(500);
    private static final int MOST_REMEMBERED = 20_000;

    private record Claim(Membership.Node node, long fence) {
    }

    private final Membership membership;
    private final Map<String, Claim> held = new ConcurrentHashMap<>();
    private final Map<String, Long> tried = new ConcurrentHashMap<>();
    private volatile Store store;

    StoredClaims(Membership membership) {
        this.membership = membership;
    }

    void use(Store opened) {
        store = opened;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public long hold(String name) throws StoreException {
        Membership.Node node = membership.node();
        Claim known = held.get(name);
        if (node != null && known != null && known.node() == node && node.isAlive()) {
            return known.fence();
        }
        long now = System.nanoTime();
        Long last = tried.get(name);
        if (node == null || !node.isAlive() || membership.isStopping() || last != null && now - last < NEXT_TRY.toNanos()) {
            return 0;
        }
        if (tried.size() >= MOST_REMEMBERED) {
            tried.clear();
        }
        tried.put(name, now);
        // the scope of the store's transactions refuses the write where this node is not alive
        long fence = store.writeAndWait(CommitKey.NONE, connection -> Sql.first(connection, """
                insert into conversation (integration, conversation_id, owner, fence) values ('%s', ?, ?, 1)
                on conflict (integration, conversation_id) do update set owner = excluded.owner, fence = conversation.fence + 1
                where conversation.owner is null
                    -- its answer, or that of giving it back, was lost
                    or conversation.owner = excluded.owner
                    or not exists (select 1 from node n where n.id = conversation.owner and n.alive_until > %s)
                returning fence""".formatted(CLAIMS, NodeConnection.NOW), row -> row.getLong(1), name, node.id()).orElse(0L));
        if (fence > 0) {
            held.put(name, new Claim(node, fence));
            tried.remove(name);
        }
        return node.isAlive() ? fence : 0;
    }

    @Override
    public void release(String name) throws StoreException {
        Claim known = held.remove(name);
        if (known != null) {
            store.writeAndWait(CommitKey.NONE, connection -> Sql.update(connection, "update conversation set owner = null, ready_at = "
                    + NodeConnection.NOW + " where integration = ? and conversation_id = ? and owner = ? and fence = ?", CLAIMS, name,
                    known.node().id(), known.fence()));
        }
    }
}
