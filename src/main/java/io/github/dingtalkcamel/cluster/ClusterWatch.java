package io.github.dingtalkcamel.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.log.OutOfMemoryExit;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Sql;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what other nodes left to this one: turns that they stored in its conversations, conversations without a node, and stops. It is
 * told by notifications of the database, and looks every {@link #PERIOD} as well, so a notification that is lost costs that time and no
 * message.
 */
final class ClusterWatch implements AutoCloseable {

    static final String CHANNEL = "dingtalk_camel";
    /** A notification: conversations wait for a node. */
    static final String ANY = "any";
    private static final String LOAD = "load ";
    /** A notification: turns were stopped. Their ids and the name of the user follow. */
    private static final String STOP = "stop ";
    private static final int MOST_TOLD = 100;
    private static final int LONGEST_NAME = 200;

    private static final Duration PERIOD = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    /** A conversation is given back after this time without a turn, so that the node by which its next one comes can take it. */
    private static final Duration IDLE = Duration.ofSeconds(1);
    /** How often all that waits is counted, which costs the database more than the rest. */
    private static final Duration COUNTED = Duration.ofMillis(500);
    /** Conversations that one look takes at most: other nodes look too. */
    private static final int MOST_CLAIMS = 100;
    private static final int COMMANDS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);
    private static final String NOW = NodeConnection.NOW;

    private final Membership membership;
    private final HeldConversations held;
    private final NodeConnection link;
    private final Thread thread;
    private volatile boolean closed;
    /** Looks that failed one after the other. */
    private int failures;
    /** Stopped turns that the last look saw: a notification that says by which user is about to come. */
    private Set<Long> seenStopped = Set.of();
    private long nextLook;
    private long nextCount;
    private volatile long longestTakeoverMillis;

    ClusterWatch(Membership membership, HeldConversations held, String url, String user, String password) {
        this.membership = membership;
        this.held = held;
        this.link = new NodeConnection(url, user, password, "dingtalk-camel watch " + membership.name(), "listen " + CHANNEL);
        this.thread = new Thread(this::run, "dingtalk-cluster-watch");
        this.thread.setDaemon(true);
    }

    /** A notification: a turn of this conversation was stored. */
    static String load(String owner, String conversation) {
        return LOAD + owner + ' ' + conversation;
    }

    /** A notification: these turns were stopped. */
    static String stop(Collection<Long> turns, String person) {
        String name = person == null ? "" : person.substring(0, Math.min(person.length(), LONGEST_NAME));
        return STOP + turns.stream().limit(MOST_TOLD).map(String::valueOf).collect(Collectors.joining(",")) + ' ' + name;
    }

    private static void readStop(String said, Map<Long, String> turns) {
        String[] parts = said.split(" ", 3);
        String name = parts.length < 3 || parts[2].isEmpty() ? null : parts[2];
        for (String id : parts[1].isEmpty() ? new String[0] : parts[1].split(",")) {
            turns.put(Long.valueOf(id), name);
        }
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                dropFenced();
                PGNotification[] notices = link.call(connection -> connection.unwrap(PGConnection.class)
                        .getNotifications((int) Math.max(1, Math.min(PERIOD.toMillis(), (nextLook - System.nanoTime()) / 1_000_000))));
                boolean lookNow = hear(notices == null ? new PGNotification[0] : notices);
                dropFenced();
                if ((lookNow || System.nanoTime() - nextLook >= 0) && membership.node().isAlive()) {
                    link.call(this::look);
                    nextLook = System.nanoTime() + PERIOD.toNanos();
                }
                failures = 0;
            } catch (SQLException e) {
                if (failures == 0 && !closed) {
                    LOG.warn("The node can't look for its conversations: {}", e.getMessage());
                }
                failures++;
                LockSupport.parkNanos(pauseNanos(failures, ThreadLocalRandom.current().nextDouble()));
            } catch (RuntimeException | Error e) {
                OutOfMemoryExit.check(e);
                LOG.error("A look at the cluster failed; it is repeated", e);
                LockSupport.parkNanos(PERIOD.toNanos());
            }
        }
        link.close();
    }

    /**
     * Until a look that failed is repeated. Doubles up to two seconds, so that many nodes do not keep a database busy that has just
     * started; with chance, since nodes that lost the database together must not come back together.
     *
     * @param chance from 0 to 1
     */
    static long pauseNanos(int failures, double chance) {
        long pause = Math.min(LONGEST_PAUSE.toNanos(), PERIOD.toNanos() << Math.min(failures, 10));
        return pause / 2 + (long) (chance * pause / 2);
    }

    private boolean hear(PGNotification[] notices) throws SQLException {
        boolean lookNow = false;
        Map<Long, String> stops = new HashMap<>();
        String mine = LOAD + membership.node().id() + ' ';
        for (PGNotification notice : notices) {
            String said = notice.getParameter();
            lookNow |= said.equals(ANY);
            if (said.startsWith(STOP)) {
                readStop(said, stops);
            }
            if (said.startsWith(mine)) {
                held.readAgain(said.substring(mine.length()));
            }
        }
        if (!stops.isEmpty()) {
            link.call(connection -> stopTurns(connection, stops));
        }
        return lookNow;
    }

    /** By this node's own clock, whatever the database does. */
    private void dropFenced() {
        held.snapshot().forEach((conversation, mine) -> {
            if (!mine.lease().isValid()) {
                held.lose(conversation, mine);
            }
        });
    }

    private Void look(Connection connection) throws SQLException {
        Membership.Node node = membership.node();
        compare(connection, node);
        lookForStops(connection);
        giveBack(connection, node);
        if (!membership.isStopping()) {
            claim(connection, node);
        }
        if (System.nanoTime() - nextCount >= 0) {
            held.waitingEverywhere(Sql.number(connection, "select count(*) from message where state = 'received' and kind = 'turn'"));
            if (!membership.isStopping()) {
                takeCommands(connection, node);
            }
            nextCount = System.nanoTime() + COUNTED.toNanos();
        }
        return null;
    }

    /** What the store says of this node's conversations, and what the node believes. */
    private void compare(Connection connection, Membership.Node node) throws SQLException {
        Map<String, HeldConversations.Held> before = held.snapshot();
        Set<String> owned = new HashSet<>();
        Sql.query(connection, "select integration, conversation_id, fence, seq from conversation where owner = ? and integration <> '"
                + StoredClaims.CLAIMS + "'", rows -> {
                    while (rows.next()) {
                        String conversation = rows.getString(1) + '\n' + rows.getString(2);
                        owned.add(conversation);
                        HeldConversations.Held mine = before.get(conversation);
                        if (mine == null || mine.lease().key().fence() != rows.getLong(3)) {
                            // its claim was committed, and the answer has not arrived yet, or never will
                            held.claimed(node, new CommitKey(conversation, rows.getLong(3)));
                        } else if (held.isBehind(conversation, rows.getLong(4))) {
                            held.readAgain(conversation);
                        }
                    }
                    return null;
                }, node.id());
        before.forEach((conversation, mine) -> {
            if (mine.node() == node && !owned.contains(conversation)) {
                held.lose(conversation, mine);
            }
        });
    }

    /** What no notification told of: turns that were stopped when the last look was made, and still run. */
    private void lookForStops(Connection connection) throws SQLException {
        Set<Long> stopped = stopped(connection, held.work().running());
        Map<Long, String> untold = new HashMap<>();
        stopped.stream().filter(seenStopped::contains).forEach(id -> untold.put(id, null));
        seenStopped = stopped;
        if (!untold.isEmpty()) {
            held.work().stop(untold);
        }
    }

    private Void stopTurns(Connection connection, Map<Long, String> told) throws SQLException {
        Map<Long, String> turns = new HashMap<>(told);
        turns.keySet().retainAll(held.work().running());
        turns.keySet().retainAll(stopped(connection, turns.keySet()));
        if (!turns.isEmpty()) {
            held.work().stop(turns);
        }
        return null;
    }

    private static Set<Long> stopped(Connection connection, Collection<Long> turns) throws SQLException {
        return turns.isEmpty() ? Set.of() : new HashSet<>(Sql.list(connection,
                "select id from message where id = any(?) and state = 'stopped'", row -> row.getLong(1),
                ConversationRows.numbers(connection, List.copyOf(turns))));
    }

    private void giveBack(Connection connection, Membership.Node node) throws SQLException {
        boolean stopping = membership.isStopping();
        List<Map.Entry<String, HeldConversations.Held>> over = stopping
                ? held.snapshot().entrySet().stream().filter(each -> !held.work().isRunning(each.getKey())).toList()
                : held.idle(IDLE.toNanos());
        if (over.isEmpty()) {
            return;
        }
        List<Boolean> waiting = Sql.list(connection, """
                with k as (select c.integration, c.conversation_id from conversation c
                    join unnest(?, ?, ?, ?) as r (i, c, f, s) on c.integration = r.i and c.conversation_id = r.c
                    where c.owner = ? and c.fence = r.f and (c.seq = r.s or ?) for update of c skip locked)
                update conversation c set owner = null, ready_at = %s,
                    waiting = case when exists (select 1 from message m where m.integration = c.integration
                        and m.conversation_id = c.conversation_id and m.state in ('received', 'running')
                            and m.kind = 'turn') then 1 else 0 end
                from k where (c.integration, c.conversation_id) = (k.integration, k.conversation_id)
                returning c.integration, c.conversation_id, c.fence, c.waiting""".formatted(NOW), row -> {
                    held.released(row.getString(1) + '\n' + row.getString(2), row.getLong(3));
                    return row.getInt(4) == 1;
                }, ConversationRows.texts(connection, over.stream().map(each -> ConversationRows.integration(each.getKey())).toList()),
                ConversationRows.texts(connection, over.stream().map(each -> ConversationRows.id(each.getKey())).toList()),
                ConversationRows.numbers(connection, over.stream().map(each -> each.getValue().lease().key().fence()).toList()),
                ConversationRows.numbers(connection, over.stream().map(each -> each.getValue().lastSeq()).toList()),
                node.id(), stopping);
        if (waiting.contains(true)) {
            Sql.exists(connection, "select pg_notify('" + CHANNEL + "', '" + ANY + "')");
        }
    }

    private void claim(Connection connection, Membership.Node node) throws SQLException {
        int free = Math.min(MOST_CLAIMS, held.work().free());
        if (free <= 0) {
            return;
        }
        List<CommitKey> claimed = new ArrayList<>(claim(connection, node, "c.owner is null", free));
        if (claimed.size() < free) {
            claimed.addAll(claim(connection, node, "c.owner in (select id from node where alive_until <= " + NOW + ")",
                    free - claimed.size()));
        }
        claimed.forEach(key -> held.claimed(node, key));
    }

    private List<CommitKey> claim(Connection connection, Membership.Node node, String which, int most) throws SQLException {
        return Sql.list(connection, """
                with k as (select c.integration, c.conversation_id, %s - (select seen_at from node where id = c.owner) as away
                    from conversation c where c.waiting = 1 and %s order by c.ready_at limit ? for update of c skip locked)
                update conversation c set owner = ?, fence = c.fence + 1
                from k where (c.integration, c.conversation_id) = (k.integration, k.conversation_id)
                    and exists (select 1 from node where id = ? and alive_until > %s)
                returning c.integration, c.conversation_id, c.fence, k.away""".formatted(NOW, which, NOW), row -> {
                    longestTakeoverMillis = Math.max(longestTakeoverMillis, row.getLong(4));
                    return new CommitKey(row.getString(1) + '\n' + row.getString(2), row.getLong(3));
                }, most, node.id(), node.id());
    }

    private void takeCommands(Connection connection, Membership.Node node) throws SQLException {
        List<Long> commands = Sql.list(connection, """
                update message set node = ?, node_id = ? where id in (select id from message m where kind <> 'turn'
                        and state in ('received', 'running') and not exists (select 1 from node n where n.id = m.node_id
                            and n.alive_until > %s)
                        order by id limit ? for update skip locked)
                    and exists (select 1 from node where id = ? and alive_until > %s) returning id""".formatted(NOW, NOW),
                        row -> row.getLong(1),
                node.name(), node.id(), COMMANDS, node.id());
        if (!commands.isEmpty()) {
            held.work().takeCommands(commands);
        }
    }

    /** The longest time from a node's last sign of life until one of its conversations was taken over here, in milliseconds. */
    long longestTakeoverMillis() {
        return longestTakeoverMillis;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Duration.ofSeconds(NodeConnection.TIMEOUT_SECONDS).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
