package io.github.dingtalkcamel.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * What a store that several nodes share does at the edges of each transaction. Called by the thread that writes, with the transaction's own
 * connection.
 */
public interface CommitScope {

    /**
     * Asked before a transaction waits for a connection, which may take seconds.
     *
     * @throws SQLException when this node may not write now, as far as it knows without asking the database
     */
    void mayWrite() throws SQLException;

    /**
     * A transaction begins.
     *
     * @param  conversations those of its writes, see {@link CommitKey}
     * @throws SQLException  when this node may not write now: nothing of the transaction is done
     */
    void begin(Connection connection, Set<String> conversations) throws SQLException;

    /**
     * A write is about to be made.
     *
     * @throws LeaseLostException when another node works on the conversation by now
     */
    void check(CommitKey key) throws LeaseLostException;

    /** All writes of the transaction are made; it commits after this. */
    void end(Connection connection) throws SQLException;

    /**
     * The transaction is committed. What this does is in no transaction.
     *
     * @throws SQLException is logged, and the writes are done all the same
     */
    void committed(Connection connection) throws SQLException;
}
