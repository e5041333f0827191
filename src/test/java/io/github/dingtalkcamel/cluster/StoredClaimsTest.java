package io.github.dingtalkcamel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Sql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node holds for all. */
@Timeout(120)
class StoredClaimsTest {

    @TempDir
    Path folder;

    @Test
    void holdsAgainWhatTheStoreSaysItHoldsWhileItDoesNotKnow() throws Exception {
        try (NodesOnOneStore nodes = new NodesOnOneStore(folder, 2)) {
            NodesOnOneStore.Node node = nodes.all().get(0);
            long fence = node.claims().hold("a robot");
            node.claims().release("a robot");
            // as after a write whose answer was lost
            node.store().writeAndWait(CommitKey.NONE, connection -> Sql.update(connection,
                    "update conversation set owner = ? where conversation_id = 'a robot'", node.id()));

            assertThat(nodes.all().get(1).claims().hold("a robot")).isZero();
            assertThat(node.claims().hold("a robot")).isGreaterThan(fence);
        }
    }

    @Test
    void theDatabaseGivesLocksOfAFrozenProcessBackWithinSeconds() throws Exception {
        try (NodesOnOneStore nodes = new NodesOnOneStore(folder, 1)) {
            String limit = nodes.all().get(0).store().writeAndWait(CommitKey.NONE,
                    connection -> Sql.first(connection, "show idle_in_transaction_session_timeout", row -> row.getString(1)).orElseThrow());

            assertThat(limit).isEqualTo("5s");
        }
    }
}
