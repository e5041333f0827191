package io.github.dingtalkcamel.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a node of the cluster: a row that says until when it is alive, by the database's clock.
 * <p>
 * Promises: a node that can't renew its row for {@link #FENCE_AFTER} works no more under its present id, by its own clock and without
 * asking the store; that is before {@link #ALIVE_FOR} ends and others take its conversations over. Afterwards it joins again under a new
 * id, so what it began under the old one never counts again.
 * <p>
 * Does not promise: that a process which is frozen between its last look and the call that follows does not make that call.
 */
public final class Membership implements AutoCloseable {

    /** How long a node counts as alive after its row was written. */
    static final Duration ALIVE_FOR = Duration.ofSeconds(10);
    /** After so long without a written row a node fences itself. */
    static final Duration FENCE_AFTER = Duration.ofSeconds(7);
    private static final Duration BEAT = Duration.ofSeconds(3);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** How long a node that is gone is listed. */
    private static final Duration LISTED = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final String NOW = NodeConnection.NOW;

    private final NodeConnection link;
    private final String name;
    private final String version;
    private final LongSupplier nanos;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dingtalk-node");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Node current;
    private volatile boolean closed;
    private volatile boolean stopping;
    private volatile String trouble;
    private volatile int fenced;
    private final DatabaseClock clock = new DatabaseClock(Clock.systemUTC());

    /** @param name how operators know the process */
    public Membership(String url, String user, String password, String name, String version) {
        this(url, user, password, name, version, System::nanoTime);
    }

    /** @param nanos a clock that never goes back, in nanoseconds */
    Membership(String url, String user, String password, String name, String version, LongSupplier nanos) {
        this.link = new NodeConnection(url, user, password, "dingtalk-camel node " + name, null);
        this.name = name;
        this.version = version;
        this.nanos = nanos;
    }

    /** The process under one id. */
    public final class Node {

        private final String id = UUID.randomUUID().toString();
        private volatile long validUntil;
        private volatile boolean left;
        /** Used by the beats only. */
        private boolean isCounted;

        private Node(long validUntil) {
            this.validUntil = validUntil;
        }

        public String id() {
            return id;
        }

        public String name() {
            return name;
        }

        /** Whether the process may work under this id. Once false, it stays so. */
        public boolean isAlive() {
            if (!left && nanos.getAsLong() - validUntil >= 0) {
                left = true;
            }
            return !left;
        }
    }

    /**
     * Joins the cluster. The store's tables exist by now.
     *
     * @throws StoreException when the database can't be written
     */
    public void join() throws StoreException {
        try {
            link.call(this::join);
        } catch (SQLException e) {
            throw new StoreException("This node can't join the cluster: " + e.getMessage()
                    + ". Check dingtalk.store-url and the rights of its user", e);
        }
        next(BEAT);
    }

    private Void join(Connection connection) throws SQLException {
        Node node = new Node(nanos.getAsLong() + FENCE_AFTER.toNanos());
        Sql.update(connection, "delete from node where alive_until < " + NOW + " - ?", LISTED.toMillis());
        Sql.update(connection, "insert into node (id, name, version, joined_at, seen_at, alive_until, stopping) values (?, ?, ?, " + NOW
                + ", "
                + NOW + ", " + NOW + " + ?, ?)", node.id, name, version, ALIVE_FOR.toMillis(), stopping ? 1 : 0);
        measure(connection);
        current = node;
        trouble = null;
        return null;
    }

    private void measure(Connection connection) throws SQLException {
        long asked = System.currentTimeMillis();
        long database = Sql.number(connection, "select " + NOW);
        clock.measured(asked, database, System.currentTimeMillis());
    }

    /** The database's time. */
    Clock clock() {
        return clock;
    }

    private void next(Duration pause) {
        // nodes that lost the database together do not come back together
        long jitter = ThreadLocalRandom.current().nextLong(pause.toMillis() / 4);
        if (!closed) {
            beats.schedule(this::beat, pause.toMillis() - jitter, TimeUnit.MILLISECONDS);
        }
    }

    private void beat() {
        try {
            Node node = current;
            if (!node.isAlive()) {
                countFenced(node);
                link.call(connection -> end(connection, node));
                link.call(this::join);
                LOG.warn("Node {} has joined the cluster again, as {}: it could not write for {} s", name, current.id,
                        FENCE_AFTER.toSeconds());
            } else {
                long begin = nanos.getAsLong();
                int renewed = link.call(connection -> Sql.update(connection, "update node set seen_at = " + NOW + ", alive_until = " + NOW
                        + " + ?, stopping = ? where id = ? and alive_until > " + NOW, ALIVE_FOR.toMillis(), stopping ? 1 : 0, node.id));
                if (renewed == 1) {
                    node.validUntil = begin + FENCE_AFTER.toNanos();
                    link.call(connection -> {
                        measure(connection);
                        return null;
                    });
                } else {
                    node.left = true;
                }
            }
            trouble = null;
            next(current.isAlive() ? BEAT : Duration.ofMillis(100));
        } catch (SQLException | RuntimeException e) {
            if (trouble == null) {
                LOG.warn("Node {} can't write to the database: {}", name, e.getMessage());
            }
            trouble = "The node can't write to the database: " + e.getMessage() + ". Check the database and the network to it";
            next(RETRY);
        }
    }

    /** Once, however often it tries to join again. */
    private void countFenced(Node node) {
        if (!node.isCounted) {
            node.isCounted = true;
            fenced++;
        }
    }

    private static Integer end(Connection connection, Node node) throws SQLException {
        return Sql.update(connection, "update node set alive_until = least(alive_until, " + NOW + ") where id = ?", node.id);
    }

    /** The node under its present id, null before it has joined. It may not be alive. */
    public Node node() {
        return current;
    }

    /** The node, when it may work. */
    Node alive() throws SQLException {
        Node node = current;
        if (node == null || !node.isAlive()) {
            throw new SQLException("this node of the cluster can't reach the database, or did not for " + FENCE_AFTER.toSeconds()
                    + " s; it takes part again as soon as it can");
        }
        return node;
    }

    public String name() {
        return name;
    }

    /** Why the node can't take part, or null. */
    public String trouble() {
        Node node = current;
        if (node == null) {
            return "The node has not joined the cluster yet. Wait a moment";
        }
        return trouble != null || node.isAlive() ? trouble : "The node has fenced itself and joins again. Wait a moment";
    }

    /** How often this process had to fence itself. */
    public int fenced() {
        return fenced;
    }

    /** Tells the other nodes that this one is about to stop. */
    public void stopping() {
        stopping = true;
        beats.execute(this::tellStopping);
    }

    private void tellStopping() {
        try {
            link.call(connection -> Sql.update(connection, "update node set stopping = 1 where id = ?", current.id));
        } catch (SQLException e) {
            LOG.debug("The other nodes are not told that this one stops: {}", e.getMessage());
        }
    }

    public boolean isStopping() {
        return stopping;
    }

    /** Leaves the cluster: others may take over at once what this node still had. */
    @Override
    public void close() {
        closed = true;
        beats.shutdownNow();
        try {
            // a beat that is under way ends within the time-out of its call
            beats.awaitTermination(NodeConnection.TIMEOUT_SECONDS, TimeUnit.SECONDS);
            Node node = current;
            if (node != null) {
                node.left = true;
                link.call(connection -> end(connection, node));
                link.call(connection -> Sql.exists(connection, "select pg_notify('" + ClusterWatch.CHANNEL + "', '" + ClusterWatch.ANY
                        + "')"));
            }
        } catch (SQLException e) {
            LOG.debug("The node could not say that it leaves: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            link.close();
        }
    }
}
