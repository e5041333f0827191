package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.inbound.EventRepository;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import io.github.dingtalkcamel.turn.UnfinishedTurn;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every database stores the same values. */
class EachStoreTest {

    @TempDir
    Path folder;

    private Instant now = Instant.ofEpochMilli(1_769_600_000_456L);
    private final InstantSource clock = () -> now;
    private Store store;

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void storesAMessageOncePerIntegration(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);

        OptionalLong first = inbox.add(Spoken.in("main", "cid", "m1"), "{}").join();
        assertThat(first).isPresent();
        assertThat(inbox.add(Spoken.in("main", "cid", "m1"), "{}").join()).isEmpty();
        assertThat(inbox.add(Spoken.in("second", "cid", "m1"), "{}").join()).isPresent();
        assertThat(inbox.holds("main", "m1")).isTrue();
        assertThat(inbox.holds("main", "m2")).isFalse();
        assertThat(inbox.holds("third", "m1")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void storesTheSameMessageOnceHoweverManyBringItAtOnce(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);
        List<CompletableFuture<OptionalLong>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(inbox.add(Spoken.in("cid", "m" + i % 50), "{}"));
        }

        assertThat(all.stream().map(CompletableFuture::join).filter(OptionalLong::isPresent)).hasSize(50);
    }

    @ParameterizedTest
    @EnumSource
    void numbersRowsInTheOrderOfTheirArrival(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);
        List<CompletableFuture<OptionalLong>> all = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            all.add(inbox.add(Spoken.in("cid", "m" + i), "{}"));
        }

        assertThat(all.stream().map(row -> row.join().getAsLong())).isSorted().doesNotHaveDuplicates();
        assertThat(inbox.newest()).isEqualTo(all.get(699).join().getAsLong());
    }

    @ParameterizedTest
    @EnumSource
    void leadsAMessageThroughItsStates(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);
        long answered = inbox.add(Spoken.in("cid", "m1"), "{}").join().getAsLong();
        long failed = inbox.add(Spoken.in("cid", "m2"), "{}").join().getAsLong();
        assertThat(row(answered)).containsExactly("received", 0L, null, null, null, null, null);

        now = now.plusMillis(5);
        store.writeAndWait(inbox.nowRunning(answered, "echo", "fallback", null));
        assertThat(row(answered)).containsExactly("running", 1L, "echo", "fallback", null, now.toEpochMilli(), null);
        store.writeAndWait(inbox.nowDone(answered, null, null));
        assertThat(row(answered)).containsExactly("done", 1L, "echo", "fallback", null, now.toEpochMilli(), now.toEpochMilli());

        store.writeAndWait(inbox.nowRunning(failed, "echo", "trigger", null));
        store.writeAndWait(inbox.nowFailed(failed, "it broke", null, null));
        assertThat(row(failed)).containsExactly("failed", 1L, "echo", "trigger", "it broke", now.toEpochMilli(), now.toEpochMilli());
        store.writeAndWait(inbox.nowDone(failed, null, null));
        assertThat(row(failed).get(0)).as("only what runs can end").isEqualTo("failed");
    }

    /** An agent's error may hold anything; PostgreSQL takes no U+0000 in a text. */
    @ParameterizedTest
    @EnumSource
    void keepsErrorsWithCharactersThatDatabasesRefuse(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);
        long id = inbox.add(Spoken.in("cid", "m1"), "{}").join().getAsLong();
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", null));
        store.writeAndWait(inbox.nowFailed(id, "bad \0 and \ud800 alone", null, null));
        assertThat(row(id).get(0)).isEqualTo("failed");

        long dead = inbox.add(Spoken.in("cid", "m2"), "{}").join().getAsLong();
        new DeadLetters(store, clock).add(CommitKey.NONE, dead, "main", "cid", new DeadLetters.Reason("c\0", "r\0", "d\0"), 1,
                new Turn.Progress(List.of("chunk \0 \ud800"), 0));
        assertThat(row(dead).get(0)).isEqualTo("dead");
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheProgressOfALongReplyUntilItIsSent(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);
        long id = inbox.add(Spoken.in("cid", "m1"), "{\"payload\":1}").join().getAsLong();
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", null));
        inbox.replying(CommitKey.NONE, id, List.of("one", "zwei \uD83D\uDE80 \"quoted\"\n", "三"), List.of(), List.of());
        inbox.replied(CommitKey.NONE, id, 2);

        assertThat(inbox.unfinished(0, Long.MAX_VALUE, 10)).singleElement().satisfies(row -> {
            assertThat(row.payload()).isEqualTo("{\"payload\":1}");
            assertThat(row.attempts()).isEqualTo(1);
            assertThat(row.receivedAt()).isEqualTo(now.toEpochMilli());
            assertThat(row.progress().chunks()).containsExactly("one", "zwei \uD83D\uDE80 \"quoted\"\n", "三");
            assertThat(row.progress().sent()).isEqualTo(2);
        });
        inbox.replying(CommitKey.NONE, id, List.of("another"), List.of(), List.of());
        assertThat(inbox.unfinished(0, Long.MAX_VALUE, 10).get(0).progress().sent()).isZero();

        store.writeAndWait(inbox.nowDone(id, null, null));
        assertThat(inbox.unfinished(0, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(count("reply")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void listsWhatIsUnfinishedInOrderAndByPages(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            ids.add(inbox.add(Spoken.in("cid" + i % 2, "m" + i), "{}").join().getAsLong());
        }
        store.writeAndWait(inbox.nowRunning(ids.get(2), "echo", "fallback", null));
        store.writeAndWait(inbox.nowRunning(ids.get(3), "echo", "fallback", null));
        store.writeAndWait(inbox.nowDone(ids.get(3), null, null));

        assertThat(inbox.unfinished(0, ids.get(6), 4).stream().map(UnfinishedTurn::id))
                .containsExactly(ids.get(0), ids.get(1), ids.get(2), ids.get(4));
        assertThat(inbox.unfinished(ids.get(4), ids.get(6), 4).stream().map(UnfinishedTurn::id)).containsExactly(ids.get(5), ids.get(6));
    }

    @ParameterizedTest
    @EnumSource
    void makesATurnADeadLetterWithWhatWasLeftToSend(EachStore kind) {
        Inbox inbox = new Inbox(store = kind.open(folder), clock);
        DeadLetters deadLetters = new DeadLetters(store, clock);
        long id = inbox.add(Spoken.in("cid", "m1"), "{}").join().getAsLong();
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", null));
        inbox.replying(CommitKey.NONE, id, List.of("a", "b", "c"), List.of(), List.of());
        deadLetters.add(CommitKey.NONE, id, "main", "cid", new DeadLetters.Reason("code", "reason", "remedy"), 3,
                new Turn.Progress(List.of("a", "b", "c"), 1));

        assertThat(rows("select message_id, integration, conversation_id, kind, code, reason, remedy, attempts, chunks, sent, created_at "
                + "from dead_letter"))
                .containsExactly(List.of(id, "main", "cid", "reply", "code", "reason", "remedy", 3L, "[\"b\",\"c\"]", 1L,
                        now.toEpochMilli()));
        assertThat(row(id)).startsWith("dead").contains("code: reason", now.toEpochMilli());
        assertThat(deadLetters.count()).isEqualTo(1);
        assertThat(count("reply")).isZero();
        assertThat(inbox.unfinished(0, Long.MAX_VALUE, 10)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void bindsConversationsEachForItself(EachStore kind) {
        String url = kind.freshUrl(folder);
        store = Store.open(url, kind == EachStore.SQLITE ? null : "postgres", null);
        Bindings bindings = new Bindings(store, clock);
        assertThat(bindings.agentOf(Spoken.in("cid", "m"))).isNull();
        bindings.bind("main", "cid", "first", "staff001");
        assertThat(bindings.agentOf(Spoken.in("cid", "m"))).isEqualTo("first");
        bindings.bind("main", "cid", "second", "staff001");

        assertThat(bindings.agentOf(Spoken.in("cid", "m"))).isEqualTo("second");
        assertThat(bindings.agentOf(Spoken.in("other", "m"))).isNull();
        assertThat(bindings.agentOf(Spoken.in("integration2", "cid", "m"))).isNull();

        store.close();
        store = Store.open(url, kind == EachStore.SQLITE ? null : "postgres", null);
        Bindings later = new Bindings(store, clock);
        assertThat(later.agentOf(Spoken.in("cid", "m"))).isEqualTo("second");
        later.unbind("main", "cid");
        assertThat(later.agentOf(Spoken.in("cid", "m"))).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void remembersEventsForADay(EachStore kind) {
        EventRepository events = new EventRepository(store = kind.open(folder), clock);

        assertThat(events.add("main/e1")).isTrue();
        assertThat(events.add("main/e1")).isFalse();
        assertThat(events.add("second/e1")).isTrue();
        assertThat(events.add("main/with/slash")).isTrue();
        assertThat(events.contains("main/with/slash")).isTrue();
        now = now.plus(Duration.ofHours(24));
        assertThat(events.add("main/e1")).as("on the last moment of the day").isFalse();
        now = now.plusMillis(1);
        assertThat(events.contains("main/e1")).isFalse();
        assertThat(events.add("main/e1")).isTrue();
        assertThat(events.remove("main/e1")).isTrue();
        assertThat(events.add("main/e1")).isTrue();
        events.clear();
        assertThat(events.contains("main/e1")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void keepsEverythingWhenOpenedAgain(EachStore kind) {
        String url = kind.freshUrl(folder);
        String user = kind == EachStore.SQLITE ? null : "postgres";
        store = Store.open(url, user, null);
        new Inbox(store, clock).add(Spoken.in("cid", "m1"), "{\"a\":\"中文 \uD83D\uDE80\"}").join();
        store.close();
        assertThatThrownBy(() -> store.writeAndWait(connection -> null)).isInstanceOf(StoreException.class).hasMessageContaining("closed");

        store = Store.open(url, user, null);
        assertThat(new Inbox(store, clock).unfinished(0, Long.MAX_VALUE, 10)).singleElement()
                .satisfies(row -> assertThat(row.payload()).isEqualTo("{\"a\":\"中文 \uD83D\uDE80\"}"));
    }

    @Test
    void saysWhatToDoWhenItCantBeOpened() throws Exception {
        Path garbage = Files.writeString(folder.resolve("garbage.db"),
                "this is not a database, however long one looks at it. ".repeat(100));

        assertThatThrownBy(() -> Store.open("jdbc:sqlite:" + garbage, null, null)).isInstanceOf(StoreException.class)
                .hasMessageContaining("garbage.db").hasMessageContaining("dingtalk.store-url");
        assertThatThrownBy(() -> Store.open("jdbc:postgresql://127.0.0.1:1/none?password=hidden-word", "u", "secret-word"))
                .isInstanceOf(StoreException.class).hasMessageContaining("127.0.0.1:1")
                .hasMessageNotContaining("secret-word").hasMessageNotContaining("hidden-word");
    }

    @Test
    void carriesTheWholeApplicationOnPostgreSql() throws Exception {
        String url = EachStore.POSTGRESQL.freshUrl(folder);
        try (Bot bot = Bot.withSettings(java.util.Map.of("dingtalk.store-url", url, "dingtalk.store-user", "postgres")).start()) {
            assertThat(bot.say("hello").status()).isEqualTo(200);
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 1)).containsExactly("hello");
            Awaitility.await().atMost(Bot.PATIENCE)
                    .until(() -> bot.rows("select state, attempts, agent, bound_by from message")
                            .equals(List.of(List.of("done", 1, "echo", "fallback"))));
        }
    }

    private List<Object> row(long id) {
        return rows("select state, attempts, agent, bound_by, error, started_at, finished_at from message where id = " + id).get(0);
    }

    private long count(String table) {
        return (long) rows("select count(*) from " + table).get(0).get(0);
    }

    /** Rows with every whole number as a long. */
    private List<List<Object>> rows(String sql) {
        return store.read(connection -> {
            try (var statement = connection.createStatement(); var result = statement.executeQuery(sql)) {
                List<List<Object>> rows = new ArrayList<>();
                while (result.next()) {
                    List<Object> row = new ArrayList<>();
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.add(result.getObject(i) instanceof Number number ? (Object) number.longValue() : result.getObject(i));
                    }
                    rows.add(row);
                }
                return rows;
            }
        });
    }
}
