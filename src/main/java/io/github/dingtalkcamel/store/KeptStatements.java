package io.github.dingtalkcamel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

import org.sqlite.SQLiteConnection;

/**
 * The statements of the connection that writes to an SQLite file, compiled once: SQLite compiles a statement each time that it is prepared,
 * which takes longer than to run a small one. PostgreSQL's driver keeps statements by itself.
 * <p>
 * For one thread. {@link Sql} finds them while a {@link #begin transaction} of that thread runs.
 */
final class KeptStatements {

    private static final ThreadLocal<KeptStatements> CURRENT = new ThreadLocal<>();
    private static final int MOST = 100;

    /** Statements that are not in use, the one that was used longest ago first. */
    private final Map<String, PreparedStatement> free = new LinkedHashMap<>();
    private SQLiteConnection connection;

    /** Those of the transaction that this thread runs, or null. */
    static KeptStatements current() {
        return CURRENT.get();
    }

    /** This thread begins a transaction on the connection. */
    void begin(Connection pooled) throws SQLException {
        if (!pooled.isWrapperFor(SQLiteConnection.class)) {
            return;
        }
        SQLiteConnection itself = pooled.unwrap(SQLiteConnection.class);
        if (itself != connection) {
            // the one before was closed, with its statements
            free.clear();
            connection = itself;
        }
        CURRENT.set(this);
    }

    /** This thread ended its transaction. */
    void end() {
        CURRENT.remove();
    }

    /** It is not handed out again until it is given back. */
    PreparedStatement take(String sql) throws SQLException {
        PreparedStatement statement = free.remove(sql);
        return statement == null ? connection.prepareStatement(sql) : statement;
    }

    void giveBack(String sql, PreparedStatement statement) throws SQLException {
        // what was bound may be large
        statement.clearBatch();
        statement.clearParameters();
        PreparedStatement other = free.put(sql, statement);
        if (other != null) {
            other.close();
        }
        if (free.size() > MOST) {
            String oldest = free.keySet().iterator().next();
            free.remove(oldest).close();
        }
    }
}
