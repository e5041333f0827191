package io.github.dingtalkcamel.store;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one process at a time use the schema of a PostgreSQL database: an advisory lock on a connection of its own, held while the
 * process lives.
 * PostgreSQL frees it when that connection ends, however it ends.
 * <p>
 * Promises: while the lock is not held, {@link #check} lets no commit be made. A lock that was lost is taken again before the next commit;
 * if another process has it by then, the owner is notified once, and nothing is written any more. A pooler in transaction mode, on which no
 * lock can be held, is refused: at the start where it shows then, else as soon as it shows.
 * <p>
 * Does not promise: that nothing but the store's commits is done between the loss of the lock and the next commit.
 */
final class StoreLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreLock.class);

    /** The first of the lock's two numbers, "ding"; the second is of the schema. */
    private static final int KEY = 0x64696e67;
    private static final long PERIOD_MILLIS = 2_000;
    /** For a predecessor that was killed: its server notices that within this time. */
    private static final String WAIT = "3s";
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String HOLDS = "exists (select 1 from pg_locks where locktype = 'advisory' and objsubid = 2 and granted"
            + " and pid = ? and classid::bigint = " + KEY + " and objid::bigint = ?)";
    private static final String SCHEMA = "hashtext('dingtalk-camel ' || coalesce(current_schema(), ''))";
    private static final String REMEDY = ". Stop that one, or give this one a database or a schema of its own"
            + " with dingtalk.store-url (DINGTALK_STORE_URL)";

    private final String url;
    private final Properties properties;
    private final String shown;
    private final Consumer<String> taken;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dingtalk-store-lock");
        thread.setDaemon(true);
        return thread;
    });
    private Connection connection;
    /** The server's process that holds the lock. */
    private volatile int pid;
    private volatile long schema;
    /** When that process began, as the server says it: numbers of processes come again. */
    private String began;
    /** Why the lock is not held, or null. */
    private volatile String lost;
    private volatile boolean over;

    private StoreLock(String url, Properties properties, String shown, Consumer<String> taken) {
        this.url = url;
        this.properties = properties;
        this.shown = shown;
        this.taken = taken;
    }

    /**
     * Takes the lock and watches over it.
     *
     * @param  shown          the URL without secrets
     * @param  taken          called once, with what happened, when the lock was lost permanently
     * @throws StoreException when another process has it, or none can be held by this URL; the message says what to do
     */
    static StoreLock take(String url, String user, String password, String shown, Consumer<String> taken) throws SQLException {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", "dingtalk-camel lock");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "10");
        // a prepared statement would not be known to the next server of a pooler
        properties.setProperty("prepareThreshold", "0");
        StoreLock lock = new StoreLock(url, properties, shown, taken);
        try {
            lock.open();
            lock.refuseTransactionPooler();
            lock.acquire();
        } catch (SQLException | RuntimeException e) {
            lock.close();
            throw e;
        }
        lock.watch.scheduleWithFixedDelay(lock::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        return lock;
    }

    private void open() throws SQLException {
        connection = DriverManager.getConnection(url, properties);
        try (Statement statement = connection.createStatement()) {
            // the server notices within half a minute that this machine is gone, and must not end a session for doing little
            statement.execute("select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),"
                    + " set_config('tcp_keepalives_count', '4', false)");
        }
    }

    /**
     * A pooler announces another process of the server than the one that answers. In transaction mode, moreover, two connections share one
     * server process, or one connection changes from one to another.
     */
    private void refuseTransactionPooler() throws SQLException {
        int answering = number(connection, "select pg_backend_pid()");
        if (connection.unwrap(PGConnection.class).getBackendPID() == answering) {
            return;
        }
        try (Connection second = DriverManager.getConnection(url, properties)) {
            // keeps a server process for the length of its transaction
            second.setAutoCommit(false);
            if (number(second, "select pg_backend_pid()") == answering || number(connection, "select pg_backend_pid()") != answering) {
                throw new StoreException(transactionPooler(), null);
            }
            second.rollback();
        }
    }

    private String transactionPooler() {
        return "The store " + shown + " is behind a connection pooler in transaction mode (such as PgBouncer's pool_mode=transaction),"
                + " where the lock that keeps a second process out can't be held. Let dingtalk.store-url (DINGTALK_STORE_URL) lead to the"
                + " database itself, or to a pooler in session mode";
    }

    private void acquire() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = '" + WAIT + "'");
            statement.execute("select pg_advisory_lock(" + KEY + ", " + SCHEMA + ")");
            remember();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            connection.setAutoCommit(true);
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw new StoreException("The store " + shown + " is in use by another dingtalk-camel" + holder() + REMEDY, e);
            }
            throw e;
        }
        connection.setAutoCommit(true);
    }

    private void remember() throws SQLException {
        pid = number(connection, "select pg_backend_pid()");
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select " + SCHEMA + "::bigint & 4294967295,"
                        + " (select backend_start::text from pg_stat_activity where pid = pg_backend_pid())")) {
            row.next();
            schema = row.getLong(1);
            began = row.getString(2);
        }
    }

    /** Where the other process is, as far as this user may see that. */
    private String holder() {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("""
                select host(a.client_addr), to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
                from pg_locks l join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
                    and l.classid::bigint = %d
                and l.objid::bigint = %s::bigint & 4294967295""".formatted(KEY, SCHEMA))) {
            return row.next() && row.getString(2) != null
                    ? " (connected from " + row.getString(1) + " since " + row.getString(2) + " UTC)" : "";
        } catch (SQLException e) {
            return "";
        }
    }

    /**
     * Lets a commit be made only while the lock is held, by what the server says within the commit's own transaction.
     *
     * @throws LockLostException when it is not held
     */
    void check(Connection writer) throws SQLException {
        if (lost == null && !holds(writer)) {
            lose("its connection ended");
        }
        if (lost != null) {
            throw new LockLostException(lost);
        }
    }

    private boolean holds(Connection asking) throws SQLException {
        try (PreparedStatement select = asking.prepareStatement("select " + HOLDS)) {
            select.setInt(1, pid);
            select.setLong(2, schema);
            try (ResultSet row = select.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Why the lock is not held and nothing is written, or null. */
    String trouble() {
        return lost;
    }

    private void lose(String why) {
        if (lost == null) {
            lost = "the lock on the store " + shown + " was lost (" + why + "); nothing is written until it is taken again."
                    + " Check the database and the way to it";
            LOG.error("Nothing is written: {}", lost);
            try {
                watch.execute(this::look);
            } catch (RejectedExecutionException e) {
                // the store is being closed
            }
        }
    }

    private void look() {
        if (over) {
            return;
        }
        if (lost == null) {
            try {
                if (number(connection, "select pg_backend_pid()") != pid) {
                    giveUp(transactionPooler());
                } else if (!holds(connection)) {
                    lose("the server let it go");
                }
            } catch (SQLException e) {
                lose(e.getMessage());
            }
        }
        if (lost != null && !over) {
            takeAgain();
        }
    }

    private void takeAgain() {
        closeConnection();
        try {
            open();
            endOwnSession();
            acquire();
            lost = null;
            LOG.info("The lock on the store {} is held again", shown);
        } catch (StoreException e) {
            giveUp(e.getMessage());
        } catch (SQLException e) {
            LOG.debug("The lock is not to be had yet: {}", e.toString());
        }
    }

    /** Our own session may live on in the server, which has not noticed yet that its connection is broken. */
    private void endOwnSession() throws SQLException {
        try (PreparedStatement end = connection.prepareStatement("select pg_terminate_backend(pid) from pg_stat_activity"
                + " where pid = ? and backend_start::text = ?")) {
            end.setInt(1, pid);
            end.setString(2, began);
            end.execute();
        }
    }

    private void giveUp(String why) {
        over = true;
        lost = why;
        LOG.error("Nothing more is written: {}", why);
        taken.accept(why);
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Lets another process have the store. */
    @Override
    public void close() {
        over = true;
        watch.shutdown();
        closeConnection();
    }

    private void closeConnection() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            LOG.debug("The lock's connection was broken: {}", e.toString());
        }
    }
}
