package io.github.dingtalkcamel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * A prepared statement for one use. It is given back to where it is kept, else closed.
 *
 * @param kept where it is kept, or null
 */
record Prepared(String sql, PreparedStatement statement, KeptStatements kept) implements AutoCloseable {

    static Prepared of(Connection connection, String sql) throws SQLException {
        KeptStatements kept = KeptStatements.current();
        return new Prepared(sql, kept == null ? connection.prepareStatement(sql) : kept.take(sql), kept);
    }

    @Override
    public void close() throws SQLException {
        if (kept == null) {
            statement.close();
        } else {
            kept.giveBack(sql, statement);
        }
    }
}
