package io.github.dingtalkcamel.conversation;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.StorableText;
import io.github.dingtalkcamel.conversation.Session.Usage;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.SessionScope;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.ExchangeProperty;

/**
 * The sessions (docs/promises.md 1): one for each conversation, or, with scope {@code sender}, one for each person in each group. In the
 * store; read through a cache, since every turn asks. What a turn changes is written in the turn's own transactions.
 * <p>
 * Promises: what is done to one session is done in one order, in memory and in the store. A turn that ends after {@code /new} changes
 * nothing of the
 * session that follows.
 */
public final class Sessions {

    private static final long CACHED_BYTES = 64L << 20;
    private static final int SESSION_BYTES = 400;
    /** Rows that fell out of the history are deleted now and then, not at every turn. */
    private static final int TIDIED_EVERY = 8;
    private static final int MOST_TRIES = 5;
    private static final int LOCKS = 1_024;
    private static final String ENTER = "update session set last_at = ?, last_message = ?"
            + " where integration = ? and conversation_id = ? and sender_id = ? and session_id = ?";
    private static final SecureRandom RANDOM = new SecureRandom();

    record Key(String integration, String conversationId, String senderId) {
    }

    /** A session as it was cached: {@code session} is null where there is none yet. */
    private record Entry(Session session) {
    }

    private final Store store;
    private final Settings settings;
    private final Notifications notifications;
    private final InstantSource clock;
    /** Where nodes share the store. */
    private final Lock[] locks = Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(Lock[]::new);
    private final Cache<Key, Entry> cache = Caffeine.newBuilder().maximumWeight(CACHED_BYTES).weigher(Sessions::weight).build();

    public Sessions(Store store, Settings settings, InstantSource clock) {
        this(store, settings, new Notifications(store), clock);
    }

    /** @param notifications what tools sent, which belongs to the histories */
    public Sessions(Store store, Settings settings, Notifications notifications, InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.notifications = notifications;
        this.clock = clock;
    }

    private static int weight(Key key, Entry entry) {
        long texts = entry.session() == null ? 0 : HistoryEntry.bytes(entry.session().history());
        return (int) Math.min(Integer.MAX_VALUE, SESSION_BYTES + 2 * texts);
    }

    /**
     * What a turn was, once it is over.
     *
     * @param said  the text for the history, null for none
     * @param reply what the agent answered, or null
     */
    public record Ended(long messageId, Instant saidAt, String said, String reply, Usage usage) {

        /** Without the texts. */
        @Override
        public String toString() {
            return "Ended[" + messageId + "]";
        }
    }

    /** Whether the message's session belongs to its sender alone. */
    public boolean isOwn(InboundMessage message) {
        return message.conversationType() == ConversationType.GROUP
               && integration(message.integration()).sessionScope() == SessionScope.SENDER;
    }

    /** The current session, or null where the next message starts one. */
    public Session current(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws StoreException {
        Session session = last(message);
        return session != null && session.startedAt().equals(beginning(session, sentTo(message), message.integration(), clock.instant()))
                ? session : null;
    }

    /** The row of the message that went to an agent last, or null. */
    public Long lastMessage(InboundMessage message) throws StoreException {
        Session session = last(message);
        return session == null ? null : session.lastMessage();
    }

    private Session last(InboundMessage message) throws StoreException {
        return store.isShared() ? load(key(message)).session() : cache.get(key(message), this::load).session();
    }

    /** Starts a fresh session ({@code /new}): the history of the one before is gone. */
    public Session startFresh(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws StoreException {
        Instant now = clock.instant();
        CompletableFuture<Session> started = change(conversation(message), key(message), before -> {
            Session fresh = fresh(before, now);
            return new Change(fresh, connection -> StoredSession.replace(connection, key(message), before, fresh));
        });
        try {
            return started.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException s ? new StoreException(s.getMessage(), s) : e;
        }
    }

    private List<Notification> sentTo(InboundMessage message) throws StoreException {
        return notifications.at(message, integration(message.integration()).historyTurns());
    }

    /**
     * A message goes to an agent: in the current session, else in a fresh one, which begins with what tools sent before.
     *
     * @param lease the lease of its conversation
     * @param with  what else to write in the same transaction
     * @return      the session, with what tools sent, when that is durable; or with a {@link StoreException}. Completed on the thread that
     *              writes, which must not wait
     */
    public CompletableFuture<Session> enter(CommitKey lease, InboundMessage message, long messageId, Store.Work<?> with)
            throws StoreException {
        Instant now = clock.instant();
        Key key = key(message);
        List<Notification> sent = sentTo(message);
        Integration integration = integration(message.integration());
        return change(lease, key, before -> {
            Instant beginning = beginning(before, sent, key.integration(), now);
            boolean over = before == null || !before.startedAt().equals(beginning);
            Session after = (over ? fresh(before, beginning == null ? now : beginning) : before).entered(messageId, now);
            return new Change(after, connection -> {
                with.run(connection);
                return over ? StoredSession.replace(connection, key, before, after) : unlessReplaced(Sql.update(connection, ENTER,
                        now.toEpochMilli(), messageId, key.integration(), key.conversationId(), key.senderId(), after.id()));
            });
        }).thenApply(entered -> entered.with(sent, integration.historyTurns(), integration.historyBytes()));
    }

    /**
     * A message goes to an agent, which is noted in memory only.
     *
     * @param session the session, with what tools sent
     * @param write   notes it in the store, unless that knows a later one: part of a transaction. {@link #leave} does the same
     */
    public record Entered(Session session, Store.Work<?> write) {
    }

    /**
     * As {@link #enter}, without a write: if the process is killed before {@link #leave}, the store does not know that the message went to
     * an agent.
     *
     * @return null where a session begins with the message, where nodes share the store, or where it takes nothing: call {@link #enter}
     */
    public Entered enterUnwritten(InboundMessage message, long messageId) throws StoreException {
        if (store.isShared() || store.isFailing()) {
            return null;
        }
        Instant now = clock.instant();
        Key key = key(message);
        List<Notification> sent = sentTo(message);
        Integration integration = integration(message.integration());
        Session[] after = new Session[1];
        cache.asMap().compute(key, (same, cached) -> {
            Entry entry = cached == null ? load(key) : cached;
            Session before = entry.session();
            boolean goesOn = before != null && before.startedAt().equals(beginning(before, sent, key.integration(), now));
            after[0] = goesOn ? before.entered(messageId, now) : null;
            return goesOn ? new Entry(after[0]) : entry;
        });
        return after[0] == null ? null : new Entered(after[0].with(sent, integration.historyTurns(), integration.historyBytes()),
                connection -> Sql.update(connection, ENTER + " and coalesce(last_message, 0) < ?", now.toEpochMilli(), messageId,
                        key.integration(), key.conversationId(), key.senderId(), after[0].id(), messageId));
    }

    /**
     * A turn is over: it counts in the session it ran in, unless that has ended.
     *
     * @param lease     the lease of its conversation
     * @param sessionId the session it ran in
     * @param with      what else to write in the same transaction
     * @return          the session as it is then, or null, when that is durable; or with a {@link StoreException}. Completed on the thread
     *                  that writes, which must not wait
     */
    public CompletableFuture<Session> leave(CommitKey lease, InboundMessage message, String sessionId, Ended ended, Store.Work<?> with)
            throws StoreException {
        Instant now = clock.instant();
        Key key = key(message);
        Integration integration = integration(key.integration());
        HistoryEntry said = ended.said() == null ? null
                : remembered(integration, new HistoryEntry(ended.messageId(), ended.saidAt(), ended.said(),
                message.sender().staffId(), message.sender().nick(), now,
                // as the store will give it back
                ended.reply() == null ? null : StorableText.of(ended.reply())));
        return change(lease, key, before -> {
            if (before == null || !before.id().equals(sessionId)) {
                return new Change(before, with);
            }
            Session after = before.with(ended.usage(), ended.messageId(), said, integration.historyTurns(), integration.historyBytes(),
                    now);
            return new Change(after, connection -> {
                with.run(connection);
                return count(connection, key, after, said);
            });
        });
    }

    private Integration integration(String id) {
        return settings.integration(id).orElseThrow();
    }

    private static HistoryEntry remembered(Integration integration, HistoryEntry said) {
        return integration.historyTurns() == 0 || said.bytes() > integration.historyBytes() ? null : said;
    }

    /**
     * When the current session began, or null where there is none. Silence ends a session; what a tool sends is no silence, and where
     * no session
     * is on it begins one.
     */
    private Instant beginning(Session session, List<Notification> sent, String integration, Instant now) {
        // housekeeping may have deleted it, even if something was sent since
        boolean kept = session != null && !session.lastAt().plus(settings.keeping().sessions()).isBefore(now);
        Instant began = kept ? session.startedAt() : null;
        Instant last = kept ? session.lastAt() : null;
        for (Notification each : sent) {
            if (last == null || each.at().isAfter(last)) {
                began = last == null || isOver(integration, last, each.at()) ? each.at() : began;
                last = each.at();
            }
        }
        return last == null || isOver(integration, last, now) ? null : began;
    }

    private boolean isOver(String integration, Instant last, Instant now) {
        Duration idle = integration(integration).sessionIdleTimeout();
        return !idle.isZero() && last.plus(idle).isBefore(now);
    }

    /** What housekeeping deletes: sessions in which nothing happened for long, with what is left of their history. */
    public static List<Expiry> expiries(Duration kept) {
        return List.of(
                new Expiry("histories of sessions", """
                        delete from history where (session_id, message_id) in (select history.session_id, history.message_id from session
                            join history on history.session_id = session.session_id where session.last_at < ?
                                order by session.last_at limit ?)""",
                        kept, false),
                new Expiry("sessions", """
                        delete from session where session_id in (select session_id from session
                            where last_at < ? and not exists (select 1 from history where history.session_id = session.session_id)
                            order by last_at limit ?)""", kept, false));
    }

    private static Session fresh(Session before, Instant now) {
        return new Session(newId(now), now, now, before == null ? null : before.lastMessage(), Usage.NONE, List.of());
    }

    /** Later ones are larger, which keeps the store's index of them compact. */
    private static String newId(Instant now) {
        return Long.toString(now.toEpochMilli(), 36) + Long.toString(RANDOM.nextLong() >>> 1 | 1L << 62, 36);
    }

    private Key key(InboundMessage message) {
        return new Key(message.integration(), message.conversationId(), isOwn(message) ? message.sender().userId() : "");
    }

    private record Change(Session after, Store.Work<?> write) {
    }

    @FunctionalInterface
    private interface Decision {
        Change of(Session before);
    }

    private int unlessReplaced(int changed) throws SessionReplacedException {
        if (changed == 0 && store.isShared()) {
            throw new SessionReplacedException();
        }
        return changed;
    }

    private static CommitKey conversation(InboundMessage message) {
        return CommitKey.of(message.integration() + '\n' + message.conversationId());
    }

    /**
     * Other nodes change sessions too: it is read, changed and written as one step of this node, and again where another one was quicker.
     */
    private Session changeShared(CommitKey lease, Key key, Decision decision) throws StoreException {
        Lock lock = locks[Math.floorMod(key.hashCode(), locks.length)];
        lock.lock();
        try {
            for (int tries = 1;; tries++) {
                try {
                    Change change = decision.of(load(key).session());
                    store.writeAndWait(lease, change.write());
                    return change.after();
                } catch (StoreException e) {
                    if (tries == MOST_TRIES || !SessionReplacedException.is(e)) {
                        throw e;
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Changes a session in memory and hands the write in, both as one step. Completed when it is durable. */
    private CompletableFuture<Session> change(CommitKey lease, Key key, Decision decision) throws StoreException {
        if (store.isShared()) {
            return CompletableFuture.completedFuture(changeShared(lease, key, decision));
        }
        List<CompletableFuture<?>> written = new ArrayList<>(1);
        Entry after = cache.asMap().compute(key, (same, cached) -> {
            Change change = decision.of((cached == null ? load(key) : cached).session());
            written.add(store.write(change.write()));
            return new Entry(change.after());
        });
        return written.get(0).handle((ok, failure) -> {
            if (failure == null) {
                return after.session();
            }
            // what the store has is what counts
            cache.invalidate(key);
            throw failure instanceof StoreException s ? s : new StoreException("The session could not be written", failure);
        });
    }

    private Entry load(Key key) {
        return store.read(connection ->
                new Entry(StoredSession.read(connection, integration(key.integration()), key.conversationId(), key.senderId())));
    }

    private Integer count(Connection connection, Key key, Session after, HistoryEntry said) throws SQLException {
        Usage usage = after.usage();
        int counted = Sql.update(connection, """
                update session set last_at = ?, last_message = ?, turns = ?, messages_in = ?, messages_out = ?, characters_in = ?,
                    characters_out = ?, agent_millis = ?, prompt_tokens = ?, completion_tokens = ?
                where integration = ? and conversation_id = ? and sender_id = ? and session_id = ?""",
                after.lastAt().toEpochMilli(), after.lastMessage(), usage.turns(), usage.messagesIn(), usage.messagesOut(),
                usage.charactersIn(), usage.charactersOut(), usage.agentMillis(), usage.promptTokens(), usage.completionTokens(),
                key.integration(), key.conversationId(), key.senderId(), after.id());
        unlessReplaced(counted);
        if (said != null) {
            StoredSession.remember(connection, after.id(), said);
        }
        if (usage.turns() % TIDIED_EVERY == 0 && !after.history().isEmpty()) {
            Sql.update(connection, "delete from history where session_id = ? and message_id < ?", after.id(),
                    after.history().get(0).messageId());
        }
        return counted;
    }

    /** How many conversations, or people in them, have had a session. */
    public long count() throws StoreException {
        return store.read(connection -> Sql.number(connection, "select count(*) from session"));
    }

    /** One line for each of the sessions with the latest turns, without their texts. */
    public List<String> latest(int limit) throws StoreException {
        return store.read(connection -> Sql.list(connection, """
                select integration, conversation_id, sender_id, session_id, started_at, last_at, turns from session
                    order by last_at desc limit ?""", row -> {
                    String sender = Optional.of(row.getString(3)).filter(id -> !id.isEmpty()).map(id -> ", " + id).orElse("");
                    return "%s, %s%s: session %s since %s, last used %s, %d turns".formatted(row.getString(1), row.getString(2), sender,
                            row.getString(4), Instant.ofEpochMilli(row.getLong(5)), Instant.ofEpochMilli(row.getLong(6)), row.getLong(7));
                }, limit));
    }
}
