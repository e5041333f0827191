package io.github.dingtalkcamel.cluster;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

import io.github.dingtalkcamel.store.ConnectTimeout;

/**
 * A connection beside the store's pools, for what must not wait behind turns. Opened again when it breaks. For use by one thread.
 * <p>
 * Promises: no call takes longer than {@value #TIMEOUT_SECONDS} s, so a network that swallows packets is noticed.
 */
final class NodeConnection implements AutoCloseable {

    static final int TIMEOUT_SECONDS = 3;

    /** The database's time in epoch milliseconds: clocks of nodes differ. */
    static final String NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    private final String url;
    private final Properties properties = new Properties();
    private final String opening;
    private Connection connection;

    /** @param opening a statement that each new connection begins with, or null */
    NodeConnection(String url, String user, String password, String application, String opening) {
        this.url = url;
        this.opening = opening;
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", application);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", String.valueOf(ConnectTimeout.SECONDS));
        properties.setProperty("loginTimeout", String.valueOf(TIMEOUT_SECONDS));
        properties.setProperty("socketTimeout", String.valueOf(TIMEOUT_SECONDS));
    }

    /** Work on the connection. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Whether the next call needs no new connection. */
    boolean isOpen() {
        return connection != null;
    }

    /** Runs it, each statement a transaction of its own. After a failure the next call makes a new connection. */
    <T> T call(Work<T> work) throws SQLException {
        try {
            if (connection == null) {
                connection = DriverManager.getConnection(url, properties);
                if (opening != null) {
                    connection.createStatement().execute(opening);
                }
            }
            return work.run(connection);
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // it was broken
        } finally {
            connection = null;
        }
    }
}
