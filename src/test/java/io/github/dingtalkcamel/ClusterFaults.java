package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;

import io.github.dingtalkcamel.ClusterUnderLoad.Node;
import io.github.dingtalkcamel.store.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens to the database, and to the network between it and the nodes, under load: too long for the suite, so it is run by {@code
 * scripts/cluster-test}, with a PostgreSQL of the machine's own. In small: {@link ClusterTest}.
 */
class ClusterFaults {

    private static final int NODES = 3;
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("cluster.away", 60));
    private static final Duration FROZEN = Duration.ofSeconds(Integer.getInteger("cluster.frozen", 30));
    /** An older version's jar, with its libraries beside it. Without one, the version that upgrades is a synthetic one. */
    private static final String OLDER = System.getProperty("cluster.older-jar");
    private static final String OURS = "select count(*) from pg_stat_activity where application_name like 'dingtalk%'";
    /** Connections of a node at most: one writes, four read, one is for its heartbeat and one for its watch. */
    private static final long OF_A_NODE = 7;

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private ClusterUnderLoad cluster;

    private PostgresServer database() throws Exception {
        PostgresServer server = PostgresServer.started();
        open.add(server);
        server.execute("create database bot");
        cluster = new ClusterUnderLoad(server.url("bot"));
        return server;
    }

    private CutConnection way(PostgresServer server) {
        CutConnection way = new CutConnection(server.port());
        open.add(way);
        return way;
    }

    private static String url(CutConnection way) {
        return "jdbc:postgresql://127.0.0.1:" + way.port() + "/bot";
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
        for (int number = open.size() - 1; number >= 0; number--) {
            open.get(number).close();
        }
    }

    private static HttpResponse<String> ready(Node node) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(node.run.managementUrl() + "/observe/health/ready"))
                .timeout(Duration.ofSeconds(40)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private void awaitAliveNodes(long count) {
        Awaitility.await().atMost(ClusterUnderLoad.PATIENCE).ignoreExceptions().untilAsserted(() -> assertThat(
                cluster.rows("select count(*) from node where alive_until > extract(epoch from now()) * 1000"))
                .containsExactly(List.of(count)));
    }

    /** The most connections that the nodes have within this time. */
    private long mostConnections(Duration time) throws Exception {
        long most = 0;
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ClusterUnderLoad.pause(Duration.ofMillis(50))) {
            most = Math.max(most, (Long) cluster.rows(OURS).get(0).get(0));
        }
        return most;
    }

    private long answered() {
        return cluster.simulator.deliveries().size();
    }

    /** Prints how long it is until the first answer from now. */
    private void awaitAnswer(String since) {
        long before = answered();
        long begin = System.nanoTime();
        Awaitility.await().atMost(ClusterUnderLoad.PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> answered() > before);
        System.out.printf("cluster: next answer %.1f s after %s%n", (System.nanoTime() - begin) / 1e9, since);
    }

    @Test
    void databaseAway() throws Exception {
        CutConnection way = way(database());
        cluster.start(NODES, url(way));
        cluster.everythingIsAnsweredWhile(over -> {
            ClusterUnderLoad.pause(Duration.ofSeconds(5));
            System.out.println("cluster: connections before: " + cluster.rows(OURS));
            int attempts = way.attempts();
            cluster.awaitTurn();
            way.refuse();
            long since = System.nanoTime();
            ClusterUnderLoad.pause(AWAY.dividedBy(2));
            for (Node node : cluster.nodes) {
                HttpResponse<String> ready = ready(node);
                assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
                assertThat(ready.body()).contains("\"store\",\"status\":\"DOWN\"", "\"node\",\"status\":\"DOWN\"");
            }
            ClusterUnderLoad.pause(AWAY.dividedBy(2));
            // longer than said: readiness answers when its look at the database has failed
            double seconds = (System.nanoTime() - since) / 1e9;
            System.out.printf("cluster: tries to connect while it was away, for %.1f s: %.1f a second and node%n", seconds,
                    (way.attempts() - attempts) / seconds / NODES);
            attempts = way.attempts();
            way.mend();
            awaitAnswer("the return");
            long most = mostConnections(Duration.ofSeconds(10));
            System.out.println("cluster: in the 10 s after: tries to connect " + (way.attempts() - attempts)
                    + ", most connections " + most);
            assertThat(most).isLessThanOrEqualTo(NODES * OF_A_NODE);
        });
        assertThat(cluster.refused().getOrDefault("WEBHOOK 503", 0)).as("answered 503 by the webhook").isPositive();
        assertThat(cluster.refused()).as("requests that got no answer in time").doesNotContainKey("WEBHOOK unanswered");
        for (Node node : cluster.nodes) {
            assertThat(ready(node).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void databaseRestarted() throws Exception {
        PostgresServer server = database();
        cluster.start(NODES, server.url("bot"));
        cluster.everythingIsAnsweredWhile(over -> {
            for (PostgresServer.Stop how : PostgresServer.Stop.values()) {
                ClusterUnderLoad.pause(Duration.ofSeconds(8));
                cluster.awaitTurn();
                server.stop(how);
                server.start();
                awaitAnswer("a restart (" + how + ")");
            }
        });
    }

    @Test
    void failover() throws Exception {
        PostgresServer first = database();
        PostgresServer second = first.standby();
        open.add(second);
        first.synchronous();
        String both = "jdbc:postgresql://127.0.0.1:" + first.port() + ",127.0.0.1:" + second.port() + "/bot?targetServerType=primary";
        cluster.close();
        cluster = new ClusterUnderLoad(both);
        cluster.start(NODES, both);
        cluster.everythingIsAnsweredWhile(over -> {
            ClusterUnderLoad.pause(Duration.ofSeconds(8));
            cluster.awaitTurn();
            first.stop(PostgresServer.Stop.IMMEDIATE);
            ClusterUnderLoad.pause(Duration.ofSeconds(5));
            second.promote();
            awaitAnswer("the promotion, 5 s after the primary's end");
        });
        assertThat(cluster.rows("select pg_is_in_recovery(), inet_server_port()")).containsExactly(List.of(false, second.port()));
    }

    @Test
    void networkCut() throws Exception {
        PostgresServer server = database();
        CutConnection way = way(server);
        cluster.launch(url(way), jar -> jar);
        cluster.start(NODES - 1, server.url("bot"));
        cluster.simulator.callbackUrl(Bot.APP_KEY, cluster.nodes.get(1).webhook());
        Node node = cluster.nodes.get(0);
        cluster.everythingIsAnsweredWhile(over -> {
            ClusterUnderLoad.pause(Duration.ofSeconds(5));
            cluster.awaitAnswering(node);
            way.cut();
            ClusterUnderLoad.pause(FROZEN);
            assertThat(ready(node).statusCode()).isEqualTo(503);
            way.mend();
            awaitAliveNodes(NODES);
        });
        assertThat(node.run.log()).contains("has joined the cluster again");
        assertThat(cluster.takenOver()).as("turns that another node took over").isNotEmpty();
    }

    /** What comes before this version's jar to make it the next one: a migration, and its list of migrations, which names that one too. */
    private Path newerVersion() throws Exception {
        Path newer = Files.createDirectories(folder.resolve("newer/db/migration")).getParent().getParent();
        Files.writeString(newer.resolve("db/migration/V900__newer.sql"), """
                alter table message add column newer varchar(64);
                create table newer (id bigint primary key);
                create index newer_message on message (newer);
                """);
        String list = Files.readString(Path.of("src/main/java/io/github/dingtalkcamel/store/CurrentSchema.java"));
        Path source = Files.createDirectories(folder.resolve("source")).resolve("CurrentSchema.java");
        Files.writeString(source, list.replace("List.of(\"1:", "List.of(\"900:0\", \"1:"));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp", "target/classes", "-d", newer.toString(),
                source.toString())).isZero();
        return newer;
    }

    /** Nodes of one version are replaced by those of the next one, whose schema is newer, one after the other. */
    @Test
    void versionsSideBySide() throws Exception {
        PostgresServer server = database();
        Path newer = newerVersion();
        for (int number = 0; number < NODES; number++) {
            cluster.launch(server.url("bot"), jar -> OLDER == null ? jar : jar.version(Path.of(OLDER)));
        }
        for (Node node : cluster.nodes) {
            node.run.awaitStart();
        }
        cluster.simulator.callbackUrl(Bot.APP_KEY, cluster.nodes.get(0).webhook());
        List<Node> older = List.copyOf(cluster.nodes);
        cluster.everythingIsAnsweredWhile(over -> {
            for (Node node : older) {
                ClusterUnderLoad.pause(Duration.ofSeconds(5));
                Node next = cluster.launch(server.url("bot"), jar -> OLDER == null ? jar.before(newer) : jar);
                next.run.awaitStart();
                cluster.sendWebhooksTo(next);
                // both versions answer
                ClusterUnderLoad.pause(Duration.ofSeconds(5));
                assertThat(node.run.terminate().exitStatus()).isIn(0, 143);
            }
        });
        assertThat(cluster.refused()).doesNotContainKey("WEBHOOK 503");
        System.out.println("cluster: versions of the schema: " + cluster.rows("select max(installed_rank), max(version::int) from"
                + " dingtalk_schema_history"));
        Node late = older.get(0);
        late.run = late.jar.launch();
        assertThat(late.run.exitStatus()).isNotZero();
        assertThat(late.run.log() + late.run.errors()).contains("was last used by a newer dingtalk-camel", "Start that version");
    }
}
