package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Statement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another PostgreSQL server becomes the primary, in small; with real servers: {@code scripts/cluster-test failover}. */
class FailoverTest {

    private static final Store.Work<Integer> WRITE = connection -> Sql.update(connection, "update probe set filler = 'x'");

    @TempDir
    Path folder;

    @Test
    void aConnectionToAServerThatBecameReadOnlyIsNotUsedAgain() {
        try (Store store = EachStore.POSTGRESQL.open(folder)) {
            store.writeAndWait(connection -> {
                try (Statement statement = connection.createStatement()) {
                    return statement.execute("set session characteristics as transaction read only");
                }
            });

            assertThatThrownBy(() -> store.writeAndWait(WRITE)).isInstanceOf(StoreException.class).hasMessageContaining("read-only");
            assertThat(store.writeAndWait(WRITE)).isEqualTo(1);
        }
    }

    @Test
    void aUrlOfTwoHostsFindsTheOneThatAnswers() {
        String url = EachStore.POSTGRESQL.freshUrl(folder);

        String two = url.replace("127.0.0.1:", "127.0.0.1:9,127.0.0.1:") + "?targetServerType=primary";

        try (Store store = Store.open(two, "postgres", null)) {
            assertThat(store.writeAndWait(WRITE)).isEqualTo(1);
        }
    }
}
