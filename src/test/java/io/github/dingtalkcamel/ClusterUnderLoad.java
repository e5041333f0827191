package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;

/**
 * Nodes as processes of the packaged jar on one PostgreSQL store, and people who talk to them by Stream and by webhook. Sizes: {@code
 * -Dcluster.messages}, {@code -Dcluster.conversations}, {@code -Dcluster.seconds} that people talk, {@code -Dcluster.seed}.
 */
final class ClusterUnderLoad implements AutoCloseable {

    private static final int CONVERSATIONS = Integer.getInteger("cluster.conversations", 20);
    private static final int EACH = Math.max(1, Integer.getInteger("cluster.messages", 400) / CONVERSATIONS);
    private static final int MESSAGES = EACH * CONVERSATIONS;
    /** How long people talk, with pauses between their messages. */
    private static final Duration TALK = Duration.ofSeconds(Integer.getInteger("cluster.seconds", 20));
    private static final long SEED = Long.getLong("cluster.seed", System.nanoTime());
    static final Duration PATIENCE = Duration.ofSeconds(90 + MESSAGES / 20).plus(TALK);
    private static final String RUNNING = "select node from message where state = 'running' order by random() limit 1";
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

    final Random random = new Random(SEED);
    final List<Node> nodes = new ArrayList<>();
    /** A node that has just lost the database tries to connect for 5 s before it answers 503, and the machine is loaded. */
    final Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults().recordSize(4 * MESSAGES + 1_000)
            .pushTimeout(Duration.ofSeconds(8)));
    private final String url;
    private final Map<String, Instant> accepted = new ConcurrentHashMap<>();
    private final Map<String, Integer> refused = new ConcurrentHashMap<>();
    /** Messages that wait for their acknowledgement, since webhooks were last sent to another node. */
    private volatile AtomicInteger webhooks = new AtomicInteger();

    /** @param url by which the test reads the store */
    ClusterUnderLoad(String url) throws IOException {
        this.url = url;
        System.out.println("cluster: " + MESSAGES + " messages, " + CONVERSATIONS + " conversations, seed " + SEED);
    }

    /** One node: its settings and files outlive its process. */
    static final class Node {
        final PackagedJar jar;
        final int port;
        PackagedJar.Run run;

        private Node(PackagedJar jar, int port) {
            this.jar = jar;
            this.port = port;
        }

        String webhook() {
            return "http://127.0.0.1:" + port + "/api/dingtalk/webhook/main";
        }

        void signal(String signal) throws Exception {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(run.process().pid())).start().waitFor();
        }
    }

    /** Starts nodes, all of them by this URL. */
    void start(int count, String nodesUrl) throws Exception {
        for (int number = 0; number < count; number++) {
            launch(nodesUrl, jar -> jar);
        }
        for (Node node : nodes) {
            node.run.awaitStart();
        }
        simulator.callbackUrl(Bot.APP_KEY, nodes.get(0).webhook());
    }

    /** Launches one more node, and waits for nothing. */
    Node launch(String nodeUrl, UnaryOperator<PackagedJar> more) throws Exception {
        int port = Ports.quiet();
        PackagedJar jar = PackagedJar.facing(simulator).env("DINGTALK_WEBHOOK_PORT", String.valueOf(port)).env("DINGTALK_CLUSTER", "true")
                .file("routes/pondering.camel.yaml", AGENT).env("DINGTALK_STORE_URL", nodeUrl).env("DINGTALK_STORE_USER", "postgres")
                .env("DINGTALK_STREAM", "true");
        Node node = new Node(more.apply(jar), port);
        nodes.add(node);
        node.run = node.jar.launch();
        return node;
    }

    List<List<Object>> rows(String sql) throws Exception {
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
    Node busyNode(AtomicBoolean over) throws Exception {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> over.get() || !rows(RUNNING).isEmpty());
        List<String> busy = rows(RUNNING).stream().map(row -> String.valueOf(row.get(0))).toList();
        return nodes.stream().filter(node -> busy.stream().anyMatch(name -> name.endsWith(":" + node.port))).findFirst()
                .orElseGet(() -> nodes.get(random.nextInt(nodes.size())));
    }

    /** Whether the node answers a turn right now, as the store knows it. */
    boolean isAnswering(Node node) throws Exception {
        return !rows("select 1 from message where state = 'running' and node like '%:" + node.port + "'").isEmpty();
    }

    /** Waits until the node answers a turn. */
    void awaitAnswering(Node node) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> isAnswering(node));
    }

    /** Waits until any node answers a turn. */
    void awaitTurn() {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> !rows(RUNNING).isEmpty());
    }

    /** Turns that were begun more than once, since the node that had begun them did not end them. */
    List<List<Object>> takenOver() throws Exception {
        return rows("select id, node, attempts from message where attempts > 1");
    }

    private static String label(int person, int number) {
        return "p%03d-%05d".formatted(person, number);
    }

    /** A person says one message after the other, each until it is accepted: by Stream, and every third one by the webhook. */
    private void talk(int person) {
        // not all at the same moment: so turns run and messages wait at any time, also when something happens to a node
        pause(TALK.dividedBy(EACH).multipliedBy(person).dividedBy(CONVERSATIONS));
        for (int number = 0; number < EACH; number++) {
            String label = label(person, number);
            UserMessage message = UserMessage.text(label).from("person" + person).msgId("msg-" + label);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            for (int tries = 0; !isAccepted((person + number + tries) % 3 == 0 ? message.byWebhook() : message.byStream()); tries++) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(label + " was not accepted within " + PATIENCE);
                }
                pause(Duration.ofMillis(100));
            }
            accepted.put(label, Instant.now());
            pause(TALK.dividedBy(EACH));
        }
    }

    /** A load balancer sends webhooks to this node from now on. Returns when those that others have got are answered. */
    void sendWebhooksTo(Node node) {
        simulator.callbackUrl(Bot.APP_KEY, node.webhook());
        AtomicInteger before = webhooks;
        webhooks = new AtomicInteger();
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> before.get() == 0);
    }

    private PushResult say(UserMessage message) {
        AtomicInteger underWay = webhooks;
        underWay.incrementAndGet();
        try {
            return simulator.say(message);
        } finally {
            underWay.decrementAndGet();
        }
    }

    private boolean isAccepted(UserMessage message) {
        PushResult result = say(message);
        if (!result.accepted()) {
            String reason = result.transport() + " " + (result.status() == 0 ? "unanswered" : result.status());
            if (refused.merge(reason, 1, Integer::sum) == 1) {
                System.out.println("cluster: first " + reason + " at " + Instant.now() + ": " + result.body());
            }
        }
        return result.accepted();
    }

    /** What happens to the nodes while people talk. */
    @FunctionalInterface
    interface Disturbance {
        /** @param over true once all people have said all */
        void run(AtomicBoolean over) throws Exception;
    }

    /** What was refused so far, by transport and status. DingTalk delivers again what Stream did not acknowledge. */
    Map<String, Integer> refused() {
        return new TreeMap<>(refused);
    }

    /** All people talk while something happens to the nodes; then every message is answered, in order, and shown once. */
    void everythingIsAnsweredWhile(Disturbance disturbance) throws Exception {
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
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).ignoreExceptions().untilAsserted(
                    () -> assertThat(rows("select state, count(*) from message group by state"))
                            .containsExactly(List.of("done", (long) MESSAGES)));
        } finally {
            people.shutdownNow();
        }
        check();
    }

    private void check() throws Exception {
        List<Delivery> deliveries = simulator.deliveries();
        Map<String, List<String>> shown = deliveries.stream().collect(Collectors.groupingBy(Delivery::conversationId, LinkedHashMap::new,
                Collectors.mapping(Delivery::text, Collectors.toList())));
        int twice = 0;
        for (int person = 0; person < CONVERSATIONS; person++) {
            int its = person;
            List<String> answers = shown.get(simulator.dm(Bot.APP_KEY, "person" + person));
            assertThat(answers.stream().distinct().toList()).as("person %d, by first appearance", person)
                    .containsExactlyElementsOf(IntStream.range(0, EACH).mapToObj(number -> label(its, number)).toList());
            twice += answers.size() - EACH;
        }
        System.out.println("cluster: shown twice " + twice + "; refused " + refused() + "; " + waits(deliveries) + "; attempts, turns "
                + rows("select attempts, count(*) from message group by attempts order by attempts") + "; turns by node "
                + rows("select node, count(*) from message group by node order by node"));
        // where a node dies between DingTalk's answer and the record of it, the reply is sent again with the same msgUuid
        assertThat(twice).as("answers that people saw twice").isZero();
        assertThat(rows("select * from dead_letter")).isEmpty();
    }

    private String waits(List<Delivery> deliveries) {
        long[] millis = deliveries.stream().filter(delivery -> accepted.containsKey(delivery.text()))
                .mapToLong(delivery -> Duration.between(accepted.get(delivery.text()), delivery.time()).toMillis()).sorted().toArray();
        return "accepted to answered: median " + millis[millis.length / 2] + " ms, 99 % " + millis[millis.length * 99 / 100]
                + " ms, longest " + millis[millis.length - 1] + " ms";
    }

    static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    @Override
    public void close() throws Exception {
        for (Node node : nodes) {
            node.signal("CONT");
            node.jar.close();
        }
        simulator.close();
    }
}
