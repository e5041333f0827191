package io.github.dingtalkcamel.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sqlite.SQLiteConfig;

/**
 * The durable store: an SQLite file by default, PostgreSQL by URL (contract 3, {@code dingtalk.store-url}).
 * <p>
 * Promises: what {@link #write} completed survives {@code kill -9} and, as far as the disk keeps its word, a power cut: each commit is synced. Writes
 * are done one after the other in the order of their submission, many to a commit. Reads run beside them and see what is committed.
 * <p>
 * Does not promise: more than one process on one store. The data directory's lock keeps a second one out.
 */
public final class Store implements AutoCloseable {

    private static final int READERS = 4;
    private static final long CONNECTION_TIMEOUT_MILLIS = 5_000;

    private final CompletableFuture<Pools> pools;
    private final String description;

    private Store(CompletableFuture<Pools> pools, String description) {
        this.pools = pools;
        this.description = description;
    }

    private record Pools(HikariDataSource writer, HikariDataSource readers, GroupCommit groupCommit) {
    }

    /**
     * Opens the store and brings its tables to this version's shape.
     *
     * @param  url            {@code jdbc:sqlite:FILE} or {@code jdbc:postgresql:…}
     * @param  user           user of a PostgreSQL store, or null
     * @param  password       its password, or null
     * @throws StoreException when it can't be opened, with what to do about it
     */
    public static Store open(String url, String user, String password) throws StoreException {
        Store store = opening(url, user, password);
        store.awaitOpen();
        return store;
    }

    /** As {@link #open}, on a thread of its own. Who uses the store before it is open waits, and gets the exception if there is one. */
    public static Store opening(String url, String user, String password) {
        return new Store(CompletableFuture.supplyAsync(() -> pools(url, user, password), task -> new Thread(task, "dingtalk-store-opening").start()), shown(url));
    }

    /**
     * Returns when the store is open.
     *
     * @throws StoreException when it can't be, with what to do about it
     */
    public void awaitOpen() throws StoreException {
        pools();
    }

    private Pools pools() throws StoreException {
        try {
            return pools.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException cause ? cause : e;
        }
    }

    private static String shown(String url) {
        return url.replaceFirst("\\?.*", "");
    }

    private static Pools pools(String url, String user, String password) throws StoreException {
        boolean sqlite = url.startsWith("jdbc:sqlite:");
        String shown = shown(url);
        HikariDataSource writer = null;
        HikariDataSource readers = null;
        try {
            if (sqlite) {
                makeFolder(Path.of(shown.substring("jdbc:sqlite:".length())));
            }
            migrate(url, user, password, sqlite);
            writer = pool("dingtalk-store-writer", url, user, password, 1, sqlite ? sqlite(false) : new Properties());
            readers = pool("dingtalk-store-readers", url, user, password, READERS, sqlite ? sqlite(true) : new Properties());
            return new Pools(writer, readers, new GroupCommit(writer));
        } catch (Exception e) {
            if (readers != null) {
                readers.close();
            }
            if (writer != null) {
                writer.close();
            }
            throw new StoreException("The store " + shown + " can't be opened: " + rootMessage(e)
                    + ". Check dingtalk.store-url (or dingtalk.data-dir), that it may be written, and that the file is whole", e);
        }
    }

    /** Work on the store's one writing connection. It may be run a second time when others in its commit failed, so it must do nothing but SQL. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * Queues work for the next commit.
     *
     * @return completed on the writing thread when the commit is durable, in order of submission; or with a {@link StoreException} when it was not written
     */
    public <T> CompletableFuture<T> write(Work<T> work) {
        return pools().groupCommit().submit(work);
    }

    /** Writes and waits until the commit is durable. */
    public <T> T writeAndWait(Work<T> work) throws StoreException {
        try {
            return write(work).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException s) {
                throw new StoreException(s.getMessage(), s);
            }
            throw new StoreException("The store could not be written", e.getCause());
        }
    }

    /** Reads what is committed. */
    public <T> T read(Work<T> work) throws StoreException {
        try (Connection connection = pools().readers().getConnection()) {
            return work.run(connection);
        } catch (SQLException e) {
            throw new StoreException("The store could not be read: " + e.getMessage(), e);
        }
    }

    /** Where it is, without credentials. */
    public String description() {
        return description;
    }

    /** Why it does not work, or null. Where the last commit failed, another one is tried, since nobody else may come to try. */
    public String trouble() {
        try {
            read(connection -> connection.prepareStatement("select 1").execute());
            if (pools().groupCommit().trouble() != null) {
                writeAndWait(connection -> connection.prepareStatement("update message set error = error where id = -1").executeUpdate());
            }
            return null;
        } catch (StoreException e) {
            return e.getMessage();
        }
    }

    /** Writes what was submitted, then closes, also what is only being opened. Later submissions fail. */
    @Override
    public void close() {
        Pools open = pools.handle((opened, neverOpened) -> opened).join();
        if (open != null) {
            open.groupCommit().close();
            open.readers().close();
            open.writer().close();
        }
    }

    private static void makeFolder(Path file) throws java.io.IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
    }

    private static Properties sqlite(boolean readOnly) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout((int) CONNECTION_TIMEOUT_MILLIS);
        config.enforceForeignKeys(true);
        // takes the write lock at once, so that a commit can't fail half way for want of it
        config.setTransactionMode(readOnly ? SQLiteConfig.TransactionMode.DEFERRED : SQLiteConfig.TransactionMode.IMMEDIATE);
        return config.toProperties();
    }

    private static HikariDataSource pool(String name, String url, String user, String password, int size, Properties properties) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        config.setDataSourceProperties(properties);
        return new HikariDataSource(config);
    }

    /** By connections of its own: on PostgreSQL it holds a lock by one while it works by another. */
    private static void migrate(String url, String user, String password, boolean sqlite) throws FlywayException {
        Flyway.configure()
                .dataSource(url, user, password)
                .locations("classpath:db/migration")
                .table("dingtalk_schema_history")
                .placeholders(java.util.Map.of("identity",
                        sqlite ? "integer primary key autoincrement" : "bigint generated by default as identity primary key"))
                .load()
                .migrate();
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).strip().replaceAll("\\s+", " ");
    }
}
