package io.github.dingtalkcamel.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/** The nodes that the store knows: those that are alive, and for a day those that are gone. */
public final class Nodes {

    private final Store store;

    public Nodes(Store store) {
        this.store = store;
    }

    /**
     * A node.
     *
     * @param id            new each time that its process joins
     * @param state         {@code alive}, {@code stopping} or {@code gone}
     * @param since         when it joined
     * @param lastSeen      when it last wrote its row, by the database's clock
     * @param conversations how many conversations it works on
     */
    public record Listed(String id, String name, String version, String state, Instant since, Instant lastSeen, long conversations) {
    }

    /** Whether a node is alive, by the database's clock. */
    public static boolean isAlive(Connection connection, String id) throws SQLException {
        return id != null && Sql.exists(connection, "select 1 from node where id = ? and alive_until > " + NodeConnection.NOW, id);
    }

    /** All of them, those that joined last first. None where a process has its store for itself. */
    public List<Listed> list() throws StoreException {
        return store.isShared() ? store.read(connection -> Sql.list(connection, """
                select n.id, n.name, n.version, n.joined_at, n.seen_at, n.stopping, n.alive_until > %s as alive,
                    (select count(*) from conversation c where c.owner = n.id and c.integration <> '%s') as conversations
                from node n order by n.joined_at desc, n.id""".formatted(NodeConnection.NOW, StoredClaims.CLAIMS),
                    row -> new Listed(row.getString("id"),
                row.getString("name"), row.getString("version"),
                !row.getBoolean("alive") ? "gone" : row.getInt("stopping") == 1 ? "stopping"
                : "alive", Instant.ofEpochMilli(row.getLong("joined_at")), Instant.ofEpochMilli(row.getLong("seen_at")),
                row.getLong("conversations")))) : List.of();
    }
}
