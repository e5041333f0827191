package io.github.dingtalkcamel.cluster;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;

/** Nodes of a cluster without the application: each has its own connections to one PostgreSQL store. */
public final class NodesOnOneStore implements AutoCloseable {

    private final List<Node> nodes = new ArrayList<>();

    /** One of them. */
    public record Node(Cluster cluster, Store store) {

        public Leases leases() {
            return cluster.leases();
        }

        public Claims claims() {
            return cluster.sharing().claims();
        }

        public String id() {
            return cluster.membership().node().id();
        }
    }

    public NodesOnOneStore(Path folder, int count) {
        String url = EachStore.POSTGRESQL.freshUrl(folder);
        for (int number = 0; number < count; number++) {
            Cluster cluster = new Cluster(url, "postgres", null, "node" + number, "1", 100);
            Store store = Store.opening(url, "postgres", null, cluster.scope());
            nodes.add(new Node(cluster, store));
            store.awaitOpen();
            cluster.join(store);
        }
    }

    public Node get(int number) {
        return nodes.get(number);
    }

    public List<Node> all() {
        return nodes;
    }

    /** The others take the node for gone, as ten seconds after kill -9. */
    public void die(int number) {
        Node other = nodes.get((number + 1) % nodes.size());
        String id = nodes.get(number).id();
        other.store().writeAndWait(connection -> Sql.update(connection, "update node set alive_until = 0 where id = ?", id));
    }

    /** The first column of a query. */
    public List<Object> column(String sql) {
        return nodes.get(0).store().read(connection -> {
            try (var statement = connection.createStatement(); var rows = statement.executeQuery(sql)) {
                List<Object> column = new ArrayList<>();
                while (rows.next()) {
                    column.add(rows.getObject(1));
                }
                return column;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Which node has a claim, or null. */
    public String claimant(String name) {
        List<Object> owner = column("select owner from conversation where integration = '" + StoredClaims.CLAIMS
                + "' and conversation_id = '" + name + "'");
        return owner.isEmpty() ? null : (String) owner.get(0);
    }

    @Override
    public void close() {
        for (Node node : nodes) {
            node.cluster().close();
            node.store().close();
        }
    }
}
