package io.github.dingtalkcamel.turn;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.StorableText;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.store.Texts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages that came in, as the store keeps them: {@code received → running → done, failed, stopped or dead}. The queue of record: what is in memory
 * is only a copy. Commands and refusals are among them, marked as such; they do not run.
 * <p>
 * Promises: a message is stored once per integration, whatever way it came and however often (contract 4); the insert itself decides.
 */
public final class Inbox {

    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private static final long REFUSAL_PAUSE_MILLIS = Duration.ofHours(1).toMillis();

    private final Store store;
    private final InstantSource clock;

    public Inbox(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Stores a message that an agent is to answer. */
    public CompletableFuture<OptionalLong> add(InboundMessage message, String payload) {
        return add(Turn.Kind.TURN, message, payload, null);
    }

    /**
     * Stores a message. A refusal only where the same person was not refused within the hour before.
     *
     * @param  payload  the message as DingTalk sent it
     * @param  delivery how it came and what proved it, or null where that is not known
     * @return          when durable: its row, or empty if it was there already, or is a refusal that is not due
     */
    public CompletableFuture<OptionalLong> add(Turn.Kind kind, InboundMessage message, String payload, Delivery delivery) {
        long now = clock.millis();
        return store.write(connection -> kind == Turn.Kind.REFUSAL && wasRefused(connection, message, now) ? OptionalLong.empty()
                : insert(connection, kind, message, payload, delivery, now));
    }

    private static boolean wasRefused(Connection connection, InboundMessage message, long now) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select 1 from message"
                + " where kind = 'refusal' and integration = ? and sender_id = ? and received_at > ? and received_at <= ? limit 1")) {
            select.setString(1, message.integration());
            select.setString(2, message.sender().userId());
            select.setLong(3, now - REFUSAL_PAUSE_MILLIS);
            // a clock that was set back must not silence anybody for longer
            select.setLong(4, now);
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    private static OptionalLong insert(Connection connection, Turn.Kind kind, InboundMessage message, String payload, Delivery delivery, long now)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into message (integration, msg_id, conversation_id, sender_id, kind, state, payload, received_at,
                    conversation_type, conversation_title, came_by, proof)
                values (?, ?, ?, ?, ?, 'received', ?, ?, ?, ?, ?, ?)
                on conflict (integration, msg_id) do nothing
                returning id""")) {
            insert.setString(1, message.integration());
            insert.setString(2, message.msgId());
            insert.setString(3, message.conversationId());
            insert.setString(4, message.sender().userId());
            insert.setString(5, kind.code());
            insert.setString(6, payload);
            insert.setLong(7, now);
            insert.setString(8, message.conversationType().publicName());
            insert.setString(9, message.conversationTitle());
            insert.setString(10, delivery == null ? null : delivery.cameBy());
            insert.setString(11, delivery == null ? null : delivery.proof());
            try (ResultSet row = insert.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** True when the message is stored already. */
    public boolean holds(String integration, String msgId) throws StoreException {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("select 1 from message where integration = ? and msg_id = ?")) {
                select.setString(1, integration);
                select.setString(2, msgId);
                try (ResultSet row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    /**
     * A stored message that is not finished.
     *
     * @param receivedAt when it came in, or was last asked to be replayed
     */
    public record Unfinished(long id, Turn.Kind kind, String integration, String conversationId, String payload, int attempts, long receivedAt,
            Turn.Progress progress) {
    }

    /** The last row there is, 0 for none. */
    public long newest() throws StoreException {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("select coalesce(max(id), 0) from message"); ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    /** What an earlier process left unfinished, in order of arrival, a page at a time. */
    public List<Unfinished> unfinished(long afterId, long lastId, int limit) throws StoreException {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    select m.id, m.integration, m.conversation_id, m.payload, m.attempts, coalesce(d.replayed_at, m.received_at), r.chunks, r.sent, m.kind, r.mentions
                    from message m left join reply r on r.message_id = m.id left join dead_letter d on d.message_id = m.id
                    where m.state in ('received', 'running') and m.id > ? and m.id <= ? order by m.id limit ?""")) {
                select.setLong(1, afterId);
                select.setLong(2, lastId);
                select.setInt(3, limit);
                List<Unfinished> page = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        String chunks = row.getString(7);
                        page.add(new Unfinished(row.getLong(1), Turn.Kind.of(row.getString(9)), row.getString(2), row.getString(3), row.getString(4), row.getInt(5), row.getLong(6),
                                progress(row.getLong(1), chunks, row.getInt(8), row.getString(10))));
                    }
                }
                return page;
            }
        });
    }

    /** How far a reply got; null for none, or for one that can't be read any more, so that the agent is asked again. */
    private static Turn.Progress progress(long id, String chunks, int sent, String mentions) {
        try {
            return chunks == null ? null : new Turn.Progress(Texts.read(chunks), sent, StoredMentions.read(mentions));
        } catch (UncheckedIOException e) {
            LOG.warn("The unsent chunks of message {} are damaged: its agent is asked again", id);
            return null;
        }
    }

    /** The turn is being answered: one attempt more. Nothing changes for one that was stopped. */
    public void running(long id, String agent, String boundBy) throws StoreException {
        store.writeAndWait(nowRunning(id, agent, boundBy, null));
    }

    /** The same as part of a transaction, with how long it took to store the message, or null where that is not known. */
    public Store.Work<Integer> nowRunning(long id, String agent, String boundBy, Long storedMillis) {
        long now = clock.millis();
        return connection -> update(connection, "update message set state = 'running', attempts = attempts + 1, started_at = ?, agent = coalesce(?, agent),"
                + " bound_by = coalesce(?, bound_by), stored_ms = coalesce(?, stored_ms) where id = ? and state in ('received', 'running')",
                now, agent, boundBy, storedMillis, id);
    }

    /** The stop of the process ended an attempt that was nobody's fault: it does not count. */
    public void interrupted(long id) throws StoreException {
        update("update message set attempts = attempts - 1 where id = ? and attempts > 0", id);
    }

    /** The turn is answered, or needs no answer. */
    public void done(long id) throws StoreException {
        store.writeAndWait(nowDone(id, null, null));
    }

    /**
     * The same as part of a transaction, with what is only known now.
     *
     * @param agentMillis what the agent took, or null
     * @param sent        the chunk of a reply in one chunk, or null
     */
    public Store.Work<Integer> nowDone(long id, Long agentMillis, SentChunk sent) {
        return finished(id, "done", null, agentMillis, sent);
    }

    /** The agent failed and the sender was told so: a dead letter, which asks the agent again when it is replayed. */
    public void failed(long id, String error) throws StoreException {
        store.writeAndWait(nowFailed(id, error, null, null));
    }

    /** The same as part of a transaction, with what is only known now: see {@link #nowDone}. */
    public Store.Work<Integer> nowFailed(long id, String error, Long agentMillis, SentChunk sent) {
        return finished(id, "failed", error, agentMillis, sent);
    }

    private Store.Work<Integer> finished(long id, String state, String error, Long agentMillis, SentChunk sent) {
        long now = clock.millis();
        return connection -> {
            int changed = update(connection, "update message set state = ?, error = ?, finished_at = ?, agent_ms = coalesce(?, agent_ms),"
                    + " replies = coalesce(replies, '') || ? where id = ? and state = 'running'",
                    state, error, now, agentMillis, sent == null ? "" : sent.line(), id);
            if (error != null && changed == 1) {
                letter(connection, id, error, now);
            }
            // progress is kept only while it is needed; short replies have none
            update(connection, "delete from reply where message_id = ?", id);
            return changed;
        };
    }

    /** Turns that somebody stopped: they are not taken up again. */
    public void stopped(Collection<Long> ids) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(connection -> {
            for (long id : ids) {
                end(connection, id, "stopped", null, now);
            }
            return ids.size();
        });
    }

    /** A command or a refusal is done with. It is {@code failed} where there is an error, which means that its answer was not sent. */
    public void answered(long id, String error, SentChunk sent) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(connection -> {
            if (sent != null) {
                update(connection, "update message set replies = coalesce(replies, '') || ? where id = ?", sent.line(), id);
            }
            return end(connection, id, error == null ? "done" : "failed", error, now);
        });
    }

    private static int end(Connection connection, long id, String state, String error, long now) throws SQLException {
        int changed = update(connection, "update message set state = ?, error = ?, finished_at = ? where id = ? and state in ('received', 'running')",
                state, error, now, id);
        update(connection, "delete from reply where message_id = ?", id);
        return changed;
    }

    /**
     * Makes a turn of a stored command: what it asks for is now an agent's to answer.
     *
     * @return whether it was still a command, and not done with
     */
    public boolean becomesTurn(long id, String payload) throws StoreException {
        return store.writeAndWait(connection -> update(connection,
                "update message set kind = 'turn', payload = ? where id = ? and kind = 'command' and state = 'received'", payload, id)) == 1;
    }

    /** The message of a row as DingTalk sent it, or null where it is gone. */
    public String payload(long id) throws StoreException {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("select payload from message where id = ?")) {
                select.setLong(1, id);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? row.getString(1) : null;
                }
            }
        });
    }

    private static void letter(Connection connection, long id, String error, long now) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select integration, conversation_id, attempts from message where id = ?")) {
            select.setLong(1, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                DeadLetters.put(connection, id, row.getString(1), row.getString(2), DeadLetters.Reason.agentFailed(error), row.getInt(3), null, now);
            }
        }
    }

    /** The chunks of a reply and whom each mentions, before the first one is sent. */
    public void replying(long id, List<String> chunks, List<Mentions> mentions) throws StoreException {
        store.writeAndWait(connection -> putReply(connection, id, new Turn.Progress(chunks, 0, mentions)));
    }

    static int putReply(Connection connection, long id, Turn.Progress reply) throws SQLException {
        return update(connection, """
                insert into reply (message_id, chunks, sent, mentions) values (?, ?, ?, ?)
                on conflict (message_id) do update set chunks = excluded.chunks, sent = excluded.sent, mentions = excluded.mentions""",
                id, Texts.write(reply.chunks()), reply.sent(), StoredMentions.write(reply.mentions()));
    }

    /** So many chunks of a reply were taken by DingTalk. */
    public void replied(long id, int sent) throws StoreException {
        update("update reply set sent = ? where message_id = ?", sent, id);
    }

    /** The same, with the chunk that was the last of them. */
    public void replied(long id, SentChunk last) throws StoreException {
        store.writeAndWait(connection -> {
            update(connection, "update message set replies = coalesce(replies, '') || ? where id = ?", last.line(), id);
            return update(connection, "update reply set sent = ? where message_id = ?", last.chunk(), id);
        });
    }

    /** A chunk that was taken just now. */
    public SentChunk sentNow(int chunk, int of, String channel) {
        return new SentChunk(chunk, of, channel, clock.millis());
    }

    /** What housekeeping deletes: messages that are over, but for those that may be replayed. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("answered messages", """
                delete from message where id in (select id from message
                    where finished_at is not null and (state not in ('dead', 'failed') or kind <> 'turn') and finished_at < ? order by finished_at limit ?)""", kept, false);
    }

    private void update(String sql, Object... values) throws StoreException {
        store.writeAndWait(connection -> update(connection, sql, values));
    }

    static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                // errors of agents may hold anything
                update.setObject(i + 1, values[i] instanceof String text ? StorableText.of(text) : values[i]);
            }
            return update.executeUpdate();
        }
    }
}
