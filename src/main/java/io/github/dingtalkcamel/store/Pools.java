package io.github.dingtalkcamel.store;

import java.util.Properties;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.sqlite.SQLiteConfig;

/** The store's connections: one that writes, some that read. */
final class Pools {

    private static final int READERS = 4;
    private static final long CONNECTION_TIMEOUT_MILLIS = 5_000;
    /** A network that swallows packets must not hold the one thread that writes, and all that wait for it. A commit takes milliseconds. */
    private static final String WRITER_ANSWER_SECONDS = "10";
    /** A page of a large store may take longer. */
    private static final String READER_ANSWER_SECONDS = "30";
    private static final int WAL_BYTES = 16 << 20;
    /**
     * Pages in the -wal before they are copied to the file, by the commit that reaches this number. Few: pages that many messages change
     * are copied each time. Many: that commit takes longer. This many fit into {@link #WAL_BYTES}, and into one of SQLite's tables of
     * what is in the -wal.
     */
    private static final int CHECKPOINT_PAGES = 4_000;

    private Pools() {
    }

    static HikariDataSource writer(String url, String user, String password) {
        return pool("dingtalk-store-writer", url, user, password, 1, false);
    }

    static HikariDataSource readers(String url, String user, String password) {
        return pool("dingtalk-store-readers", url, user, password, READERS, true);
    }

    private static Properties sqlite(boolean readOnly) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout((int) CONNECTION_TIMEOUT_MILLIS);
        config.enforceForeignKeys(true);
        config.setJournalSizeLimit(WAL_BYTES);
        config.setWalAutocheckpoint(CHECKPOINT_PAGES);
        // the driver would ask for the key after each insert, by a statement that it compiles each time
        config.setGetGeneratedKeys(false);
        // takes the write lock at once, so that a commit can't fail half way for want of it
        config.setTransactionMode(readOnly ? SQLiteConfig.TransactionMode.DEFERRED : SQLiteConfig.TransactionMode.IMMEDIATE);
        return config.toProperties();
    }

    /** What the URL says comes before these. */
    private static Properties postgresql(String name, boolean readOnly) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", name);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", String.valueOf(ConnectTimeout.SECONDS));
        properties.setProperty("socketTimeout", readOnly ? READER_ANSWER_SECONDS : WRITER_ANSWER_SECONDS);
        return properties;
    }

    private static HikariDataSource pool(String name, String url, String user, String password, int size, boolean readOnly) {
        boolean sqlite = url.startsWith("jdbc:sqlite:");
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        config.setDataSourceProperties(sqlite ? sqlite(readOnly) : postgresql(name, readOnly));
        if (!sqlite && !readOnly) {
            // locks that are held by a process that is frozen are given back
            config.setConnectionInitSql("set idle_in_transaction_session_timeout = 5000");
        }
        if (sqlite) {
            // nothing between us and a file wears out, and the last connection that closes would take the -wal with it
            config.setMaxLifetime(0);
        }
        return new HikariDataSource(config);
    }
}
