package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two versions on one PostgreSQL store, as during a rolling upgrade: the newer one expands the schema while the older one works. */
class TwoVersionsTest {

    /** Since this migration several nodes share a store. */
    private static final int FIRST = 11;
    private static final Pattern ADDS = Pattern.compile("create (unique )?index .*|create table .*|insert into .*|update .*"
            + "|alter table \\w+ set \\(.*|alter table \\w+ add column \\w+ [\\w()]+( not null default .+| default .+)?");

    @TempDir
    Path folder;

    /** What a newer version does to the store when it starts. */
    private static void upgrade(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", null)) {
            for (String sql : List.of("alter table message add column newer varchar(64)", "create table newer (id bigint primary key)",
                    "insert into dingtalk_schema_history select 1000, '900', 'newer', 'SQL', 'V900__newer.sql', 1, 'me', now(), 1, true")) {
                Sql.update(connection, sql);
            }
        }
    }

    private static long messages(Store store) {
        return store.read(connection -> Sql.number(connection, "select count(*) from message"));
    }

    private static void add(Store store, String msgId) {
        store.writeAndWait(connection -> Sql.update(connection, "insert into message (integration, msg_id, conversation_id, kind, state,"
                + " payload, received_at) values ('main', ?, 'cid', 'turn', 'done', '{}', 1)", msgId));
    }

    @Test
    void anOlderNodeThatRunsKeepsWorkingWhileANewerOneExpandsTheSchema() throws Exception {
        String url = EachStore.POSTGRESQL.freshUrl(folder);
        try (Store older = Store.open(url, "postgres", null)) {
            // often enough that the server has prepared the statements
            for (int number = 0; number < 10; number++) {
                add(older, "before " + number);
                messages(older);
            }
            upgrade(url);
            add(older, "after");

            assertThat(messages(older)).isEqualTo(11);
        }
    }

    @Test
    void anOlderNodeThatStartsAfterwardsStopsAndSaysWhatToDo() throws Exception {
        String url = EachStore.POSTGRESQL.freshUrl(folder);
        Store.open(url, "postgres", null).close();
        upgrade(url);

        assertThatThrownBy(() -> Store.open(url, "postgres", null)).isInstanceOf(StoreException.class)
                .hasMessage("The store " + url + " was last used by a newer dingtalk-camel (its tables are of version 900)."
                        + " Start that version, or restore a backup from before it");
    }

    private static List<String> statements(Path migration) {
        try {
            String sql = Files.readString(migration).replaceAll("--[^\\n]*", "").replace("${shared} ", "").replace("${identity}", "bigint");
            return Arrays.stream(sql.split(";")).map(each -> each.strip().replaceAll("\\s+", " ")).filter(each -> !each.isEmpty()).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int version(Path migration) {
        return Integer.parseInt(migration.getFileName().toString().replaceFirst("V(\\d+)__.*", "$1"));
    }

    @Test
    void migrationsOnlyAddWhatTheVersionBeforeLeavesAlone() throws Exception {
        List<String> others = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            files.filter(file -> version(file) >= FIRST).flatMap(file -> statements(file).stream())
                    .filter(statement -> !ADDS.matcher(statement).matches()).forEach(others::add);
        }

        assertThat(others).as("statements by which an older node beside this one may fail: expand now, contract a release later").isEmpty();
        assertThat(List.of("alter table message drop column error", "alter table message add column x integer not null",
                "alter table message rename column error to fault", "drop table outbox", "delete from message"))
                .noneMatch(statement -> ADDS.matcher(statement).matches());
    }
}
