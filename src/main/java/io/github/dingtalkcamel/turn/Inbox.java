package io.github.dingtalkcamel.turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.cluster.Arrival;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.cluster.Membership;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.LeaseLostException;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.store.Texts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages that came in, as the store keeps them: {@code received → running → done, failed, stopped or dead}. The queue of record: what
 * is in memory is only a copy. Commands and refusals are among them, marked as such; they do not run.
 * <p>
 * Promises: a message is stored once per integration, by all ways together and however often it is delivered (docs/promises.md 4); the
 * insert itself decides.
 */
public final class Inbox {

    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private static final long REFUSAL_PAUSE_MILLIS = Duration.ofHours(1).toMillis();

    /** A page of unfinished messages ends behind this many characters: it is in memory as a whole. */
    static final long PAGE_CHARACTERS = 4L << 20;

    private final Store store;
    private final InstantSource clock;
    private final Leases leases;
    private final int conversationCapacity;
    private final Outbox outbox;

    public Inbox(Store store, InstantSource clock) {
        this(store, clock, Leases.ALONE, Integer.MAX_VALUE, Outbox.off());
    }

    /**
     * @param leases               which node works on a conversation
     * @param conversationCapacity turns that may wait in one conversation where several nodes share the store. For a process that has it
     *                             for itself, the queue in memory knows that
     * @param outbox               records what other systems are told, in the same commits
     */
    public Inbox(Store store, InstantSource clock, Leases leases, int conversationCapacity, Outbox outbox) {
        this.store = store;
        this.clock = clock;
        this.leases = leases;
        this.conversationCapacity = conversationCapacity;
        this.outbox = outbox;
    }

    /** Stores a message that an agent is to answer. */
    public CompletableFuture<OptionalLong> add(InboundMessage message, String payload) {
        return add(Turn.Kind.TURN, message, payload, null);
    }

    /**
     * Stores a message; a refusal only where the same person was not refused within the last hour.
     *
     * @param  payload  the message as DingTalk sent it
     * @param  delivery how it came and what proved it, or null where that is not known
     * @return          when durable: its row, or empty if it was there already, or is a refusal that is not due
     */
    public CompletableFuture<OptionalLong> add(Turn.Kind kind, InboundMessage message, String payload, Delivery delivery) {
        return store.write(leases.key(Turn.key(message)), adding(kind, message, payload, delivery, null, () -> false))
                .thenApply(StoredMessage::row);
    }

    /**
     * The same, with what follows.
     *
     * @param traceparent the span that it is stored in, or null
     * @param startsNow   whether nothing keeps its turn from starting, asked while it is written: then it is stored as running
     * @param then        called with what became of it or the failure, on a thread that must not wait; for messages that several threads
     *                    add, in the order of their rows
     */
    void add(Turn.Kind kind, InboundMessage message, String payload, Delivery delivery, String traceparent, BooleanSupplier startsNow,
            BiConsumer<? super StoredMessage, ? super Throwable> then) {
        store.write(leases.key(Turn.key(message)), adding(kind, message, payload, delivery, traceparent, startsNow), then);
    }

    private Store.Work<StoredMessage> adding(Turn.Kind kind, InboundMessage message, String payload, Delivery delivery,
            String traceparent, BooleanSupplier startsNow) {
        long now = clock.millis();
        return connection -> {
            if (kind == Turn.Kind.REFUSAL && wasRefused(connection, message, now)) {
                return StoredMessage.KNOWN;
            }
            if (kind == Turn.Kind.TURN && leases.isShared() && isFull(connection, message)) {
                return holds(connection, message.integration(), message.msgId()) ? StoredMessage.KNOWN : StoredMessage.FULL;
            }
            boolean running = startsNow.getAsBoolean();
            OptionalLong row = insert(connection, kind, message, payload, delivery, traceparent, running, now);
            if (kind == Turn.Kind.TURN && row.isPresent()) {
                outbox.accepted(connection, row.getAsLong(), message);
            }
            return row.isEmpty() ? StoredMessage.KNOWN
                    : new StoredMessage(row, false,
                            kind == Turn.Kind.TURN ? leases.arrived(Turn.key(message)) : Arrival.ALONE, running);
        };
    }

    private boolean isFull(Connection connection, InboundMessage message) throws SQLException {
        return Sql.number(connection, "select count(*) from message where integration = ? and conversation_id = ? and state = 'received'"
                + " and kind = 'turn'", message.integration(), message.conversationId()) >= conversationCapacity;
    }

    private boolean wasRefused(Connection connection, InboundMessage message, long now) throws SQLException {
        // another node may be storing a refusal of the same person right now, in another conversation: one is enough
        if (leases.isShared() && !Sql.query(connection, "select pg_try_advisory_xact_lock(hashtext(?), hashtext(?))",
                row -> row.next() && row.getBoolean(1), "dingtalk-camel refusal",
                message.integration() + '\n' + message.sender().userId())) {
            return true;
        }
        // not after now: a clock that was set back must not silence a sender for longer
        return Sql.exists(connection, "select 1 from message"
                + " where kind = 'refusal' and integration = ? and sender_id = ? and received_at > ? and received_at <= ? limit 1",
                message.integration(), message.sender().userId(), now - REFUSAL_PAUSE_MILLIS, now);
    }

    private OptionalLong insert(Connection connection, Turn.Kind kind, InboundMessage message, String payload, Delivery delivery,
            String traceparent, boolean running, long now) throws SQLException {
        Membership.Node node = kind == Turn.Kind.TURN ? null : leases.node();
        return Sql.query(connection, """
                insert into message (integration, msg_id, conversation_id, sender_id, kind, state, attempts, started_at, payload,
                    received_at, conversation_type, conversation_title, came_by, proof, traceparent, seq, node, node_id)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (integration, msg_id) do nothing
                returning id""", row -> row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty(),
                message.integration(), message.msgId(), message.conversationId(), message.sender().userId(), kind.code(),
                running ? "running" : "received", running ? 1 : 0, running ? now : null, payload, now,
                message.conversationType().publicName(), message.conversationTitle(), delivery == null ? null : delivery.cameBy(),
                delivery == null ? null : delivery.proof(), traceparent,
                kind == Turn.Kind.TURN ? leases.nextSeq(Turn.key(message)) : null,
                node == null ? null : node.name(), node == null ? null : node.id());
    }

    /** True when the message is stored already. */
    public boolean holds(String integration, String msgId) throws StoreException {
        return store.read(connection -> holds(connection, integration, msgId));
    }

    private static boolean holds(Connection connection, String integration, String msgId) throws SQLException {
        return Sql.exists(connection, "select 1 from message where integration = ? and msg_id = ?", integration, msgId);
    }

    /** The last row there is, 0 for none. */
    public long newest() throws StoreException {
        return store.read(connection -> Sql.number(connection, "select max(id) from message"));
    }

    /** What an earlier process left unfinished, in order of arrival, a page at a time, which ends behind {@link #PAGE_CHARACTERS}. */
    public List<UnfinishedTurn> unfinished(long afterId, long lastId, int limit) throws StoreException {
        return store.read(connection -> Sql.query(connection, UnfinishedTurn.SELECT + """
                where m.state in ('received', 'running') and m.id > ? and m.id <= ? order by m.id limit ?""",
                rows -> UnfinishedTurn.page(rows, PAGE_CHARACTERS), afterId, lastId, limit));
    }

    /**
     * The turn is being answered, which counts as an attempt: part of a transaction. A stopped turn is not changed.
     *
     * @param storedMillis how long it took to store the message, or null where that is not known
     */
    public Store.Work<Integer> nowRunning(long id, String agent, String boundBy, Long storedMillis) {
        return nowRunning(id, agent, boundBy, storedMillis, false);
    }

    /** The same. @param counted whether the attempt is counted already, since the message was stored as running */
    Store.Work<Integer> nowRunning(long id, String agent, String boundBy, Long storedMillis, boolean counted) {
        long now = clock.millis();
        return connection -> {
            Membership.Node node = leases.node();
            int running = Sql.update(connection,
                    "update message set state = 'running', attempts = attempts + ?, started_at = ?, agent = coalesce(?, agent),"
                    + " bound_by = coalesce(?, bound_by), stored_ms = coalesce(?, stored_ms), node = ?, node_id = ?"
                    + " where id = ? and state in ('received', 'running')",
                    counted ? 0 : 1, now, agent, boundBy, storedMillis, node == null ? null : node.name(),
                    node == null ? null : node.id(), id);
            if (running == 0 && leases.isShared()) {
                throw new LeaseLostException("a user stopped the turn by another node, or that one has ended it");
            }
            return running;
        };
    }

    /** The attempt ended because the process stopped: it does not count. */
    public void interrupted(CommitKey key, long id) throws StoreException {
        store.writeAndWait(key,
                connection -> Sql.update(connection, "update message set attempts = attempts - 1 where id = ? and attempts > 0", id));
    }

    /**
     * The turn is answered, or needs no answer: part of a transaction.
     *
     * @param agentMillis how long the agent took, or null
     * @param sent        the chunk of a reply in one chunk, or null
     */
    public Store.Work<Integer> nowDone(long id, Long agentMillis, SentChunk sent) {
        return nowDone(id, agentMillis, sent, null);
    }

    /** The same, with the reply as other systems are told it; null for none. */
    public Store.Work<Integer> nowDone(long id, Long agentMillis, SentChunk sent, String reply) {
        return nowDone(id, agentMillis, sent, reply, null);
    }

    /** The same, with what is not written of the turn's start; null for none. */
    Store.Work<Integer> nowDone(long id, Long agentMillis, SentChunk sent, String reply, EarlyStart.Facts start) {
        return finished(id, "done", null, agentMillis, sent, reply, start);
    }

    /**
     * The agent failed and the sender was notified: part of a transaction. The turn becomes a dead letter; a replay asks the agent again.
     *
     * @param agentMillis how long the agent took, or null
     * @param sent        the chunk of a notice in one chunk, or null
     */
    public Store.Work<Integer> nowFailed(long id, String error, Long agentMillis, SentChunk sent) {
        return nowFailed(id, error, agentMillis, sent, null);
    }

    /** The same, with what is not written of the turn's start; null for none. */
    Store.Work<Integer> nowFailed(long id, String error, Long agentMillis, SentChunk sent, EarlyStart.Facts start) {
        return finished(id, "failed", error, agentMillis, sent, null, start);
    }

    private Store.Work<Integer> finished(long id, String state, String error, Long agentMillis, SentChunk sent, String reply,
            EarlyStart.Facts start) {
        long now = clock.millis();
        EarlyStart.Facts known = start == null ? EarlyStart.WRITTEN : start;
        return connection -> {
            int changed = Sql.update(connection,
                    "update message set state = ?, error = ?, finished_at = ?, agent_ms = coalesce(?, agent_ms),"
                    + " started_at = coalesce(?, started_at), agent = coalesce(?, agent), bound_by = coalesce(?, bound_by),"
                    + " stored_ms = coalesce(?, stored_ms), replies = coalesce(replies, '') || ? where id = ? and state = 'running'",
                    state, error, now, agentMillis, known.startedAt(), known.agent(), known.boundBy(), known.storedMillis(),
                    sent == null ? "" : sent.line(), id);
            if (error != null && changed == 1) {
                letter(connection, id, error, now);
            }
            if (changed == 1) {
                outbox.turnEnded(connection, id, reply);
            }
            // progress is kept only while it is needed; short replies have none
            Sql.update(connection, "delete from reply where message_id = ?", id);
            return changed;
        };
    }

    /** Turns of one conversation that a user stopped: they are not resumed. */
    public void stopped(CommitKey key, Collection<Turn> turns) throws StoreException {
        long now = clock.millis();
        List<EarlyStart> started = turns.stream().map(Turn::early).filter(Objects::nonNull).toList();
        List<EarlyStart> untried = started.stream().filter(EarlyStart::giveBack).toList();
        store.writeAndWait(key, connection -> {
            for (EarlyStart each : started) {
                each.write(connection);
            }
            for (EarlyStart each : untried) {
                each.takeOff(connection);
            }
            for (Turn turn : turns) {
                end(connection, turn.id(), "stopped", null, now);
            }
            return turns.size();
        });
    }

    /**
     * A command or a refusal ended: {@code failed} where there is an error, which means that its answer was not sent, else {@code done}.
     */
    public void answered(CommitKey key, long id, String error, SentChunk sent) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(key, connection -> {
            if (sent != null) {
                Sql.update(connection, "update message set replies = coalesce(replies, '') || ? where id = ?", sent.line(), id);
            }
            return end(connection, id, error == null ? "done" : "failed", error, now);
        });
    }

    int end(Connection connection, long id, String state, String error, long now) throws SQLException {
        int changed = Sql.update(connection,
                "update message set state = ?, error = ?, finished_at = ? where id = ? and state in ('received', 'running')",
                state, error, now, id);
        if (changed == 1) {
            outbox.turnEnded(connection, id, null);
        }
        Sql.update(connection, "delete from reply where message_id = ?", id);
        return changed;
    }

    /**
     * Makes a turn of a stored command: what it asks for is now an agent's to answer.
     *
     * @return                    whether it was still a command, and not done with
     * @throws QueueFullException where nodes share the store: as many turns wait in its conversation as may
     */
    public boolean becomesTurn(long id, InboundMessage message, String payload) throws StoreException, QueueFullException {
        String conversation = Turn.key(message);
        boolean[] full = new boolean[1];
        Arrival arrival = store.writeAndWait(leases.key(conversation), connection -> {
            full[0] = leases.isShared() && isFull(connection, message);
            if (full[0]) {
                return null;
            }
            boolean became = Sql.update(connection,
                    "update message set kind = 'turn', payload = ?, seq = ? where id = ? and kind = 'command'"
                    + " and state = 'received'", payload, leases.nextSeq(conversation), id) == 1;
            return became ? leases.arrived(conversation) : null;
        });
        if (full[0]) {
            throw new QueueFullException();
        }
        if (arrival != null && leases.isShared()) {
            leases.loadLater(arrival);
        }
        return arrival != null;
    }

    /** The message of a row as DingTalk sent it, or null where it is gone. */
    public String payload(long id) throws StoreException {
        return store.read(connection -> Sql.first(connection, "select payload from message where id = ?", row -> row.getString(1), id)
                .orElse(null));
    }

    private static void letter(Connection connection, long id, String error, long now) throws SQLException {
        Sql.query(connection, "select integration, conversation_id, attempts from message where id = ?", row -> {
            row.next();
            DeadLetters.put(connection, id, row.getString(1), row.getString(2), DeadLetters.Reason.agentFailed(error), row.getInt(3), null,
                    now);
            return null;
        }, id);
    }

    /** The chunks of a reply, whom each mentions, and the files, before the first one is sent. */
    public void replying(CommitKey key, long id, List<String> chunks, List<Mentions> mentions, List<ReplyFile> files)
            throws StoreException {
        store.writeAndWait(key, connection -> putReply(connection, id, new Turn.Progress(chunks, 0, mentions, files)));
    }

    static int putReply(Connection connection, long id, Turn.Progress reply) throws SQLException {
        return Sql.update(connection, """
                insert into reply (message_id, chunks, sent, mentions, files) values (?, ?, ?, ?, ?)
                on conflict (message_id) do update set chunks = excluded.chunks, sent = excluded.sent, mentions = excluded.mentions,
                    files = excluded.files""",
                id, Texts.write(reply.chunks()), reply.sent(), StoredMentions.write(reply.mentions()),
                ReplyFiles.write(reply.files()));
    }

    /** So many chunks and files of a reply were taken by DingTalk. */
    public void replied(CommitKey key, long id, int sent) throws StoreException {
        store.writeAndWait(key, connection -> Sql.update(connection, "update reply set sent = ? where message_id = ?", sent, id));
    }

    /** The same, with the chunk that was the last of them. */
    public void replied(CommitKey key, long id, SentChunk last) throws StoreException {
        store.writeAndWait(key, nowReplied(id, last));
    }

    /** The same, as part of a transaction. */
    public Store.Work<Integer> nowReplied(long id, SentChunk last) {
        return connection -> {
            Sql.update(connection, "update message set replies = coalesce(replies, '') || ? where id = ?", last.line(), id);
            return Sql.update(connection, "update reply set sent = ? where message_id = ?", last.chunk(), id);
        };
    }

    /** A chunk that was taken just now. */
    public SentChunk sentNow(int chunk, int of, String channel) {
        return new SentChunk(chunk, of, channel, clock.millis());
    }

    /** What housekeeping deletes: messages that are done, except for those that may be replayed. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("answered messages", """
                delete from message where id in (select id from message
                    where finished_at is not null and (state not in ('dead', 'failed') or kind <> 'turn') and finished_at < ?
                        order by finished_at limit ?)""", kept, false);
    }
}
