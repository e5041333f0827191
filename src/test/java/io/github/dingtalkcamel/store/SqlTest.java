package io.github.dingtalkcamel.store;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** One SQL statement with its values. */
class SqlTest {

    private static final String INSERT =
            "insert into binding (integration, conversation_id, agent, bound_by, bound_at) values (?, ?, ?, ?, ?)";

    @TempDir
    private Path dir;
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open("jdbc:sqlite:" + dir.resolve("dingtalk.db"), null, null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void bindsTextsNumbersAndNullAndReadsThemBack() {
        int rows = store.writeAndWait(connection -> Sql.update(connection, INSERT, "a", "cid1", "echo", null, 5_000_000_000L));

        assertThat(rows).isEqualTo(1);
        List<List<Object>> found =
                store.read(connection -> Sql.list(connection, "select agent, bound_by, bound_at from binding where integration = ?",
                row -> Arrays.asList(row.getString(1), row.getString(2), row.getLong(3)), "a"));
        assertThat(found).containsExactly(Arrays.asList("echo", null, 5_000_000_000L));
    }

    @Test
    void makesTextsStorableAndFindsThemByTheTextThatWasGiven() {
        String hostile = "a\0b\uD83D";
        store.writeAndWait(connection -> Sql.update(connection, INSERT, "a", hostile, "echo", null, 1));

        assertThat(store.<String>read(connection -> Sql.first(connection, "select conversation_id from binding where conversation_id = ?",
                row -> row.getString(1), hostile).orElseThrow())).isEqualTo("a\uFFFDb\uFFFD");
    }

    @Test
    void executesABatchInTheOrderOfItsItems() {
        store.writeAndWait(connection -> {
            Sql.batch(connection, INSERT + " on conflict (integration, conversation_id) do update set agent = excluded.agent",
                    List.of("first", "second", "third"),
                    agent -> Arrays.asList("a", agent.equals("second") ? "cid2" : "cid1", agent, null, 1));
            return null;
        });

        assertThat(store.<List<String>>read(connection -> Sql.list(connection, "select agent from binding order by conversation_id",
                row -> row.getString(1)))).containsExactly("third", "second");
    }

    @Test
    void saysWhenThereIsNoRow() {
        assertThat(store.<Boolean>read(connection -> Sql.exists(connection, "select 1 from binding where agent = ?", "none"))).isFalse();
        assertThat(store.<Long>read(connection -> Sql.number(connection, "select max(bound_at) from binding"))).isZero();
        assertThat(store.<Optional<String>>read(connection -> Sql.first(connection, "select agent from binding", row -> row.getString(1))))
                .isEmpty();
        assertThat(store.<List<String>>read(connection -> Sql.list(connection, "select agent from binding", row -> row.getString(1))))
                .isEmpty();
    }

    @Test
    void tellsNullFromZero() {
        List<Long> numbers = store.read(connection -> Sql.list(connection, "select 0 as number union all select null order by 1 desc",
                (ResultSet row) -> Sql.nullableLong(row, "number")));

        assertThat(numbers).containsExactly(0L, null);
    }

    @Test
    void closesItsStatementWhenAValueIsMissing() {
        assertThatThrownBy(() -> store.writeAndWait(connection -> Sql.update(connection, INSERT, "a"))).isInstanceOf(StoreException.class);

        assertThat((int) store.writeAndWait(connection -> Sql.update(connection, INSERT, "a", "cid1", "echo", "u1", 1))).isEqualTo(1);
    }

    @Test
    void reusesStatementsFromOneTransactionToTheNextWithoutTheirOldValues() {
        for (int i = 0; i < 3; i++) {
            int number = i;
            store.writeAndWait(connection -> Sql.update(connection, INSERT, "a", "cid" + number, "echo", number == 1 ? null : "by" + number,
                    number));
        }
        String select = "select bound_by from binding where conversation_id = ?";
        for (int i = 0; i < 3; i++) {
            int number = i;
            assertThat(store.<Optional<String>>writeAndWait(connection ->
                    Sql.first(connection, select, row -> row.getString(1), "cid" + number)))
                    .isEqualTo(number == 1 ? Optional.empty() : Optional.of("by" + number));
        }
    }

    @Test
    void executesAStatementWithinItself() {
        for (String cid : List.of("cid1", "cid2")) {
            store.writeAndWait(connection -> Sql.update(connection, INSERT, "a", cid, cid.equals("cid1") ? "cid2" : "echo", null, 1));
        }
        String agent = "select agent from binding where conversation_id = ?";

        assertThat(store.<String>writeAndWait(connection -> Sql.first(connection, agent,
                row -> Sql.first(connection, agent, inner -> inner.getString(1), row.getString(1)).orElseThrow() + " for "
                + row.getString(1), "cid1")
                .orElseThrow())).isEqualTo("echo for cid2");
    }

    @Test
    void executesAStatementAgainThatFailed() {
        store.writeAndWait(connection -> Sql.update(connection, INSERT, "a", "cid1", "echo", null, 1));
        assertThatThrownBy(() -> store.writeAndWait(connection -> Sql.update(connection, INSERT, "a", "cid1", "echo", null, 1)))
                .isInstanceOf(StoreException.class).hasMessageContaining("UNIQUE");

        assertThat(store.<Integer>writeAndWait(connection -> Sql.update(connection, INSERT, "a", "cid2", "echo", null, 1))).isEqualTo(1);
    }

    @Test
    void executesMoreStatementsThanAreKept() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 150; i++) {
                int number = i;
                assertThat(store.<Long>writeAndWait(connection -> Sql.number(connection, "select " + number + " + ?", 1)))
                        .isEqualTo(number + 1);
            }
        }
    }
}
