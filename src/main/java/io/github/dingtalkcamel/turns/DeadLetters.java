package io.github.dingtalkcamel.turns;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

import io.github.dingtalkcamel.inbound.InboundMessage;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.store.Texts;

/** What could not be finished waits here, with its reason, for a person. */
public final class DeadLetters {

    private final Store store;
    private final InstantSource clock;

    public DeadLetters(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Why.
     *
     * @param code   DingTalk's error code, or a word of ours
     * @param text   what happened, without secrets
     * @param remedy what a person can do about it
     */
    public record Reason(String code, String text, String remedy) {
    }

    /**
     * Makes a stored turn a dead letter.
     *
     * @param chunksLeft chunks of its reply that did not go out, or null when there is no reply
     */
    public void add(long id, String integration, String conversationId, Reason reason, int attempts, List<String> chunksLeft) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(connection -> {
            insert(connection, id, integration, conversationId, reason, attempts, chunksLeft, now);
            Inbox.update(connection, "delete from reply where message_id = ?", id);
            return Inbox.update(connection, "update message set state = 'dead', error = ?, finished_at = ? where id = ?",
                    reason.code() + ": " + reason.text(), now, id);
        });
    }

    private static void insert(Connection connection, long id, String integration, String conversationId, Reason reason, int attempts,
            List<String> chunksLeft, long now) throws SQLException {
        Inbox.update(connection, """
                insert into dead_letter (message_id, integration, conversation_id, kind, code, reason, remedy, attempts, chunks, created_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                id, integration, conversationId, chunksLeft == null ? "turn" : "reply", reason.code(), reason.text(), reason.remedy(), attempts,
                chunksLeft == null ? null : Texts.write(chunksLeft), now);
    }

    /** A command or a refusal that could not be answered: nobody wants that answer later, so its record says why, and that is all. */
    public void givenUp(long id, Reason reason) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(connection -> {
            Inbox.update(connection, "delete from reply where message_id = ?", id);
            return Inbox.update(connection, "update message set state = 'failed', error = ?, finished_at = ? where id = ?",
                    reason.code() + ": " + reason.text(), now, id);
        });
    }

    /** How many wait. */
    public long count() throws StoreException {
        return store.read(connection -> {
            try (var select = connection.prepareStatement("select count(*) from dead_letter"); var row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
    }

}
