package io.github.dingtalkcamel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Housekeeping;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.NewestMessages;
import io.github.dingtalkcamel.turn.Spoken;
import org.apache.camel.impl.DefaultCamelContext;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The list of conversations, and the table of their newest messages that it is made of. */
class ConversationsOnEachStoreTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private Store store;
    private Inbox inbox;
    private NewestMessages newest;

    private void open(Store opened) {
        store = opened;
        inbox = new Inbox(store, () -> now);
        newest = new NewestMessages(store, () -> true);
    }

    @BeforeAll
    static void start() {
        CONTEXT.start();
    }

    @AfterAll
    static void stop() {
        CONTEXT.stop();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @EnumSource
    void showsTheNewestMessageOfEachWhetherItIsNotedOrNot(EachStore kind) throws Exception {
        open(kind.open(folder));
        add("cidA", "m1");
        add("cidB", "m2");
        newest.note(CONTEXT);
        add("cidC", "m3");
        add("cidA", "m4");

        assertThat(noted()).containsExactly("cidA 1", "cidB 2");
        assertThat(listed("50")).containsExactly("cidA m4", "cidB m2", "cidC m3");
        newest.note(CONTEXT);
        assertThat(noted()).containsExactly("cidA 4", "cidB 2", "cidC 3");
        assertThat(listed("1")).as("page by page").containsExactly("cidA m4", "cidB m2", "cidC m3");
    }

    @ParameterizedTest
    @EnumSource
    void showsAConversationAsLongAsAMessageOfItIsKept(EachStore kind) throws Exception {
        open(kind.open(folder));
        DeadLetters letters = new DeadLetters(store, () -> now);
        letters.add(CommitKey.NONE, add("dead", "m1"), "main", "dead", new DeadLetters.Reason("c", "r", "d"), 1, null);
        add("waits", "m2");
        done("dead", "m3");
        done("waits", "m4");
        done("over", "m5");
        insert(6, 6, 1);
        store.writeAndWait(connection -> Sql.update(connection, "update message set id = 50000, state = 'running', finished_at = null"
                + " where id = 6"));
        newest.note(CONTEXT);
        assertThat(listed("50")).containsExactly("cid0 m6", "dead m3", "over m5", "waits m4");

        now = now.plus(Duration.ofDays(8));
        Housekeeping housekeeping = new Housekeeping(store, () -> now, List.of(Inbox.expiry(Duration.ofDays(7))));
        assertThat(housekeeping.deleteSome()).isFalse();
        assertThat(noted()).containsExactly("cid0 50000");
        assertThat(listed("50")).containsExactly("cid0 m6", "dead m1", "waits m2");
    }

    /** Of two nodes that share the store, the one whose row has the smaller number may commit later. */
    @ParameterizedTest
    @EnumSource
    void doesNotMissWhatIsCommittedLate(EachStore kind) throws Exception {
        open(kind.open(folder));
        insert(1, 100, 5);
        newest.note(CONTEXT);
        store.writeAndWait(connection -> insert(connection, 0, "late"));

        assertThat(listed("50")).containsExactly("cid0 m96", "cid1 m97", "cid2 m98", "cid3 m99", "cid4 m100", "late m0");
        insert(101, 101, 5);
        newest.note(CONTEXT);
        assertThat(noted()).contains("late 0");
    }

    @ParameterizedTest
    @EnumSource
    void notesManyMessagesInSmallCommits(EachStore kind) throws Exception {
        open(kind.open(folder));
        insert(1, 15_000, 3);
        AtomicInteger commits = new AtomicInteger();
        store.onCommit(nanos -> commits.incrementAndGet());
        newest.note(CONTEXT);

        assertThat(noted()).containsExactly("cid0 14998", "cid1 14999", "cid2 15000");
        assertThat(commits).hasValue(8);
        newest.note(CONTEXT);
        assertThat(commits).as("there is nothing new").hasValue(8);
        insert(15_001, 15_001, 3);
        newest.note(CONTEXT);
        assertThat(commits).as("no more is looked at again than what may be late").hasValue(8 + 1 + 6);
    }

    @ParameterizedTest
    @EnumSource
    void areThoseOfTheVersionBefore(EachStore kind) throws Exception {
        String url = kind.freshUrl(folder);
        String user = kind == EachStore.SQLITE ? null : "postgres";
        Flyway.configure().dataSource(url, user, null).locations("classpath:db/migration").table("dingtalk_schema_history").target("15")
                .placeholders(kind == EachStore.SQLITE ? Map.of("identity", "integer primary key autoincrement", "shared", "--")
                        : Map.of("identity", "bigint generated by default as identity primary key", "shared", "")).load().migrate();
        try (var connection = DriverManager.getConnection(url, user, null)) {
            insert(connection, 1, "cidA");
            insert(connection, 2, "cidB");
            insert(connection, 3, "cidA");
        }

        open(Store.open(url, user, null));
        assertThat(listed("50")).containsExactly("cidA m3", "cidB m2");
        newest.note(CONTEXT);
        assertThat(noted()).containsExactly("cidA 3", "cidB 2");
        assertThat(listed("50")).containsExactly("cidA m3", "cidB m2");
        assertThat(kind == EachStore.SQLITE && hasIndex()).as("an index of all messages by conversation").isFalse();
    }

    @Test
    void readsNoMoreOfManyMessagesThanItShows() {
        open(EachStore.SQLITE.open(folder));
        List<String> plan = store.read(connection -> Sql.list(connection, "explain query plan " + ConversationsApi.LIST,
                row -> row.getString("detail")));

        assertThat(plan).contains("SEARCH message USING INTEGER PRIMARY KEY (rowid>?)", "SCAN message USING INDEX message_unfinished")
                .as("all messages").noneMatch(step -> step.contains("sqlite_autoindex_message_1")).doesNotContain("SCAN message");
    }

    private boolean hasIndex() {
        return store.read(connection -> Sql.exists(connection, "select 1 from sqlite_schema where name = 'message_conversation'"));
    }

    private long add(String conversation, String msgId) {
        return inbox.add(Spoken.in(conversation, msgId), "{}").join().getAsLong();
    }

    private void done(String conversation, String msgId) {
        long id = add(conversation, msgId);
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", 1L));
        store.writeAndWait(inbox.nowDone(id, 1L, null));
    }

    /** Finished messages of some conversations by turns. */
    private void insert(int first, int last, int conversations) {
        store.writeAndWait(connection -> Sql.update(connection, """
                insert into message (id, integration, msg_id, conversation_id, kind, state, payload, received_at, finished_at)
                    with recursive n (i) as (select ? union all select i + 1 from n where i < ?)
                    select i, 'main', 'm' || i, 'cid' || ((i - 1) % ?), 'turn', 'done', '{}', 1, 2 from n""", first, last, conversations));
    }

    private static int insert(Connection connection, int id, String conversation) throws SQLException {
        return Sql.update(connection, "insert into message (id, integration, msg_id, conversation_id, kind, state, payload, received_at,"
                + " finished_at) values (?, 'main', ?, ?, 'turn', 'done', '{}', 1, 2)", id, "m" + id, conversation);
    }

    private List<String> noted() {
        return store.read(connection -> Sql.list(connection, "select conversation_id, message_id from newest_message"
                + " order by integration, conversation_id", row -> row.getString(1) + " " + row.getLong(2)));
    }

    /** Each conversation with its last message, in pages of so many. */
    private List<String> listed(String limit) throws Exception {
        List<String> all = new ArrayList<>();
        String cursor = null;
        do {
            Map<String, String> parameters = cursor == null ? Map.of("limit", limit) : Map.of("limit", limit, "cursor", cursor);
            Map<String, Object> page = new ConversationsApi(store).list(new ApiCall("GET", List.of("conversations"), parameters));
            for (Object each : (List<?>) page.get("conversations")) {
                Map<?, ?> shown = (Map<?, ?>) each;
                all.add(shown.get("conversationId") + " " + ((Map<?, ?>) shown.get("lastMessage")).get("msgId"));
            }
            cursor = (String) page.get("nextCursor");
        } while (cursor != null);
        return all;
    }
}
