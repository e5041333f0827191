package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process at a time on a PostgreSQL store. */
class StoreLockTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private String url;

    @BeforeEach
    void database() {
        url = EachStore.POSTGRESQL.freshUrl(folder);
    }

    private Store open() {
        return Store.open(url, "postgres", null);
    }

    @Test
    void keepsASecondProcessOutAndSaysWhatToDoUntilTheFirstEnds() {
        try (Store first = open()) {
            assertThatThrownBy(this::open).isInstanceOf(StoreException.class).hasMessageMatching("The store " + url
                    + " is in use by another dingtalk-camel \\(connected from 127\\.0\\.0\\.1 since \\S+ \\S+ UTC\\)\\. Stop that one, or "
                    + "give this one"
                    + " a database or a schema of its own with dingtalk\\.store-url \\(DINGTALK_STORE_URL\\)");
            assertThat(first.trouble()).isNull();
            assertThat(write(first)).isNull();
        }
        try (Store next = open()) {
            assertThat(write(next)).isNull();
        }
    }

    @Test
    void letsTwoProcessesHaveTwoSchemasOfOneDatabase() throws Exception {
        sql("create schema one", "create schema two");

        try (Store one = Store.open(url + "?currentSchema=one", "postgres", null);
                Store two = Store.open(url + "?currentSchema=two", "postgres", null)) {
            assertThat(write(one)).isNull();
            assertThat(write(two)).isNull();
        }
    }

    @Test
    void writesNothingAfterItsConnectionIsLostUntilTheLockIsHeldAgain() throws Exception {
        try (Store store = open()) {
            store.whenTakenOver(told::add);
            AtomicInteger before = new AtomicInteger();
            // again where the lock's own watch was quicker than this test
            Throwable refused = Awaitility.await().atMost(PATIENCE).until(() -> {
                before.set(holder());
                sql("select pg_terminate_backend(" + before + ", 5000)");
                return write(store);
            }, Objects::nonNull);

            assertThat(refused).isInstanceOf(StoreException.class).hasMessageContaining("the lock on the store " + url + " was lost")
                    .hasMessageContaining("nothing is written until it is taken again");
            Awaitility.await().atMost(PATIENCE).until(() -> store.trouble() == null);
            assertThat(write(store)).isNull();
            assertThat(holder()).isNotEqualTo(before.get());
            assertThat(told).isEmpty();
        }
    }

    @Test
    void noticesALostLockAlsoWhereNothingIsWritten() throws Exception {
        try (Store store = open()) {
            int before = holder();

            sql("select pg_terminate_backend(" + before + ")");

            Awaitility.await().atMost(PATIENCE).until(() -> holder() != 0 && holder() != before);
            assertThat(write(store)).isNull();
        }
    }

    @Test
    void writesNothingMoreAndTellsItsOwnerWhenAnotherProcessHasTakenTheLock() throws Exception {
        try (Store store = open()) {
            store.whenTakenOver(told::add);
            int before = holder();
            // another process that waits for its turn
            CompletableFuture<Store> other = CompletableFuture.supplyAsync(this::open);
            Awaitility.await().atMost(PATIENCE).until(() -> waiting() == 1);

            sql("select pg_terminate_backend(" + before + ")");

            try (Store taker = other.join()) {
                assertThat(write(store)).isInstanceOf(StoreException.class);
                Awaitility.await().atMost(PATIENCE).until(() -> told.size() == 1);
                assertThat(told.get(0)).contains("in use by another dingtalk-camel", "Stop that one");
                assertThat(store.trouble()).isEqualTo(told.get(0));
                assertThat(write(store)).isInstanceOf(StoreException.class).hasMessageContaining("in use by another dingtalk-camel");
                assertThat(write(taker)).isNull();
            }
        }
    }

    @Test
    void refusesAPoolerInTransactionModeAndLeavesNoLockBehind() throws Exception {
        int port = Integer.parseInt(url.replaceFirst(".*:(\\d+)/.*", "$1"));
        try (TransactionPooler pooler = new TransactionPooler(port, false)) {
            String pooled = url.replace(":" + port + "/", ":" + pooler.port() + "/");

            assertThatThrownBy(() -> Store.open(pooled, "postgres", null)).isInstanceOf(StoreException.class)
                    .hasMessageContaining("The store " + pooled + " is behind a connection pooler in transaction mode")
                    .hasMessageContaining("Let dingtalk.store-url (DINGTALK_STORE_URL) lead to the database itself");
            assertThat(holder()).isZero();
        }
    }

    @Test
    void worksBehindAPoolerInSessionMode() throws Exception {
        int port = Integer.parseInt(url.replaceFirst(".*:(\\d+)/.*", "$1"));
        try (TransactionPooler pooler = new TransactionPooler(port, true);
                Store store = Store.open(url.replace(":" + port + "/", ":" + pooler.port() + "/"), "postgres", null)) {
            assertThat(write(store)).isNull();
            assertThatThrownBy(this::open).hasMessageContaining("in use by another dingtalk-camel");
        }
    }

    private static Throwable write(Store store) {
        return catchThrowable(() -> store.writeAndWait(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("update probe set filler = 'x'");
            }
        }));
    }

    private int holder() throws SQLException {
        return number("select coalesce(max(pid), 0) from pg_locks where locktype = 'advisory' and objsubid = 2 and granted"
                + " and database = (select oid from pg_database where datname = current_database())");
    }

    private int waiting() throws SQLException {
        return number("select count(*) from pg_locks where locktype = 'advisory' and objsubid = 2 and not granted"
                + " and database = (select oid from pg_database where datname = current_database())");
    }

    private int number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", null); Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", null);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
