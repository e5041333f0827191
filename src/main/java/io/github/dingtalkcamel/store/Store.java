package io.github.dingtalkcamel.store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

import com.zaxxer.hikari.HikariDataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/**
 * The durable store: an SQLite file by default, PostgreSQL by URL (docs/settings.md, {@code dingtalk.store-url}).
 * <p>
 * Promises: what {@link #write} completed survives {@code kill -9} and, as far as the disk keeps its word, a power cut: each commit is
 * synced. Writes
 * are done one after the other in the order of their submission, many to a commit. Reads run beside them and see what is committed.
 * <p>
 * A full disk fails writes until there is room again. A damaged or deleted file is not written any more until the next start.
 * <p>
 * Does not promise: more than one process on one store. The data directory's lock keeps a second one out, on PostgreSQL a {@link
 * StoreLock}; unless the nodes of a cluster share it, each with a {@link CommitScope}.
 */
public final class Store implements AutoCloseable {

    private static final String SQLITE = "jdbc:sqlite:";
    /** Pages of free space given back in one commit: some milliseconds. */
    private static final int RECLAIMED_PAGES = 256;
    private static final String PROBE = "x".repeat(64_000);

    private final CompletableFuture<Opened> opening;
    private final String description;
    private final AtomicReference<Consumer<String>> takenOver;
    private final boolean shared;

    private Store(CompletableFuture<Opened> opening, String description, AtomicReference<Consumer<String>> takenOver, boolean shared) {
        this.opening = opening;
        this.takenOver = takenOver;
        this.shared = shared;
        this.description = description;
    }

    /**
     * @param file null on PostgreSQL
     * @param lock null on SQLite, where the data directory has one, and where nodes share the store
     */
    private record Opened(HikariDataSource writer, HikariDataSource readers, GroupCommit groupCommit, SqliteFile file, StoreLock lock) {
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

    /** As {@link #open}, on a thread of its own. Calls made before the store is open wait, and get the exception if there is one. */
    public static Store opening(String url, String user, String password) {
        return opening(url, user, password, null);
    }

    /**
     * As {@link #opening(String, String, String)}, for a store that several nodes share.
     *
     * @param scope what is done at the edges of each transaction, or null for a store that this process has for itself
     */
    public static Store opening(String url, String user, String password, CommitScope scope) {
        AtomicReference<Consumer<String>> takenOver = new AtomicReference<>(why -> {
        });
        return new Store(CompletableFuture.supplyAsync(() -> opened(url, user, password, scope, why -> takenOver.get().accept(why)),
                Store::daemon),
                shown(url), takenOver, scope != null);
    }

    /** A database that does not answer must not keep the process. */
    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "dingtalk-store-opening");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns when the store is open.
     *
     * @throws StoreException when it can't be, with what to do about it
     */
    public void awaitOpen() throws StoreException {
        opened();
    }

    private Opened opened() throws StoreException {
        try {
            return opening.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException cause ? cause : e;
        }
    }

    /** Its URL without what may hold a password. */
    private static String shown(String url) {
        return url.replaceFirst("\\?.*", "");
    }

    private static Opened opened(String url, String user, String password, CommitScope scope, Consumer<String> takenOver)
            throws StoreException {
        boolean sqlite = url.startsWith(SQLITE);
        String shown = shown(url);
        HikariDataSource writer = null;
        HikariDataSource readers = null;
        StoreLock lock = null;
        try {
            SqliteFile file = sqlite ? SqliteFile.open(Path.of(shown.substring(SQLITE.length()))) : null;
            lock = sqlite || scope != null ? null : StoreLock.take(url, user, password, shown, takenOver);
            migrate(url, user, password, sqlite);
            writer = Pools.writer(url, user, password);
            readers = Pools.readers(url, user, password);
            try (Connection connection = readers.getConnection()) {
                probe(connection);
            }
            if (file != null) {
                dropIndexOfConversations(writer);
                file.begin();
            }
            return new Opened(writer, readers, groupCommit(writer, lock, scope), file, lock);
        } catch (Exception e) {
            if (readers != null) {
                readers.close();
            }
            if (writer != null) {
                writer.close();
            }
            if (lock != null) {
                lock.close();
            }
            if (e instanceof StoreException said) {
                throw said;
            }
            throw new StoreException("The store " + shown + " can't be opened: " + rootMessage(e)
                    + ". Check dingtalk.store-url (or dingtalk.data-dir), that it may be written, and that the file is whole", e);
        }
    }

    private static GroupCommit groupCommit(HikariDataSource writer, StoreLock lock, CommitScope scope) {
        if (scope != null) {
            return new GroupCommit(writer, scope);
        }
        return lock == null ? new GroupCommit(writer) : new GroupCommit(writer, lock::check);
    }

    private static boolean probe(Connection connection) throws SQLException {
        return Sql.exists(connection, "select id from message order by id desc limit 1");
    }

    /**
     * Work on the store's one writing connection. It may be run a second time when others in its commit failed, so it must do nothing but
     * SQL.
     */
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * Queues work for the next commit.
     *
     * @return completed on the writing thread when the commit is durable, in order of submission; or with a {@link StoreException} when it
     *         was not written
     */
    public <T> CompletableFuture<T> write(Work<T> work) {
        return opened().groupCommit().submit(work);
    }

    /**
     * The same, for a write to a conversation.
     *
     * @param key where nodes share the store, the write fails with a {@link LeaseLostException} as the cause when it is not by this lease
     */
    public <T> CompletableFuture<T> write(CommitKey key, Work<T> work) {
        return opened().groupCommit().submit(key, work);
    }

    /**
     * Queues work for the next commit, and what follows it.
     *
     * @param then called once, with the result when the commit is durable, else with a {@link StoreException}. For works that are written
     *             it is called on the writing thread, in the order of submission, also where several threads submit. It must not wait
     */
    public <T> void write(CommitKey key, Work<T> work, BiConsumer<? super T, ? super Throwable> then) {
        opened().groupCommit().submit(key, work, then);
    }

    /** Writes and waits until the commit is durable. */
    public <T> T writeAndWait(Work<T> work) throws StoreException {
        return writeAndWait(CommitKey.NONE, work);
    }

    /** As {@link #write(CommitKey, Work)}, and waits until the commit is durable. */
    public <T> T writeAndWait(CommitKey key, Work<T> work) throws StoreException {
        try {
            return write(key, work).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException s) {
                throw new StoreException(s.getMessage(), s);
            }
            throw new StoreException("The store could not be written", e.getCause());
        }
    }

    /** Reads what is committed. */
    public <T> T read(Work<T> work) throws StoreException {
        try (Connection connection = opened().readers().getConnection()) {
            return work.run(connection);
        } catch (SQLException e) {
            if (Damage.is(e)) {
                opened().groupCommit().refuse(damaged(e));
            }
            throw new StoreException("The store could not be read: " + e.getMessage(), e);
        }
    }

    /** Whether other nodes may change what is in the store: then nothing of it may be kept in memory. */
    public boolean isShared() {
        return shared;
    }

    /** The store's URL, without credentials. */
    public String description() {
        return description;
    }

    /** True from a write that failed until one that succeeded. Does not access the disk. */
    public boolean isFailing() {
        return opened().groupCommit().trouble() != null || lockTrouble() != null;
    }

    /**
     * Sets what is called, once, when another process took a PostgreSQL store: nothing is written any more then, and this process should
     * stop. Called by a thread that must not be held up.
     *
     * @param stop gets what happened and what to do
     */
    public void whenTakenOver(Consumer<String> stop) {
        takenOver.set(stop);
    }

    /** False when the thread that writes has ended although the store is open: nothing is stored any more then. */
    public boolean isWriting() {
        return opened().groupCommit().isAlive();
    }

    private String lockTrouble() {
        StoreLock lock = opened().lock();
        return lock == null ? null : lock.trouble();
    }

    static String damaged(Throwable cause) {
        return "its file is damaged (" + cause.getMessage() + "). Stop this process, then restore the file from a backup";
    }

    /**
     * Why the store does not work, or null. Where the last commit failed, a test commit of a large message's size is tried, since no other
     * write may follow.
     */
    public String trouble() {
        String lost = lockTrouble();
        if (lost != null) {
            return lost;
        }
        SqliteFile file = opened().file();
        String gone = file == null ? null : file.trouble();
        if (gone != null) {
            opened().groupCommit().refuse(gone);
        }
        try {
            read(Store::probe);
            if (opened().groupCommit().trouble() != null) {
                writeAndWait(connection -> Sql.update(connection, "update probe set filler = ?", PROBE));
                writeAndWait(connection -> Sql.update(connection, "update probe set filler = ?", ""));
            }
            return null;
        } catch (StoreException e) {
            return e.getMessage();
        }
    }

    /**
     * Gives some of an SQLite file's free space back to the disk, in one small commit; PostgreSQL sees to that itself. A fifth of the file
     * stays free for
     * what comes next.
     *
     * @return true when there is more to give back
     */
    public boolean reclaim() throws StoreException {
        if (opened().file() == null) {
            return false;
        }
        return writeAndWait(connection -> {
            try (Statement statement = connection.createStatement()) {
                long spare = number(statement, "pragma freelist_count") - number(statement, "pragma page_count") / 5;
                if (spare < RECLAIMED_PAGES) {
                    return false;
                }
                statement.executeUpdate("pragma incremental_vacuum(" + RECLAIMED_PAGES + ")");
                return spare >= 2 * RECLAIMED_PAGES && number(statement, "pragma auto_vacuum") != 0;
            }
        });
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /**
     * From now on this is told the nanoseconds of each transaction, its commit included; on the store's own thread, which must not wait.
     */
    public void onCommit(LongConsumer listener) {
        opened().groupCommit().onCommit(listener);
    }

    /** Writes what was submitted, then closes, also what is only being opened. Later submissions fail. */
    @Override
    public synchronized void close() {
        Opened opened = opening.handle((it, neverOpened) -> it).join();
        if (opened != null) {
            opened.groupCommit().close();
            if (opened.file() != null) {
                opened.file().end();
            }
            opened.readers().close();
            opened.writer().close();
            if (opened.lock() != null) {
                // last: another process may begin to write from here on
                opened.lock().close();
            }
        }
    }

    /** By connections of its own: on PostgreSQL it holds a lock by one while it works by another. */
    private static void migrate(String url, String user, String password, boolean sqlite) throws FlywayException {
        if (CurrentSchema.isIn(url, user, password)) {
            return;
        }
        Flyway flyway = Flyway.configure()
                .dataSource(url, user, password)
                .locations("classpath:db/migration")
                .table(CurrentSchema.HISTORY)
                .placeholders(Map.of("identity",
                        sqlite ? "integer primary key autoincrement" : "bigint generated by default as identity primary key",
                        // before a statement that only a store of several nodes needs
                        "shared", sqlite ? "--" : ""))
                .load();
        for (MigrationInfo migration : flyway.info().applied()) {
            if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
                throw new StoreException("The store " + url.replaceFirst("\\?.*", "")
                        + " was last used by a newer dingtalk-camel (its tables are of version " + migration.getVersion()
                        + "). Start that version, or restore a backup from before it", null);
            }
        }
        flyway.migrate();
    }

    /**
     * Nothing reads it since there is table newest_message, and it cost a third of what is written for a message. PostgreSQL keeps it for
     * one version: a node of the version before, beside this one, lists conversations by it.
     */
    private static void dropIndexOfConversations(HikariDataSource writer) throws SQLException {
        try (Connection connection = writer.getConnection()) {
            Sql.update(connection, "drop index if exists message_conversation");
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).strip().replaceAll("\\s+", " ");
    }
}
