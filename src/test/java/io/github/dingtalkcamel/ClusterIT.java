package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.store.EachStore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes on one PostgreSQL store, by Stream and by webhook. Sizes: {@code -Dcluster.messages}, {@code -Dcluster.conversations},
 * {@code -Dcluster.seconds} that people talk, {@code -Dcluster.kill-every} (seconds), {@code -Dcluster.seed}; {@code scripts/cluster-test}
 * runs it at full size.
 */
class ClusterIT {

    private static final int NODES = 3;
    private static final int CONVERSATIONS = Integer.getInteger("cluster.conversations", 20);
    private static final int EACH = Math.max(1, Integer.getInteger("cluster.messages", 400) / CONVERSATIONS);
    private static final int MESSAGES = EACH * CONVERSATIONS;
    private static final long KILL_EVERY = Long.getLong("cluster.kill-every", 10);
    /** How long people talk, with pauses between their messages. */
    private static final Duration TALK = Duration.ofSeconds(Integer.getInteger("cluster.seconds", 20));
    private static final String AGENT = """
            - route:
                id: pondering
                from:
                  uri: agent:pondering
                  parameters:
                    trigger: main
                  steps:
                    - delay:
                        constant: "300"
            """;
    private static final long SEED = Long.getLong("cluster.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(90 + MESSAGES / 20);

    @TempDir
    Path folder;

    private static final String RUNNING = "select node from message where state = 'running' order by random() limit 1";

    private final Random random = new Random(SEED);
    private final List<Node> nodes = new ArrayList<>();
    private Simulator simulator;
    private String url;

    /** One node: its settings and files outlive its process. */
    private static final class Node {
        private final PackagedJar jar;
        private final int port;
        private PackagedJar.Run run;

        Node(PackagedJar jar, int port) {
            this.jar = jar;
            this.port = port;
        }

        String webhook() {
            return "http://127.0.0.1:" + port + "/api/dingtalk/webhook/main";
        }
    }

    private void start(int count) throws Exception {
        simulator = PackagedJar.simulator(SimulatorOptions.defaults().recordSize(4 * MESSAGES + 1_000));
        url = EachStore.POSTGRESQL.freshUrl(folder);
        for (int number = 0; number < count; number++) {
            int port = PackagedJar.quietPort();
            PackagedJar jar = PackagedJar.facing(simulator).env("DINGTALK_WEBHOOK_PORT", String.valueOf(port))
                    .env("DINGTALK_CLUSTER", "true")
                    .file("routes/pondering.camel.yaml", AGENT).env("DINGTALK_STORE_URL", url).env("DINGTALK_STORE_USER", "postgres")
                    .env("DINGTALK_STREAM", "true");
            Node node = new Node(jar, port);
            nodes.add(node);
            node.run = jar.launch();
        }
        for (Node node : nodes) {
            node.run.awaitStart();
        }
        simulator.callbackUrl(Bot.APP_KEY, nodes.get(0).webhook());
    }

    @AfterEach
    void stop() throws Exception {
        for (Node node : nodes) {
            signal(node, "CONT");
            node.jar.close();
        }
        simulator.close();
    }

    private static void signal(Node node, String signal) throws Exception {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(node.run.process().pid())).start().waitFor();
    }

    private List<List<Object>> rows(String sql) throws Exception {
        try (var connection = DriverManager.getConnection(url, "postgres", null); var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            List<List<Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    row.add(result.getObject(column));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /** A random one of those that answer a turn right now. */
    private Node busyNode(AtomicBoolean over) throws Exception {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> over.get() || !rows(RUNNING).isEmpty());
        List<String> busy = rows(RUNNING).stream().map(row -> String.valueOf(row.get(0))).toList();
        return nodes.stream().filter(node -> busy.stream().anyMatch(name -> name.endsWith(":" + node.port))).findFirst()
                .orElseGet(() -> nodes.get(random.nextInt(NODES)));
    }

    private static String label(int person, int number) {
        return "p%03d-%05d".formatted(person, number);
    }

    /** A person says one message after the other, each until it is accepted: by Stream, and every third one by the webhook. */
    private void talk(int person) {
        for (int number = 0; number < EACH; number++) {
            String label = label(person, number);
            UserMessage message = UserMessage.text(label).from("person" + person).msgId("msg-" + label);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            for (int tries = 0; !simulator.say((number + tries) % 3 == 0 ? message.byWebhook() : message.byStream()).accepted(); tries++) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(label + " was not accepted within " + PATIENCE);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            pause(TALK.dividedBy(EACH));
        }
    }

    /** All people talk while something happens to the nodes; then every message is answered, in order, and shown once. */
    private void everythingIsAnsweredWhile(Disturbance disturbance) throws Exception {
        ExecutorService people = Executors.newFixedThreadPool(CONVERSATIONS);
        try {
            List<Future<?>> talks = IntStream.range(0, CONVERSATIONS).<Future<?>>mapToObj(person -> people.submit(() -> talk(person)))
                    .toList();
            AtomicBoolean over = new AtomicBoolean();
            Future<?> disturbing = Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "disturbance");
                thread.setDaemon(true);
                return thread;
            }).submit(() -> {
                disturbance.run(over);
                return null;
            });
            for (Future<?> talk : talks) {
                talk.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            over.set(true);
            disturbing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(
                    () -> assertThat(rows("select state, count(*) from message group by state"))
                    .containsExactly(List.of("done", (long) MESSAGES)));
        } finally {
            people.shutdownNow();
        }
        Map<String, List<String>> shown = simulator.deliveries().stream()
                .collect(Collectors.groupingBy(Delivery::conversationId, LinkedHashMap::new,
                        Collectors.mapping(Delivery::text, Collectors.toList())));
        int twice = 0;
        for (int person = 0; person < CONVERSATIONS; person++) {
            int its = person;
            List<String> answers = shown.get(simulator.dm(Bot.APP_KEY, "person" + person));
            assertThat(answers.stream().distinct().toList()).as("person %d, by first appearance", person)
                    .containsExactlyElementsOf(IntStream.range(0, EACH).mapToObj(number -> label(its, number)).toList());
            twice += answers.size() - EACH;
        }
        System.out.println("cluster test: shown twice: " + twice + ", attempts, turns: "
                + rows("select attempts, count(*) from message group by attempts order by attempts") + ", turns by node: "
                + rows("select node, count(*) from message group by node order by node"));
        // where a node dies between DingTalk's answer and the record of it, the reply is sent again with the same msgUuid
        assertThat(twice).as("answers that people saw twice").isZero();
        assertThat(rows("select * from dead_letter")).isEmpty();
    }

    @FunctionalInterface
    private interface Disturbance {
        void run(AtomicBoolean over) throws Exception;
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    @Test
    void losesNothingAndKeepsTheOrderWhileARandomNodeIsKilledAgainAndAgain() throws Exception {
        System.out.println("cluster test: " + MESSAGES + " messages, " + CONVERSATIONS + " conversations, seed " + SEED);
        start(NODES);
        AtomicInteger kills = new AtomicInteger();
        everythingIsAnsweredWhile(over -> {
            do {
                // while people talk, so that turns run
                pause(Duration.ofSeconds(KILL_EVERY).dividedBy(2));
                Node node = busyNode(over);
                node.run.kill9();
                kills.incrementAndGet();
                pause(Duration.ofSeconds(KILL_EVERY).dividedBy(2));
                node.run = node.jar.start();
                simulator.callbackUrl(Bot.APP_KEY, nodes.get(random.nextInt(NODES)).webhook());
            } while (!over.get());
        });
        System.out.println("cluster test: " + kills + " kills");
        assertThat(rows("select 1 from message where attempts > 1")).as("turns that a kill interrupted").isNotEmpty();
    }

    @Test
    void discardsWhatANodeFinishesLateThatWasFrozen() throws Exception {
        start(2);
        everythingIsAnsweredWhile(over -> {
            signal(nodes.get(1), "STOP");
            pause(Duration.ofSeconds(Integer.getInteger("cluster.frozen", 14)));
            signal(nodes.get(1), "CONT");
        });
        Awaitility.await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(nodes.get(1).run.log()).contains("has joined the cluster again"));
    }

    @Test
    void refusesNothingThatStreamDoesNotDeliverAgainWhileAllNodesAreReplacedOneAfterTheOther() throws Exception {
        start(NODES);
        everythingIsAnsweredWhile(over -> {
            for (Node node : nodes) {
                Node next = nodes.get((nodes.indexOf(node) + 1) % NODES);
                simulator.callbackUrl(Bot.APP_KEY, next.webhook());
                assertThat(node.run.terminate().exitStatus()).isIn(0, 143);
                node.run = node.jar.start();
            }
        });
    }
}
