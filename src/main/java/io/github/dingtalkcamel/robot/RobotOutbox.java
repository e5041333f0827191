package io.github.dingtalkcamel.robot;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Optional;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/**
 * The messages to custom robots in the store, {@code waiting → sent or failed}, each robot's in their order, and the bans of robots.
 * <p>
 * Promises: what {@link #add} accepted survives {@code kill -9}. Never more than {@link #CAPACITY} messages wait for one robot.
 */
final class RobotOutbox {

    /** Messages that may wait for one robot: 50 minutes of sending. */
    static final int CAPACITY = 1_000;

    private final Store store;
    private final InstantSource clock;

    RobotOutbox(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Stores a message behind those that wait for the robot; returns when it is durable.
     *
     * @param  url unset for the robot of the integration's settings
     * @return     false when too many wait
     */
    boolean add(String robot, String integration, Secret url, String msgUuid, String payload) throws StoreException {
        long now = clock.millis();
        return store.writeAndWait(connection -> {
            if (Sql.number(connection, "select count(*) from robot_message where robot = ? and state = 'waiting'", robot) >= CAPACITY) {
                return false;
            }
            return Sql.update(connection,
                    "insert into robot_message (robot, integration, url, msg_uuid, payload, queued_at) values (?, ?, ?, ?, ?, ?)",
                    robot, integration, url.isSet() ? url.reveal() : null, msgUuid, payload, now) == 1;
        });
    }

    /** Robots for which something waits, those whose messages wait longest first. */
    List<String> robots(int most) throws StoreException {
        return store.read(connection -> Sql.list(connection,
                "select robot from robot_message where state = 'waiting' group by robot order by min(id) limit ?",
                row -> row.getString(1), most));
    }

    /** The robot's oldest waiting message, or null. */
    RobotQueue.Waiting first(String robot) throws StoreException {
        return store.read(connection -> Sql.first(connection, """
                select id, robot, integration, url, msg_uuid, payload, queued_at from robot_message
                where robot = ? and state = 'waiting' order by id limit 1""", RobotOutbox::waiting, robot).orElse(null));
    }

    private static RobotQueue.Waiting waiting(ResultSet row) throws SQLException {
        return new RobotQueue.Waiting(row.getLong("id"), row.getString("robot"), row.getString("integration"),
                Secret.of(Objects.requireNonNullElse(row.getString("url"), "")), row.getString("msg_uuid"), row.getString("payload"),
                row.getLong("queued_at"));
    }

    /**
     * Which of these messages have ended, by any node: why they failed, empty where they were sent.
     *
     * @param msgUuids of the messages
     */
    Map<String, Optional<DingTalkException>> ended(Collection<String> msgUuids) throws StoreException {
        return store.read(connection -> {
            Map<String, Optional<DingTalkException>> ended = new HashMap<>();
            Sql.query(connection, "select msg_uuid, state, code, reason from robot_message where msg_uuid = any(?) and state <> 'waiting'",
                    rows -> {
                while (rows.next()) {
                    ended.put(rows.getString(1), rows.getString(2).equals("sent") ? Optional.empty()
                            : Optional.of(new RejectedException(rows.getString(3), rows.getString(4),
                                    "See the log of the node that sent it", null)));
                }
                return ended;
            }, connection.createArrayOf("varchar", msgUuids.toArray()));
            return ended;
        });
    }

    /**
     * Records the end of messages; returns when it is durable.
     *
     * @param ends by id: why the message failed, or null where it was sent
     */
    void end(Map<Long, DingTalkException> ends) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(connection -> {
            for (Map.Entry<Long, DingTalkException> end : ends.entrySet()) {
                DingTalkException failure = end.getValue();
                Sql.update(connection, "update robot_message set state = ?, tried_at = ?, code = ?, reason = ? where id = ?",
                        failure == null ? "sent" : "failed", now, failure == null ? null : failure.code(),
                        failure == null ? null : failure.getMessage(),
                        end.getKey());
            }
            return ends.size();
        });
    }

    /** When the robot's last messages ended, in epoch milliseconds, the newest first. */
    List<Long> lastEnds(String robot, int most) throws StoreException {
        return store.read(connection -> Sql.list(connection,
                "select tried_at from robot_message where robot = ? and tried_at is not null order by id desc limit ?",
                row -> row.getLong(1), robot, most));
    }

    /** Until when DingTalk silenced the robot, in epoch milliseconds; 0 for never. */
    long bannedUntil(String robot) throws StoreException {
        return store.read(connection -> Sql.number(connection, "select until_ms from robot_ban where robot = ?", robot));
    }

    /** Records a ban with the next commit, without waiting for it: without the record the next process gets one more refusal. */
    void ban(String robot, long until) {
        store.write(connection -> Sql.update(connection,
                "insert into robot_ban (robot, until_ms) values (?, ?) on conflict (robot) do update set until_ms = excluded.until_ms",
                robot, until));
    }

    /** How many messages wait, for all robots together. */
    int waiting() throws StoreException {
        return (int) (long) store.<Long>read(connection -> Sql.number(connection,
                "select count(*) from robot_message where state = 'waiting'"));
    }

    /** What housekeeping deletes: messages that are too old to be of use, sent or not. */
    static Expiry expiry(Duration kept) {
        return new Expiry("messages to custom robots",
                "delete from robot_message where id in (select id from robot_message where queued_at < ? order by queued_at limit ?)",
                kept, false);
    }
}
