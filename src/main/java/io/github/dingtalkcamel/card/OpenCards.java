package io.github.dingtalkcamel.card;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/**
 * The record of cards that are not at their end. A card is on it from before the call that makes it, and off it once DingTalk has accepted
 * its end, or the card is gone.
 */
final class OpenCards {

    /** After so long a card that could not be ended is given up. */
    static final Duration OLDEST = Duration.ofHours(24);
    /** How long this process has for an end that it has put on record, before it counts as unfinished. */
    private static final Duration OWN_TIME = Duration.ofSeconds(60);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(16);

    private final Store store;
    private final InstantSource clock;

    OpenCards(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A card whose turn has gone past it.
     *
     * @param isShown whether only its status is left to be set
     * @param ending  what it is to show; null where that was not decided
     * @param failed  whether it ends as failed
     * @param turn    the state of its turn; null where that is not known any more
     */
    record Unfinished(String outTrackId, String integration, boolean isShown, String ending, boolean failed, String turn, int tries,
            long createdAt, long nextAt) {
    }

    /** Puts a card on record. It belongs to the attempt at its turn that runs now. Completed when that is durable. */
    CompletableFuture<Integer> add(String outTrackId, long message) {
        long now = clock.millis();
        return store.write(connection -> Sql.update(connection, """
                insert into reply_card (out_track_id, integration, message_id, attempt, state, failed, tries, next_at, created_at)
                select ?, integration, id, attempts, 'open', 0, 0, ?, ? from message where id = ?""", outTrackId, now, now, message));
    }

    /** Keeps DingTalk's key of a card, without waiting for it. */
    void delivered(String outTrackId, String carrier) {
        store.write(connection -> Sql.update(connection, "update reply_card set carrier = ? where out_track_id = ?", carrier, outTrackId));
    }

    /**
     * A card of an earlier process that shows a reply.
     *
     * @param carrier DingTalk's key of it; null where that is not known
     */
    record Begun(String outTrackId, String carrier) {
    }

    /** The card that shows the reply to a message since before a restart, and of which no other end was decided. */
    Optional<Begun> waitingForReply(long message) throws StoreException {
        return store.read(connection -> Sql.first(connection, """
                select out_track_id, carrier from reply_card where message_id = ? and state = 'open' and ending is null
                order by created_at desc limit 1""", row -> new Begun(row.getString(1), row.getString(2)), message));
    }

    /** The message whose reply a card shows. */
    record Answered(String integration, String payload) {
    }

    /** The message whose reply this card shows while it forms, on whichever node; empty where the card or the turn is at its end. */
    Optional<Answered> answeredIn(String outTrackId) throws StoreException {
        return store.read(connection -> Sql.first(connection, """
                select m.integration, m.payload from reply_card c join message m on m.id = c.message_id
                where c.out_track_id = ? and c.state = 'open' and c.ending is null and m.state in ('received', 'running')""",
                row -> new Answered(row.getString(1), row.getString(2)), outTrackId));
    }

    /** Decides durably how a card ends, where that is not with the reply. */
    void ending(String outTrackId, CardEnd end) throws StoreException {
        long until = clock.millis() + OWN_TIME.toMillis();
        store.writeAndWait(connection -> Sql.update(connection,
                "update reply_card set ending = ?, failed = ?, next_at = ? where out_track_id = ?",
                end.text(), end.failed() ? 1 : 0, until, outTrackId));
    }

    /** The card shows its end, as part of a transaction: only its status is left to be set. */
    Store.Work<Integer> nowShown(String outTrackId, boolean failed) {
        long until = clock.millis() + OWN_TIME.toMillis();
        return connection -> Sql.update(connection, "update reply_card set state = 'shown', failed = ?, next_at = ? where out_track_id = ?",
                failed ? 1 : 0, until, outTrackId);
    }

    /** Takes a card off the record, without waiting for it: it is at its end, or there is none. */
    void remove(String outTrackId) {
        store.write(connection -> Sql.update(connection, "delete from reply_card where out_track_id = ?", outTrackId));
    }

    /**
     * Marks the cards of an earlier process: a turn that is answered anew has a card of its own. For a process that has the store to
     * itself.
     */
    void disown() throws StoreException {
        store.writeAndWait(connection -> Sql.update(connection, """
                update reply_card set attempt = -1, next_at = 0
                where not exists (select 1 from reply r where r.message_id = reply_card.message_id)"""));
    }

    /**
     * Cards that are due to be brought to their end, since their turn is over or is answered anew. Where nodes share the store, the one
     * that answered the turn ends its card: others do it when that node is gone, or has not done so for a minute.
     */
    List<Unfinished> due(int most) throws StoreException {
        long now = clock.millis();
        return store.read(connection -> Sql.list(connection, """
                select c.out_track_id, c.integration, c.state, c.ending, c.failed, c.tries, c.created_at, c.next_at, m.state as turn
                from reply_card c left join message m on m.id = c.message_id
                where c.next_at <= ? and (m.id is null or m.state not in ('received',
                    'running') or c.state <> 'open' or c.ending is not null
                    or m.attempts > c.attempt and not exists (select 1 from reply r where r.message_id = m.id))
                    and (m.finished_at is null or m.finished_at <= ?
                        or not exists (select 1 from node n where n.id = m.node_id and n.alive_until > ?))
                order by c.next_at limit ?""", OpenCards::unfinished, now, now - OWN_TIME.toMillis(), now, most));
    }

    private static Unfinished unfinished(ResultSet row) throws SQLException {
        return new Unfinished(row.getString("out_track_id"), row.getString("integration"), row.getString("state").equals("shown"),
                row.getString("ending"), row.getInt("failed") == 1, row.getString("turn"), row.getInt("tries"), row.getLong("created_at"),
                row.getLong("next_at"));
    }

    /** Takes a card for the next try to end it; false where another process has it. */
    boolean claim(Unfinished card) throws StoreException {
        long next = clock.millis() + Math.min(OWN_TIME.toMillis() << Math.min(card.tries(), 10), LONGEST_PAUSE.toMillis());
        return store.writeAndWait(connection -> take(connection, card, next)) == 1;
    }

    private static int take(Connection connection, Unfinished card, long next) throws SQLException {
        return Sql.update(connection, "update reply_card set tries = tries + 1, next_at = ? where out_track_id = ? and next_at = ?", next,
                card.outTrackId(), card.nextAt());
    }

    /** Whether a card is too old to be ended. */
    boolean isTooOld(Unfinished card) {
        return clock.millis() - card.createdAt() > OLDEST.toMillis();
    }
}
