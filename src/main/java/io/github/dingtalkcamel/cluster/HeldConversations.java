package io.github.dingtalkcamel.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.CommitScope;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversations that this node works on.
 * <p>
 * Promises: turns of a conversation are queued in the order of their numbers, without gaps: one that this node stored right behind the last
 * one that it queued goes to the queue at once, any other makes it read the store first.
 */
public final class HeldConversations implements Leases {

    private static final Logger LOG = LoggerFactory.getLogger(HeldConversations.class);
    private static final long NOTHING_READ = -1;

    private final Membership membership;
    private final ConversationRows rows;
    private final int queueCapacity;
    private final Map<String, Held> held = new ConcurrentHashMap<>();
    private final AtomicLong claims = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final ExecutorService reader = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
        Thread thread = new Thread(task, "dingtalk-taken-over");
        thread.setDaemon(true);
        return thread;
    });
    private volatile NodeWork work;
    private volatile Executor inOrder;
    private volatile long waitingEverywhere;
    /** Used by the reader only. */
    private boolean failing;

    /** @param queueCapacity turns that may wait on all nodes together */
    public HeldConversations(Membership membership, int queueCapacity) {
        this.membership = membership;
        this.queueCapacity = queueCapacity;
        this.rows = new ConversationRows(membership, this::mayClaim);
    }

    /** A conversation that this node works on. Changed only in order, see {@link #start}. */
    static final class Held {
        private final Membership.Node node;
        private final Lease lease;
        private volatile long lastSeq;
        private volatile boolean reading;
        /** The number that the last look at the store saw. */
        private long seen = NOTHING_READ;
        private long idleSince;

        private Held(Membership.Node node, Lease lease, long lastSeq) {
            this.node = node;
            this.lease = lease;
            this.lastSeq = lastSeq;
        }

        Lease lease() {
            return lease;
        }

        Membership.Node node() {
            return node;
        }

        long lastSeq() {
            return lastSeq;
        }
    }

    /** What is done at the edges of the store's transactions. */
    public CommitScope scope() {
        return rows;
    }

    /**
     * From now on conversations can be held.
     *
     * @param inOrder runs what stores and queues turns, one after the other
     */
    public void start(NodeWork nodeWork, Executor inOrder) {
        this.work = nodeWork;
        this.inOrder = inOrder;
    }

    private boolean mayClaim() {
        NodeWork known = work;
        return known != null && !membership.isStopping() && known.free() > 0;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public Membership.Node node() {
        return rows.node();
    }

    @Override
    public Long nextSeq(String conversation) {
        return rows.nextSeq(conversation);
    }

    @Override
    public Arrival arrived(String conversation) {
        return rows.arrived(conversation);
    }

    @Override
    public Lease admit(Arrival arrival) {
        Held mine = holder(arrival);
        if (mine == null || mine.lastSeq != arrival.seq() - 1) {
            return Lease.ELSEWHERE;
        }
        mine.lastSeq = arrival.seq();
        return mine.lease;
    }

    /** This node's hold on the arrival's conversation; null where another node has it, or turns have to be read first. */
    private Held holder(Arrival arrival) {
        if (!arrival.isMine()) {
            return null;
        }
        Held known = held.get(arrival.key().conversation());
        long fence = known == null ? 0 : known.lease.key().fence();
        if (arrival.isClaimed() && fence < arrival.key().fence()) {
            Held claimed = hold(arrival.node(), arrival.key(), arrival.hasEarlier() ? NOTHING_READ : arrival.seq() - 1);
            if (arrival.hasEarlier()) {
                read(arrival.key().conversation(), claimed);
            }
            return arrival.hasEarlier() ? null : claimed;
        }
        if (fence == arrival.key().fence() && known.lastSeq != arrival.seq() - 1) {
            read(arrival.key().conversation(), known);
        }
        return fence == arrival.key().fence() ? known : null;
    }

    @Override
    public void loadLater(Arrival arrival) {
        if (arrival.isMine()) {
            if (arrival.isClaimed()) {
                claimed(arrival.node(), arrival.key());
            } else {
                readAgain(arrival.key().conversation());
            }
        }
    }

    private Held hold(Membership.Node node, CommitKey key, long lastSeq) {
        claims.incrementAndGet();
        Held mine = new Held(node, Lease.of(key, node::isAlive), lastSeq);
        Held before = held.put(key.conversation(), mine);
        if (before != null) {
            before.lease.lose();
            work.drop(key.conversation(), before.lease);
        }
        return mine;
    }

    /** A look at the store claimed the conversation. */
    void claimed(Membership.Node node, CommitKey key) {
        inOrder(() -> {
            Held known = held.get(key.conversation());
            if (known == null || known.lease.key().fence() < key.fence()) {
                read(key.conversation(), hold(node, key, NOTHING_READ));
            }
        });
    }

    /** Turns of the conversation may be in the store that this node did not read. */
    void readAgain(String conversation) {
        Held known = held.get(conversation);
        if (known != null) {
            read(conversation, known);
        }
    }

    private void read(String conversation, Held mine) {
        if (mine.reading) {
            // it has not begun yet
            return;
        }
        mine.reading = true;
        try {
            reader.execute(() -> readNow(conversation, mine));
        } catch (RejectedExecutionException e) {
            LOG.debug("The node stops: another one takes up {}", conversation);
        }
    }

    private void readNow(String conversation, Held mine) {
        mine.reading = false;
        if (!mine.lease.isValid()) {
            return;
        }
        try {
            NodeWork.Reading reading = work.read(conversation, mine.lastSeq, mine.lease);
            failing = false;
            inOrder(() -> queue(conversation, mine, reading));
        } catch (StoreException e) {
            if (!failing) {
                LOG.warn("Turns of a conversation can't be read; it is tried again: {}", e.getMessage());
            }
            failing = true;
        } catch (RuntimeException e) {
            LOG.error("Turns of a conversation could not be read; it is tried again", e);
        }
    }

    private void queue(String conversation, Held mine, NodeWork.Reading reading) {
        long after = mine.lastSeq;
        for (NodeWork.Read turn : reading.turns()) {
            if (held.get(conversation) == mine && mine.lease.isValid() && turn.seq() > after) {
                turn.queue().run();
                mine.lastSeq = turn.seq();
            } else {
                turn.discard().run();
            }
        }
        mine.lastSeq = Math.max(mine.lastSeq, reading.seq());
    }

    private void inOrder(Runnable task) {
        try {
            inOrder.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("The node stops");
        }
    }

    /** The leases that are held now. */
    Map<String, Held> snapshot() {
        return Map.copyOf(held);
    }

    /** Another node has the conversation by now, or this node must not work any more: what is in memory of it is given up. */
    void lose(String conversation, Held mine) {
        if (held.remove(conversation, mine)) {
            lost.incrementAndGet();
        }
        mine.lease.lose();
        work.drop(conversation, mine.lease);
    }

    /** The conversation was given back: no node works on it. */
    void released(String conversation, long fence) {
        Held known = held.get(conversation);
        if (known != null && known.lease.key().fence() == fence && held.remove(conversation, known)) {
            known.lease.lose();
        }
    }

    /** Whether the conversation's last number in the store was known to be higher at the last look, and still was not read. */
    boolean isBehind(String conversation, long seq) {
        Held mine = held.get(conversation);
        boolean behind = mine != null && mine.lastSeq < mine.seen;
        if (mine != null) {
            mine.seen = seq;
        }
        return behind;
    }

    /** Conversations that nothing was done in for so long. */
    List<Map.Entry<String, Held>> idle(long nanos) {
        long now = System.nanoTime();
        List<Map.Entry<String, Held>> idle = new ArrayList<>();
        for (Map.Entry<String, Held> each : held.entrySet()) {
            Held mine = each.getValue();
            if (mine.reading || mine.lastSeq == NOTHING_READ || !work.isIdle(each.getKey())) {
                mine.idleSince = now;
            } else if (mine.idleSince == 0) {
                mine.idleSince = now;
            } else if (now - mine.idleSince >= nanos) {
                idle.add(each);
            }
        }
        return idle;
    }

    @Override
    public Lease ofNode() {
        Membership.Node node = membership.node();
        return Lease.of(CommitKey.NONE, node::isAlive);
    }

    @Override
    public CommitKey key(String conversation) {
        return CommitKey.of(conversation);
    }

    @Override
    public void tellStopped(Connection connection, Collection<Long> turns, String person) throws SQLException {
        Sql.exists(connection, "select pg_notify('" + ClusterWatch.CHANNEL + "', ?)", ClusterWatch.stop(turns, person));
    }

    @Override
    public boolean isQueueFull() {
        return waitingEverywhere >= queueCapacity;
    }

    void waitingEverywhere(long count) {
        waitingEverywhere = count;
    }

    /** Turns that wait on all nodes, as of the last look at the store. */
    public long waitingEverywhere() {
        return waitingEverywhere;
    }

    NodeWork work() {
        return work;
    }

    /** How many conversations this node works on. */
    public int count() {
        return held.size();
    }

    /** How many conversations it took. */
    public long claims() {
        return claims.get();
    }

    /** How many it lost to another node, or gave up when it fenced itself. */
    public long lost() {
        return lost.get();
    }

    void close() {
        reader.shutdown();
    }
}
