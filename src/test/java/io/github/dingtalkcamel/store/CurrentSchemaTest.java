package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurrentSchemaTest {

    @TempDir
    Path folder;
    private String url;

    @BeforeEach
    void makeAStore() {
        url = "jdbc:sqlite:" + folder.resolve("dingtalk.db");
        Store.open(url, null, null).close();
    }

    @Test
    void listsAllMigrationsAsFlywayNotesThem() throws Exception {
        try (Connection connection = DriverManager.getConnection(url)) {
            assertThat(CurrentSchema.applied(connection)).as("after a new migration: what CurrentSchema.MIGRATIONS has to be")
                    .isEqualTo(CurrentSchema.MIGRATIONS);
        }
        assertThat(CurrentSchema.isIn(url, null, null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "delete from dingtalk_schema_history where version = '13'",
        "update dingtalk_schema_history set checksum = 1 where version = '9'",
        "update dingtalk_schema_history set success = 0 where version = '13'",
        "insert into dingtalk_schema_history select 1000, '999', 'from the future', 'SQL', 'V999__x.sql', 1, 'me', installed_on, 1, 1"
                + " from dingtalk_schema_history limit 1",
        "drop table dingtalk_schema_history"})
    void leavesToFlywayWhatIsNotExactlyThat(String change) throws Exception {
        change(change);

        assertThat(CurrentSchema.isIn(url, null, null)).isFalse();
    }

    @Test
    void aStoreThatAnotherBuildMigratedIsRefused() throws Exception {
        change("update dingtalk_schema_history set checksum = 1 where version = '9'");

        assertThatThrownBy(() -> Store.open(url, null, null)).isInstanceOf(StoreException.class).hasMessageContaining("checksum mismatch");
    }

    private void change(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(url); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
