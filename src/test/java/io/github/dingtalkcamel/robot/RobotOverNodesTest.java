package io.github.dingtalkcamel.robot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.cluster.NodesOnOneStore;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsReader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A custom robot to which three nodes send. Time is simulated, and so is the robot's own count. */
@Timeout(120)
class RobotOverNodesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<RobotQueue> queues = new ArrayList<>();
    private final List<String> taken = new ArrayList<>();
    private final List<Instant> takenAt = new ArrayList<>();
    private volatile Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private final InstantSource clock = () -> now;
    private NodesOnOneStore nodes;

    @BeforeEach
    void start() throws Exception {
        nodes = new NodesOnOneStore(folder, 3);
        Settings settings = new SettingsReader(Map.of(),
                Map.of("dingtalk.webhook", "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef"), Map.of(), text -> text, 17)
                        .read();
        nodes.all().forEach(node -> queues.add(new RobotQueue(settings, node.store(), clock, node.claims())));
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    private void add(int node, String text) throws Exception {
        queues.get(node).add(Map.of("msgtype", "text", "text", Map.of("content", text)), "main", null);
    }

    /** Sends what the node may send now. */
    private void drain(int node) {
        for (RobotQueue.Waiting next = queues.get(node).next("main"); next != null; next = queues.get(node).next("main")) {
            Instant minuteAgo = now.minusSeconds(60);
            assertThat(takenAt.stream().filter(minuteAgo::isBefore)).as("in the minute before %s", next).hasSizeLessThan(20);
            taken.add(next.message().at("/text/content").asText());
            takenAt.add(now);
            now = now.plusMillis(50);
            queues.get(node).sent(next);
        }
    }

    private void awaitClaim(int node) {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            drain(node);
            return nodes.get(node).id().equals(nodes.claimant("robot main"));
        });
    }

    private static String[] numbers(int end) {
        return IntStream.range(0, end).mapToObj(number -> "n" + number).toArray(String[]::new);
    }

    @Test
    void twentyMessagesAMinuteExactlyAlsoWhereTheNodeThatSendsStopsOrDies() throws Exception {
        for (int number = 0; number < 60; number++) {
            add(number % 3, "n" + number);
        }
        for (int node = 0; node < 3; node++) {
            drain(node);
        }
        assertThat(taken).containsExactly(numbers(20));

        queues.get(0).close();
        awaitClaim(1);
        drain(2);
        assertThat(taken).as("the next node knows the window").hasSize(20);
        now = now.plusSeconds(61);
        drain(2);
        drain(1);
        assertThat(taken).containsExactly(numbers(40));

        nodes.die(1);
        awaitClaim(2);
        assertThat(taken).hasSize(40);
        now = now.plusSeconds(61);
        drain(2);
        assertThat(taken).containsExactly(numbers(60));
    }

    @Test
    void aNodeThatStopsKeepsTheRobotUntilItsCallIsAnswered() throws Exception {
        add(0, "n0");
        add(1, "n1");
        RobotQueue.Waiting underWay = queues.get(0).next("main");
        queues.get(0).close();
        drain(1);
        assertThat(taken).as("n0 may arrive yet").isEmpty();
        assertThat(nodes.claimant("robot main")).isEqualTo(nodes.get(0).id());

        queues.get(0).sent(underWay);
        awaitClaim(1);
        assertThat(taken).containsExactly("n1");
    }

    @Test
    void aBanHoldsOnAllNodes() throws Exception {
        add(0, "n0");
        assertThat(queues.get(1).silence("main")).as("known before the ban").isZero();
        queues.get(1).close();
        queues.set(1, null);
        RobotQueue.Waiting next = awaitNext(0);
        assertThat(queues.get(2).silence("main")).isZero();
        queues.get(0).end(next, new ThrottledException("660026", "too fast", "wait", null));

        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(queues.get(2).silence("main")).isGreaterThan(Duration.ofMinutes(10)));
        queues.get(0).close();
        awaitClaim(2);
        assertThat(taken).isEmpty();
        now = now.plusSeconds(606);
        drain(2);
        assertThat(taken).containsExactly("n0");
    }

    private RobotQueue.Waiting awaitNext(int node) {
        return Awaitility.await().atMost(PATIENCE).until(() -> queues.get(node).next("main"), next -> next != null);
    }
}
