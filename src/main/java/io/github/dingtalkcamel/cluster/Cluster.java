package io.github.dingtalkcamel.cluster;

import java.time.Duration;
import java.util.concurrent.Executor;

import io.github.dingtalkcamel.store.CommitScope;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/** This process as a node of a cluster: joins, works on conversations, leaves. */
public final class Cluster implements AutoCloseable {

    private final Membership membership;
    private final HeldConversations held;
    private final ClusterWatch watch;
    private final StoredClaims claims;
    private boolean closed;

    /**
     * @param url           of the PostgreSQL store
     * @param name          how operators know the process
     * @param queueCapacity turns that may wait on all nodes together
     */
    public Cluster(String url, String user, String password, String name, String version, int queueCapacity) {
        membership = new Membership(url, user, password, name, version);
        held = new HeldConversations(membership, queueCapacity);
        claims = new StoredClaims(membership);
        watch = new ClusterWatch(membership, held, url, user, password);
    }

    /** What is done at the edges of the store's transactions. */
    public CommitScope scope() {
        return held.scope();
    }

    /** Which conversations this node works on. */
    public HeldConversations leases() {
        return held;
    }

    /** What the nodes share. The clock is this node's own until it has joined. */
    public Sharing sharing() {
        return new Sharing(held, claims, membership.clock());
    }

    public Membership membership() {
        return membership;
    }

    /** Joins: from now on the node may write to the store, which is open by now. */
    public void join(Store store) throws StoreException {
        claims.use(store);
        membership.join();
        store.writeAndWait(connection -> {
            // what a process left that had the store for itself, or nodes that are not listed any more
            Sql.update(connection, "update conversation set owner = null where owner is not null and not exists"
                    + " (select 1 from node where id = conversation.owner)");
            return Sql.update(connection, """
                    insert into conversation (integration, conversation_id, waiting, ready_at)
                    select integration, conversation_id, 1, min(received_at) from message where state in ('received', 'running')
                        and kind = 'turn'
                    group by integration, conversation_id order by 1, 2
                    on conflict (integration, conversation_id) do update set waiting = 1 where conversation.owner is null""");
        });
    }

    /**
     * From now on the node takes conversations, also those of nodes that are gone.
     *
     * @param inOrder runs what stores and queues turns, one after the other
     */
    public void start(NodeWork work, Executor inOrder) {
        held.start(work, inOrder);
        watch.start();
    }

    /** Takes nothing more. Conversations in which no turn runs are given back at once, the others when their turns end. */
    public void stopTaking() {
        membership.stopping();
    }

    /** The longest time from a node's last sign of life until this node took one of its conversations over, in milliseconds. */
    public long longestTakeoverMillis() {
        return watch.longestTakeoverMillis();
    }

    /** What housekeeping deletes: rows of conversations in which nothing happens. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("idle conversations", """
                delete from conversation where (integration, conversation_id) in (select integration, conversation_id from conversation
                    where waiting = 0 and owner is null and ready_at < ? order by ready_at limit ?)""", kept, false);
    }

    /** Leaves. The store is still open. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.close();
        held.close();
        membership.close();
    }
}
