package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.inbound.EventRepository;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store stays bounded: what is over goes when its time has come, nothing else does. */
class HousekeepingTest {

    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration QUARTER = Duration.ofDays(90);

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-11-22T00:00:00Z");
    private final InstantSource clock = () -> now;
    private Store store;
    private Inbox inbox;
    private DeadLetters letters;
    private EventRepository events;
    private Housekeeping housekeeping;

    private void open(Store opened) {
        store = opened;
        inbox = new Inbox(store, clock);
        letters = new DeadLetters(store, clock);
        events = new EventRepository(store, clock);
        List<Expiry> expiries = new ArrayList<>(DeadLetters.expiries(QUARTER, WEEK));
        expiries.add(Inbox.expiry(WEEK));
        expiries.add(EventRepository.expiry());
        housekeeping = new Housekeeping(store, clock, expiries);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @EnumSource
    void deletesWhatIsOverWhenItsTimeHasComeAndNothingElse(EachStore kind) {
        open(kind.open(folder));
        long done = running("done");
        store.writeAndWait(inbox.nowDone(done, null, null));
        long waits = running("waits");
        long never = add("never answered");
        long failed = running("failed");
        store.writeAndWait(inbox.nowFailed(failed, "no model", null, null));
        long replayed = dead("replayed");
        long requested = dead("requested");
        letters.replay(Set.of(letterOf(replayed), letterOf(requested)));
        store.writeAndWait(connection -> update(connection, "update dead_letter set state = 'replayed', replayed_at = " + now.toEpochMilli()
                + " where message_id = " + replayed));
        store.writeAndWait(connection -> update(connection, "update message set state = 'done' where id = " + replayed));
        events.add("main/event");

        clean();
        assertThat(count("message")).isEqualTo(6);
        now = now.plus(Duration.ofHours(24)).plusMillis(1);
        clean();
        assertThat(count("event_seen")).isZero();
        assertThat(inbox.holds("main", "done")).as("known for longer than a day").isTrue();

        now = now.plus(WEEK);
        clean();
        assertThat(messages()).containsExactly(waits, never, failed, requested);
        assertThat(letters.list(Long.MAX_VALUE, 10)).extracting(DeadLetters.Letter::msgId).containsExactly("requested", "failed");
        assertThat(count("dead_letter")).isEqualTo(2);

        now = now.plus(QUARTER);
        clean();
        assertThat(messages()).as("unanswered messages stay at any age").containsExactly(waits, never, requested);
        assertThat(count("dead_letter")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void goesInSmallBatches(EachStore kind) {
        open(kind.open(folder));
        store.writeAndWait(connection -> insertDone(connection, 0, 1_050, 10));
        now = now.plus(Duration.ofDays(8));

        int batches = 0;
        long before = count("message");
        while (housekeeping.deleteSome()) {
            long after = count("message");
            assertThat(before - after).isLessThanOrEqualTo(200);
            before = after;
            batches++;
        }
        assertThat(count("message")).isZero();
        assertThat(batches).isBetween(5, 12);
    }

    /** Thirty messages a day, some of them dead letters, and one busy week; looked after every fifth day. */
    @Test
    void keepsTheFileFlatThroughThreeYears() throws Exception {
        Path file = folder.resolve("years.db");
        open(Store.open("jdbc:sqlite:" + file, null, null));
        List<Long> sizes = new ArrayList<>();
        for (int day = 0; day < 3 * 365; day += 5) {
            int number = day;
            store.writeAndWait(connection -> insertDone(connection, number * 1_000, number == 200 ? 600 : 150, 1_500));
            if (day % 10 == 0) {
                letters.add(CommitKey.NONE, running("dead" + day), "main", "cid", new DeadLetters.Reason("c", "r", "d"), 1,
                        new Turn.Progress(List.of("x".repeat(3_000)), 0));
                events.add("main/event" + day);
            }
            now = now.plus(Duration.ofDays(5));
            clean();
            if (day % 100 == 95) {
                sizes.add(Files.size(file));
            }
        }

        long[] all = sizes.stream().mapToLong(Long::longValue).toArray();
        System.out.println("size of the store after each hundred days: " + sizes);
        assertThat(all[9]).as("as after the outage, so three years later: %s", sizes).isEqualTo(all[3]).isLessThan(4_000_000);
        assertThat(Files.size(Path.of(file + "-wal"))).isLessThanOrEqualTo(17 << 20);
        assertThat(count("message")).isLessThan(400);
        assertThat(count("dead_letter")).isLessThanOrEqualTo(10);
    }

    @Test
    void givesSpaceBackInStepsBetweenWhichOthersWrite() throws Exception {
        Path file = folder.resolve("large.db");
        open(Store.open("jdbc:sqlite:" + file, null, null));
        store.writeAndWait(connection -> insertDone(connection, 0, 4_000, 3_000));
        checkpoint(file);
        long large = Files.size(file);
        now = now.plus(Duration.ofDays(8));

        List<CompletableFuture<?>> turns = new ArrayList<>();
        while (housekeeping.deleteSome()) {
            turns.add(inbox.add(Spoken.in("cid", "while deleting " + turns.size()), "{}"));
        }
        int steps = 0;
        while (housekeeping.reclaimSome()) {
            turns.add(inbox.add(Spoken.in("cid", "while shrinking " + turns.size()), "{}"));
            steps++;
        }
        assertThat(CompletableFuture.allOf(turns.toArray(CompletableFuture[]::new))).succeedsWithin(Duration.ofSeconds(5));
        checkpoint(file);
        assertThat(steps).isGreaterThan(5);
        assertThat(Files.size(file)).isLessThan(large / 5);
        assertThat(count("message")).isEqualTo(turns.size());
    }

    private void clean() {
        while (housekeeping.deleteSome()) {
            // until all is done
        }
        while (housekeeping.reclaimSome()) {
            // likewise
        }
    }

    private static void checkpoint(Path file) throws SQLException {
        try (Connection connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("pragma wal_checkpoint(truncate)");
        }
    }

    private int insertDone(Connection connection, int first, int count, int bytes) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into message (integration, msg_id, conversation_id, kind, state, payload, received_at,"
                + " finished_at) values ('main', ?, 'cid', 'turn', 'done', ?, ?, ?)")) {
            for (int i = 0; i < count; i++) {
                // as random as DingTalk's, so that the index is filled everywhere
                insert.setString(1, java.util.UUID.nameUUIDFromBytes(("m" + (first + i)).getBytes()).toString());
                insert.setString(2, "x".repeat(bytes));
                insert.setLong(3, now.toEpochMilli());
                insert.setLong(4, now.toEpochMilli());
                insert.addBatch();
            }
            return insert.executeBatch().length;
        }
    }

    private long add(String msgId) {
        return inbox.add(Spoken.in("cid", msgId), "{}").join().getAsLong();
    }

    private long running(String msgId) {
        long id = add(msgId);
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", null));
        return id;
    }

    private long dead(String msgId) {
        long id = running(msgId);
        letters.add(CommitKey.NONE, id, "main", "cid", new DeadLetters.Reason("c", "r", "d"), 1, null);
        return id;
    }

    private long letterOf(long message) {
        return number("select id from dead_letter where message_id = " + message);
    }

    private List<Long> messages() {
        return store.read(connection -> {
            try (var select = connection.createStatement(); var rows = select.executeQuery("select id from message order by id")) {
                List<Long> ids = new ArrayList<>();
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
                return ids;
            }
        });
    }

    private long count(String table) {
        return number("select count(*) from " + table);
    }

    private long number(String sql) {
        return store.read(connection -> {
            try (var select = connection.createStatement(); var row = select.executeQuery(sql)) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (var update = connection.createStatement()) {
            return update.executeUpdate(sql);
        }
    }
}
