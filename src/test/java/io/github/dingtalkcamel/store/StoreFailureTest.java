package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Spoken;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An SQLite store that is full, damaged, robbed, older or newer: never a silent loss. */
class StoreFailureTest {

    @TempDir
    Path folder;

    private final InstantSource clock = () -> java.time.Instant.ofEpochMilli(1_769_600_000_456L);
    private Path file;
    private Store store;
    private int number;

    @BeforeEach
    void name() {
        file = folder.resolve("dingtalk.db");
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void refusesWhatItHasNoRoomForAndRecoversByItself() throws Exception {
        store = Store.open("jdbc:sqlite:" + file + "?max_page_count=150", null, null);
        add(1, 1_000);
        int stored = 1;
        while (tryToAdd(10_000)) {
            stored++;
        }
        assertThat(store.trouble()).contains("SQLITE_FULL");
        assertThat(tryToAdd(10_000)).isFalse();
        assertThat(store.trouble()).as("still full").contains("SQLITE_FULL");
        assertThat(count()).as("nothing half-written").isEqualTo(stored);

        CompletableFuture<?>[] together = new CompletableFuture<?>[50];
        Inbox inbox = new Inbox(store, clock);
        for (int i = 0; i < together.length; i++) {
            together[i] = inbox.add(Spoken.in("cid", "full" + i), "x".repeat(10_000));
        }
        assertThat(CompletableFuture.allOf(together)).failsWithin(java.time.Duration.ofSeconds(10));
        assertThat(count()).isEqualTo(stored);

        // room appears, as when a user deletes other files
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.execute("delete from message where id > 1");
        }
        assertThat(store.trouble()).isNull();
        assertThat(tryToAdd(5_000)).isTrue();
        assertThat(store.trouble()).isNull();
    }

    @Test
    void refusesAFileThatWasCutShort() throws Exception {
        open();
        add(50, 5_000);
        store.close();
        long size = Files.size(file);
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(size - 40_000);
        }

        refused("damaged", "backup");
        assertThat(Files.size(file)).as("left as it was").isEqualTo(size - 40_000);
    }

    @Test
    void refusesAFileThatIsDamagedInTheMiddle() throws Exception {
        open();
        add(50, 5_000);
        store.close();
        damage();

        refused("damaged", "backup", ".recover");
    }

    @Test
    void refusesAFileThatIsEmptyOrNoDatabase() throws Exception {
        Files.createFile(file);
        refused("is empty", "backup");
        Files.writeString(file, "this is not a database, however long one looks at it. ".repeat(100));
        refused("damaged", "backup");
    }

    @Test
    void noticesThatAFileGoesBadOrIsTakenAwayWhileItIsUsed() throws Exception {
        open();
        add(200, 20_000);
        store.close();
        open();
        damage();
        assertThatThrownBy(() -> store.read(connection -> sql(connection, "select sum(length(payload)) from message")))
                .isInstanceOf(StoreException.class);
        assertThat(store.trouble()).contains("damaged").contains("backup");
        assertThat(tryToAdd(10)).as("not made worse").isFalse();
        store.close();

        file = folder.resolve("other.db");
        open();
        assertThat(tryToAdd(10)).isTrue();
        Files.move(file, folder.resolve("elsewhere.db"));
        assertThat(store.trouble()).contains("is gone").contains("put the right file there");
        assertThat(tryToAdd(10)).as("not lost").isFalse();
    }

    @Test
    void missesWhatAKilledProcessLeftInTheWal() throws Exception {
        open();
        assertThat(tryToAdd(10)).isTrue();
        Path killed = Files.createDirectory(folder.resolve("killed"));
        for (String suffix : new String[] { "", "-wal", "-open" }) {
            Files.copy(Path.of(file + suffix), killed.resolve("dingtalk.db" + suffix));
        }
        store.close();
        assertThat(Path.of(file + "-open")).as("a clean end leaves nothing to miss").doesNotExist();

        file = killed.resolve("dingtalk.db");
        Files.move(Path.of(file + "-wal"), folder.resolve("wal"));
        refused("-wal is missing", "Put it back", "-open");
        Files.move(folder.resolve("wal"), Path.of(file + "-wal"));
        open();
        assertThat(count()).isEqualTo(1);
        store.close();

        Files.writeString(Path.of(file + "-open"), "");
        Files.delete(file);
        refused("is missing", "put it back", "-open");
        Files.delete(Path.of(file + "-open"));
        open();
        assertThat(count()).isZero();
    }

    @Test
    void bringsAnOlderStoreToItsShapeAndLetsItShrink() throws Exception {
        Flyway.configure().dataSource("jdbc:sqlite:" + file, null, null).locations("classpath:db/migration")
                .table("dingtalk_schema_history").target("1")
                .placeholders(Map.of("identity", "integer primary key autoincrement")).load().migrate();
        try (Connection connection = connect()) {
            sql(connection, "insert into message (integration, msg_id, conversation_id, kind, state, payload, received_at) values "
                    + "('main', 'm', 'c', 'turn', 'dead', '{}', 1)");
            for (int i = 0; i < 2; i++) {
                sql(connection, "insert into dead_letter (message_id, integration, conversation_id, kind, code, reason, remedy, attempts, "
                        + "created_at)"
                        + " values (1, 'main', 'c', 'turn', 'code%d', 'r', 'd', 1, 1)".formatted(i));
            }
        }

        open();
        assertThat(count()).isEqualTo(1);
        assertThat(number("select count(*) from dead_letter where state = 'waiting' and code = 'code1'")).isEqualTo(1);
        assertThat(number("pragma auto_vacuum")).isEqualTo(2);
    }

    @Test
    void refusesAStoreOfANewerVersion() throws Exception {
        open();
        store.writeAndWait(connection ->
                sql(connection, "insert into dingtalk_schema_history select 1000, '999', 'from the future', 'SQL', 'V999__x.sql', 1,"
                + " 'me', installed_on, 1, true from dingtalk_schema_history limit 1"));
        store.close();

        refused("newer dingtalk-camel", "999");
    }

    private void open() {
        store = Store.open("jdbc:sqlite:" + file, null, null);
    }

    private void refused(String... words) {
        assertThatThrownBy(this::open).isInstanceOf(StoreException.class).hasMessageContainingAll(words)
                .hasMessageContaining(file.toString());
    }

    private void add(int messages, int bytes) {
        for (int i = 0; i < messages; i++) {
            assertThat(tryToAdd(bytes)).isTrue();
        }
    }

    private boolean tryToAdd(int bytes) {
        number++;
        CompletableFuture<OptionalLong> added = new Inbox(store, clock).add(Spoken.in("cid", "m" + number), "x".repeat(bytes));
        return added.handle((row, failure) -> failure == null).join();
    }

    private void damage() throws Exception {
        try (RandomAccessFile bad = new RandomAccessFile(file.toFile(), "rw")) {
            for (long page = bad.length() / 4096 / 3; page < bad.length() / 4096 - 5; page++) {
                bad.seek(page * 4096);
                bad.write(new byte[] { 13, 66, 6, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                        12 });
            }
        }
    }

    private long count() {
        return number("select count(*) from message");
    }

    private long number(String sql) {
        return store.read(connection -> {
            try (Statement statement = connection.createStatement(); var row = statement.executeQuery(sql)) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    private Connection connect() throws java.sql.SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private static boolean sql(Connection connection, String sql) throws java.sql.SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
