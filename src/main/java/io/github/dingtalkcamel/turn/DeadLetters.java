package io.github.dingtalkcamel.turn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.cluster.Arrival;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.store.Texts;

/**
 * Turns that failed wait here, with the reason, for an operator: {@code waiting → requested → replayed}, and {@code waiting} again if the
 * replay
 * fails. {@link Replays} does what is requested.
 * <p>
 * Promises: a message has one dead letter at most. A request is durable when it is answered, and of several for the same letter one counts.
 */
public final class DeadLetters {

    /** The most ids that one request may name. */
    public static final int MOST_IDS = 1_000;

    private static final int IN_A_COMMIT = 500;

    private final Store store;
    private final InstantSource clock;
    private final Leases leases;
    private final Outbox outbox;
    private volatile Consumer<String> added = code -> { };

    public DeadLetters(Store store, InstantSource clock) {
        this(store, clock, Leases.ALONE, Outbox.off());
    }

    /**
     * @param leases which node works on a conversation
     * @param outbox records what other systems are told, in the same commits
     */
    public DeadLetters(Store store, InstantSource clock, Leases leases, Outbox outbox) {
        this.store = store;
        this.clock = clock;
        this.leases = leases;
        this.outbox = outbox;
    }

    /**
     * Why.
     *
     * @param code   DingTalk's error code, or a word of ours
     * @param text   what happened, without secrets
     * @param remedy what a person can do about it
     */
    public record Reason(String code, String text, String remedy) {

        static Reason agentFailed(String error) {
            return new Reason("agentFailed", error, "See the log at this time for the agent's error; repair the agent, then replay");
        }
    }

    /**
     * A dead letter, without its text.
     *
     * @param reference the reference that the sender got and that the log uses for the turn
     * @param kind      {@code turn}: no answer was made; {@code reply}: an answer could not be sent, or not all of it
     * @param attempts  how often it was tried in all
     * @param at        when it failed last
     * @param state     {@code waiting}, or {@code requested}: it is about to be replayed
     */
    public record Letter(long id, String reference, String integration, String conversationId, String msgId, String kind, String code,
            String reason, String remedy, int attempts, Instant at, String state) {
    }

    /**
     * The outcome of a request.
     *
     * @param replayed        ids of those that go to the queue now
     * @param alreadyReplayed of those that were asked for before
     * @param unknown         of those that are not there (any more), or whose message is not
     */
    public record Requested(List<Long> replayed, List<Long> alreadyReplayed, List<Long> unknown) {
    }

    /** Is told the code of each letter that {@link #add} wrote. */
    public void onAdded(Consumer<String> listener) {
        added = listener;
    }

    /**
     * Makes a stored turn a dead letter.
     *
     * @param reply its reply and how much of it was sent, or null when the agent must answer again
     */
    public void add(CommitKey key, long messageId, String integration, String conversationId, Reason reason, int attempts,
            Turn.Progress reply) throws StoreException {
        add(key, messageId, integration, conversationId, reason, attempts, reply, connection -> 0);
    }

    /** The same for a turn that runs. */
    public void add(Turn turn, Reason reason, int attempts, Turn.Progress reply) throws StoreException {
        EarlyStart early = turn.early();
        add(turn.lease().key(), turn.id(), turn.message().integration(), turn.message().conversationId(), reason, attempts, reply,
                connection -> {
                    if (early != null) {
                        early.write(connection);
                    }
                    return 0;
                });
    }

    private void add(CommitKey key, long messageId, String integration, String conversationId, Reason reason, int attempts,
            Turn.Progress reply, Store.Work<?> first) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(key, connection -> {
            first.run(connection);
            put(connection, messageId, integration, conversationId, reason, attempts, reply, now);
            Sql.update(connection, "delete from reply where message_id = ?", messageId);
            int changed = Sql.update(connection, "update message set state = 'dead', error = ?, finished_at = ? where id = ?",
                    reason.code() + ": " + reason.text(), now, messageId);
            outbox.turnEnded(connection, messageId, null);
            return changed;
        });
        added.accept(reason.code());
    }

    /** Part of a transaction. The letter that the message may have had is this one from now on. */
    static void put(Connection connection, long messageId, String integration, String conversationId, Reason reason, int attempts,
            Turn.Progress reply, long now) throws SQLException {
        Sql.update(connection, """
                insert into dead_letter (message_id, integration, conversation_id, kind, code, reason, remedy, attempts, chunks, sent,
                    mentions,
                    files, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (message_id) do update set kind = excluded.kind, code = excluded.code, reason = excluded.reason,
                    remedy = excluded.remedy,
                    attempts = dead_letter.attempts + excluded.attempts, chunks = excluded.chunks, sent = excluded.sent,
                    mentions = excluded.mentions, files = excluded.files, created_at = excluded.created_at, state = 'waiting',
                        replayed_at = null""",
                messageId, integration, conversationId, reply == null ? "turn"
                : "reply", reason.code(), reason.text(), reason.remedy(), attempts, reply == null ? null
                : Texts.write(reply.left()), reply == null ? 0 : reply.sent(), reply == null ? null
                : StoredMentions.write(reply.mentionsLeft()), reply == null ? null : ReplyFiles.write(reply.filesLeft()), now);
    }

    /** A command or a refusal that could not be answered: its answer would be of no use later, so only its record says why. */
    public void givenUp(CommitKey key, long id, Reason reason) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(key, connection -> {
            Sql.update(connection, "delete from reply where message_id = ?", id);
            return Sql.update(connection, "update message set state = 'failed', error = ?, finished_at = ? where id = ?",
                    reason.code() + ": " + reason.text(), now, id);
        });
    }

    /**
     * What housekeeping deletes.
     *
     * @param kept         how long they wait for a person
     * @param replayedKept how long those that were replayed are known
     */
    public static List<Expiry> expiries(Duration kept, Duration replayedKept) {
        return List.of(
                new Expiry("dead letters that were not replayed", """
                        delete from dead_letter where id in (select id from dead_letter
                            where state = 'waiting' and created_at < ? order by created_at limit ?)""", kept, true),
                new Expiry("replayed dead letters", """
                        delete from dead_letter where id in (select id from dead_letter
                            where state = 'replayed' and replayed_at < ? order by replayed_at limit ?)""", replayedKept, false),
                new Expiry("messages of dead letters", """
                        delete from message where id in (select m.id from message m where m.state in ('dead', 'failed')
                            and m.finished_at < ?
                            and not exists (select 1 from dead_letter d where d.message_id = m.id)
                                order by m.finished_at limit ?)""", kept, false));
    }

    /** True while none could be added. */
    public boolean isStoreFailing() {
        return store.isFailing();
    }

    /** How many wait for a person. */
    public long count() throws StoreException {
        return store.read(connection -> Sql.number(connection, "select count(*) from dead_letter where state = 'waiting'"));
    }

    /**
     * Those that wait or are about to be replayed, the newest first.
     *
     * @param before only those with a smaller id; {@link Long#MAX_VALUE} begins
     */
    public List<Letter> list(long before, int limit) throws StoreException {
        return store.read(connection -> Sql.list(connection, """
                select d.id, d.integration, d.conversation_id, m.msg_id, d.kind, d.code, d.reason, d.remedy, d.attempts, d.created_at,
                    d.state,
                    m.id as message_id
                from dead_letter d left join message m on m.id = d.message_id
                where d.id < ? and d.state <> 'replayed' order by d.id desc limit ?""", DeadLetters::letter, before, limit));
    }

    private static Letter letter(ResultSet row) throws SQLException {
        String integration = row.getString("integration");
        return new Letter(row.getLong("id"), integration + "-" + row.getLong("message_id"), integration, row.getString("conversation_id"),
                row.getString("msg_id"), row.getString("kind"), row.getString("code"), row.getString("reason"), row.getString("remedy"),
                row.getInt("attempts"), Instant.ofEpochMilli(row.getLong("created_at")), row.getString("state"));
    }

    /** Asks for the replay of these letters, {@value #MOST_IDS} at most. All of it is durable, or nothing. */
    public Requested replay(Set<Long> ids) throws StoreException {
        return store.writeAndWait(connection -> {
            Requested requested = new Requested(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (long id : ids) {
                if (Sql.update(connection,
                        "update dead_letter set state = 'requested' where id = ? and state = 'waiting' and message_id is not null",
                        id) == 1) {
                    requested.replayed().add(id);
                } else if (isReplayed(connection, id)) {
                    requested.alreadyReplayed().add(id);
                } else {
                    requested.unknown().add(id);
                }
            }
            return requested;
        });
    }

    private static boolean isReplayed(Connection connection, long id) throws SQLException {
        return Sql.exists(connection, "select 1 from dead_letter where id = ? and state <> 'waiting'", id);
    }

    /** Asks for the replay of all that wait. Of very many, those that were asked for before a fault of the store stay so. */
    public Requested replayAll() throws StoreException {
        List<Long> all = new ArrayList<>();
        long after = 0;
        // each once, even if its replay fails while the others are being asked for
        for (List<Long> page = waiting(after); !page.isEmpty(); page = waiting(after)) {
            all.addAll(replay(new LinkedHashSet<>(page)).replayed());
            after = page.get(page.size() - 1);
        }
        return new Requested(all, List.of(), List.of());
    }

    private List<Long> waiting(long after) throws StoreException {
        return store.read(connection -> Sql.list(connection,
                "select id from dead_letter where id > ? and state = 'waiting' and message_id is not null order by id limit ?",
                row -> row.getLong(1), after, IN_A_COMMIT));
    }

    /**
     * A letter whose replay is asked for.
     *
     * @param reply       what is left of its reply, or null when the agent is asked again
     * @param traceparent the span that its message was stored in, or null
     */
    record Request(long id, long messageId, String integration, String conversationId, String payload, Turn.Progress reply,
            String traceparent) {

        String conversation() {
            return integration + '\n' + conversationId;
        }
    }

    /** Where a request is: enough to see whether there is a place for it. */
    record Address(long id, long messageId, String integration, String conversationId) {
    }

    /** Whose replay is asked for, in order of arrival of their messages, a page at a time. */
    List<Address> requested(long afterMessageId, int limit) throws StoreException {
        return store.read(connection -> Sql.list(connection, """
                select id, message_id, integration, conversation_id from dead_letter
                where state = 'requested' and message_id > ? order by message_id limit ?""",
                row -> new Address(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4)), afterMessageId, limit));
    }

    Request request(Address address) throws StoreException {
        return store.read(connection -> Sql.query(connection,
                "select m.payload, d.chunks, d.sent, d.mentions, m.traceparent, d.files from dead_letter d join message m on m.id = "
                + "d.message_id"
                        + " where d.id = ?", row -> {
                    boolean there = row.next();
                    String payload = there ? row.getString(1) : "";
                    String chunks = payload.isEmpty() ? null : row.getString(2);
                    return new Request(address.id(), address.messageId(), address.integration(), address.conversationId(), payload,
                            chunks == null ? null
                            : Turn.Progress.left(row.getInt(3), Texts.read(chunks), StoredMentions.read(row.getString(4)),
                                    ReplyFiles.read(row.getString(6))),
                            there ? row.getString(5) : null);
                }, address.id()));
    }

    /**
     * Hands requests over to the queue of record: their messages are as if they had come in just now. All of it is durable, or nothing.
     *
     * @return ids of the letters whose turns the caller queues now
     */
    Set<Long> takeUp(List<Request> requests) throws StoreException {
        return takeUp(CommitKey.NONE, requests, new ArrayList<>());
    }

    /**
     * The same for one request, where nodes share the store: the node that works on its conversation queues its turn.
     *
     * @return whether this node was the one that handed it over
     */
    boolean handOver(Request request) throws StoreException {
        List<Arrival> arrivals = new ArrayList<>();
        boolean taken = !takeUp(leases.key(request.conversation()), List.of(request), arrivals).isEmpty();
        if (taken) {
            // of a write that was repeated the last one counts
            leases.loadLater(arrivals.get(arrivals.size() - 1));
        }
        return taken;
    }

    private Set<Long> takeUp(CommitKey key, List<Request> requests, List<Arrival> arrivals) throws StoreException {
        long now = clock.millis();
        return store.writeAndWait(key, connection -> {
            Set<Long> taken = new LinkedHashSet<>();
            for (Request request : requests) {
                int asked = Sql.update(connection,
                        "update dead_letter set state = 'replayed', replayed_at = ? where id = ? and state = 'requested'",
                        now, request.id());
                int dead = asked == 0 ? 0 : Sql.update(connection, """
                        update message set state = 'received', attempts = 0, error = null, started_at = null, finished_at = null, seq = ?
                        where id = ? and state in ('dead', 'failed')""", leases.nextSeq(request.conversation()), request.messageId());
                if (dead == 1) {
                    arrivals.add(leases.arrived(request.conversation()));
                    taken.add(request.id());
                    if (request.reply() != null) {
                        Inbox.putReply(connection, request.messageId(), request.reply());
                    }
                }
            }
            return taken;
        });
    }

    /** The replay can't even begin: it waits again. */
    void giveBack(long id, Reason reason) throws StoreException {
        store.writeAndWait(connection -> Sql.update(connection,
                "update dead_letter set state = 'waiting', code = ?, reason = ?, remedy = ? where id = ? and state = 'requested'",
                reason.code(), reason.text(), reason.remedy(), id));
    }
}
