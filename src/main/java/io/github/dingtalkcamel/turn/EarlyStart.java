package io.github.dingtalkcamel.turn;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;

import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;

/**
 * The start of a turn whose message is stored as running, with its attempt counted: the commit that accepts the message is the commit of
 * its start. What is known only when the turn starts, such as its agent, is held here and written together with the turn's end.
 * <p>
 * Promises: the attempt is either used, by {@link #start}, or given back, never both.
 */
public final class EarlyStart {

    /** Of a start that is written: there is nothing more to write. */
    static final Facts WRITTEN = new Facts(null, null, null, null, connection -> 0);

    private enum State { STORED, STARTED, GIVEN_BACK }

    private final long id;
    private final String conversation;
    private final AtomicReference<State> state = new AtomicReference<>(State.STORED);
    private volatile Facts facts;

    /**
     * @param id           row of the message
     * @param conversation its {@link Turn#key}
     */
    EarlyStart(long id, String conversation) {
        this.id = id;
        this.conversation = conversation;
    }

    /**
     * What the store does not know yet.
     *
     * @param startedAt    epoch milliseconds, or null where it is written
     * @param agent        the agent's name, or null
     * @param boundBy      what chose the agent, or null
     * @param storedMillis how long it took to store the message, or null
     * @param session      notes in the session that it goes to an agent: part of a transaction. May be run more than once, also late
     */
    record Facts(Long startedAt, String agent, String boundBy, Long storedMillis, Store.Work<?> session) {
    }

    long id() {
        return id;
    }

    boolean isIn(String key) {
        return conversation.equals(key);
    }

    /** The turn starts. @return false where its attempt was given back: then its start is to be written, and counts again */
    boolean start() {
        return state.compareAndSet(State.STORED, State.STARTED) || state.get() == State.STARTED;
    }

    /** @return whether the turn has not started and will not by the attempt that was counted: the caller takes it off */
    boolean giveBack() {
        return state.compareAndSet(State.STORED, State.GIVEN_BACK);
    }

    /** It started, and this is not written yet. */
    void started(Facts unwritten) {
        facts = unwritten;
    }

    /** What is not written yet; null where all is. */
    Facts facts() {
        return facts;
    }

    /** Writes what is not written yet: part of a transaction that ends the turn otherwise than by an answer. May be run more than once. */
    void write(Connection connection) throws SQLException {
        Facts unwritten = facts;
        if (unwritten != null) {
            Sql.update(connection, "update message set started_at = ?, agent = coalesce(?, agent), bound_by = coalesce(?, bound_by),"
                    + " stored_ms = coalesce(?, stored_ms) where id = ?",
                    unwritten.startedAt(), unwritten.agent(), unwritten.boundBy(), unwritten.storedMillis(), id);
            unwritten.session().run(connection);
        }
    }

    /** Takes the attempt off that was given back, so that the message waits: part of a transaction. */
    void takeOff(Connection connection) throws SQLException {
        Sql.update(connection, "update message set state = 'received', attempts = attempts - 1, started_at = null"
                + " where id = ? and state = 'running' and attempts > 0", id);
    }
}
