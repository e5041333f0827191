package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.dingtalkcamel.store.EachStore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes on one PostgreSQL store, by Stream and by webhook. Sizes: those of {@link ClusterUnderLoad}, {@code
 * -Dcluster.kill-every} and {@code -Dcluster.frozen} (seconds); {@code scripts/cluster-test} runs it at full size.
 */
class ClusterIT {

    private static final int NODES = 3;
    private static final Duration KILL_EVERY = Duration.ofSeconds(Long.getLong("cluster.kill-every", 10));

    @TempDir
    Path folder;

    private ClusterUnderLoad cluster;

    private void start(int count) throws Exception {
        String url = EachStore.POSTGRESQL.freshUrl(folder);
        cluster = new ClusterUnderLoad(url);
        cluster.start(count, url);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void losesNothingAndKeepsTheOrderWhileARandomNodeIsKilledAgainAndAgain() throws Exception {
        start(NODES);
        AtomicInteger kills = new AtomicInteger();
        cluster.everythingIsAnsweredWhile(over -> {
            do {
                // while people talk, so that turns run
                ClusterUnderLoad.pause(KILL_EVERY.dividedBy(2));
                ClusterUnderLoad.Node node = cluster.busyNode(over);
                node.run.kill9();
                kills.incrementAndGet();
                ClusterUnderLoad.pause(KILL_EVERY.dividedBy(2));
                node.run = node.jar.start();
                cluster.simulator.callbackUrl(Bot.APP_KEY, cluster.nodes.get(cluster.random.nextInt(NODES)).webhook());
            } while (!over.get());
        });
        System.out.println("cluster: " + kills + " kills");
        assertThat(cluster.takenOver()).as("turns that a kill interrupted").isNotEmpty();
    }

    @Test
    void discardsWhatANodeFinishesLateThatWasFrozen() throws Exception {
        start(2);
        AtomicReference<ClusterUnderLoad.Node> frozen = new AtomicReference<>();
        cluster.everythingIsAnsweredWhile(over -> {
            frozen.set(freezeOneThatAnswers(over));
            ClusterUnderLoad.pause(Duration.ofSeconds(Integer.getInteger("cluster.frozen", 14)));
            frozen.get().signal("CONT");
        });
        Awaitility.await().atMost(ClusterUnderLoad.PATIENCE)
                .untilAsserted(() -> assertThat(frozen.get().run.log()).contains("has joined the cluster again"));
        assertThat(cluster.takenOver()).as("turns of the frozen node that the other one took over").isNotEmpty();
    }

    /** Its turn may end before the signal comes: then the node continues, and the next one that answers is stopped. */
    private ClusterUnderLoad.Node freezeOneThatAnswers(AtomicBoolean over) throws Exception {
        while (true) {
            ClusterUnderLoad.Node node = cluster.busyNode(over);
            node.signal("STOP");
            // what it sent to the database before is there by then
            ClusterUnderLoad.pause(Duration.ofMillis(200));
            if (cluster.isAnswering(node)) {
                return node;
            }
            node.signal("CONT");
            assertThat(over).as("all people have said all").isFalse();
        }
    }

    @Test
    void refusesNothingThatStreamDoesNotDeliverAgainWhileAllNodesAreReplacedOneAfterTheOther() throws Exception {
        start(NODES);
        cluster.everythingIsAnsweredWhile(over -> {
            for (ClusterUnderLoad.Node node : cluster.nodes) {
                cluster.sendWebhooksTo(cluster.nodes.get((cluster.nodes.indexOf(node) + 1) % NODES));
                assertThat(node.run.terminate().exitStatus()).isIn(0, 143);
                node.run = node.jar.start();
            }
        });
        assertThat(cluster.refused()).as("what a load balancer's other nodes refused").doesNotContainKey("WEBHOOK 503");
    }
}
