package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The process has ended 5 s after {@code dingtalk.shutdown-timeout} at the latest, even if an agent hangs, with its store closed. */
class ShutdownIT {

    private static final int TIMEOUT_SECONDS = 2;
    private static final Duration LATEST = Duration.ofSeconds(TIMEOUT_SECONDS + 5);
    private static final String API_TOKEN = "api-token-0123456789";
    private static final String AGENTS = """
            - route:
                from:
                  uri: agent:sleeper
                  steps:
                    - delay: { constant: "600000" }
            - route:
                from:
                  uri: agent:busy
                  steps:
                    - loop: { doWhile: true, expression: { simple: { expression: "true" } }, steps: [ { setBody: { constant: "on" } } ] }
            - route:
                id: stuck-hook
                from:
                  uri: seda:dingtalk-events
                  parameters: { multipleConsumers: true }
                  steps:
                    - delay: { constant: "600000" }
            - route:
                id: endless
                from:
                  uri: timer:endless
                  parameters: { repeatCount: 1, delay: 0 }
                  steps:
                    - delay: { constant: "600000" }
            """;

    @Test
    void endsInTimeWhileAgentsAndHooksDoNotReturn() throws Exception {
        try (Gate gate = new Gate(); Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
                PackagedJar jar = jar(simulator).file("routes/agents.yaml", AGENTS).file("routes/gate.yaml", gate.route())) {
            PackagedJar.Run run = started(jar, simulator);
            bind(run, "sleeper", "busy");
            for (int group = 0; group < 20; group++) {
                say(simulator, group == 0 ? "cidBusy" : "cidSleeper" + group);
                say(simulator, "cidGate" + group);
            }
            Awaitility.await().atMost(PackagedJar.PATIENCE)
                    .until(() -> jar.rows("select 1 from message where state = 'running'").size() == 40);

            assertEndsInTime(jar, run);
            assertThat(jar.rows("select distinct state from message")).containsExactly(List.of("running"));
        }
    }

    @Test
    void endsInTimeWhileDingTalkDoesNotAnswerAndConnectionsAreOpen() throws Exception {
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults()); PackagedJar jar = jar(simulator)) {
            PackagedJar.Run run = started(jar, simulator);
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> simulator.stream().connections().size() == 2);
            simulator.faults().everywhere().untilCleared().neverAnswer();
            simulator.faults().on(ApiFamily.SESSION_WEBHOOK).untilCleared().neverAnswer();
            for (int group = 0; group < 20; group++) {
                say(simulator, "cidWaiting" + group);
            }
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> simulator.requests().size() >= 20);
            simulator.stream().connections().stream().map(Connection::id).forEach(simulator.stream()::blackHole);
            List<Socket> halfSent = new ArrayList<>();
            try {
                for (String url : List.of(run.webhookUrl("main"), run.managementUrl() + "/observe/jolokia")) {
                    halfSent.add(halfSent(URI.create(url), ""));
                }
                halfSent.add(tool(run));

                assertEndsInTime(jar, run);
            } finally {
                for (Socket socket : halfSent) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void endsByItselfAndAtOnceWhereNothingKeepsIt() throws Exception {
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults()); PackagedJar jar = jar(simulator)) {
            PackagedJar.Run run = started(jar, simulator);
            say(simulator, "cidDone");
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> jar.rows("select 1 from message where state = 'done'").size() == 1);

            assertEndsInTime(jar, run);
            assertThat(run.log()).doesNotContain("Not everything has ended").contains("Apache Camel 4.18.0 (dingtalk-camel) shutdown");
        }
    }

    @Test
    void endsAtOnceAndWithoutAStackTraceDuringTheStart() throws Exception {
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults()); PackagedJar jar = jar(simulator)) {
            PackagedJar.Run run = jar.launch().awaitLog("Made a new store");

            assertThat(run.terminate().exitStatus()).isEqualTo(143);

            assertThat(run.errors()).isEmpty();
            assertThat(run.log()).contains("Stopped during the start").doesNotContain("Exception");
            assertThat(Files.exists(jar.workingDirectory().resolve("data/dingtalk.db-open"))).as("the store was closed").isFalse();
        }
    }

    private static PackagedJar jar(Simulator simulator) throws Exception {
        return PackagedJar.facing(simulator).env("DINGTALK_SHUTDOWN_TIMEOUT", String.valueOf(TIMEOUT_SECONDS))
                .env("DINGTALK_API_TOKEN", API_TOKEN);
    }

    private static PackagedJar.Run started(PackagedJar jar, Simulator simulator) throws IOException {
        PackagedJar.Run run = jar.start();
        simulator.callbackUrl(Bot.APP_KEY, run.webhookUrl("main"));
        return run;
    }

    private static void say(Simulator simulator, String group) {
        assertThat(simulator.say(UserMessage.text("hello").inGroup(group).byWebhook()).fault()).isNull();
    }

    private static void assertEndsInTime(PackagedJar jar, PackagedJar.Run run) {
        long begin = System.nanoTime();
        int status = run.terminate().exitStatus();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        System.out.println("ended " + took.toMillis() + " ms after SIGTERM, with status " + status);
        assertThat(took).as(run::log).isLessThan(LATEST);
        assertThat(status).isIn(0, 143);
        assertThat(run.log()).contains("Stopping: no more messages are accepted");
        assertThat(Files.exists(jar.workingDirectory().resolve("data/dingtalk.db-open"))).as("the store was closed").isFalse();
    }

    /** The groups of an agent are those that begin with its name. */
    private static void bind(PackagedJar.Run run, String... agents) throws Exception {
        for (String agent : agents) {
            String name = "cid" + agent.substring(0, 1).toUpperCase() + agent.substring(1);
            for (String group : agent.equals("busy") ? List.of(name) : IntStream.range(1, 20).mapToObj(i -> name + i).toList()) {
                var request = HttpRequest.newBuilder(URI.create(run.webhookUrl("main")
                        .replaceFirst("/webhook/.*", "/bindings/main/" + group)))
                        .header("Authorization", "Bearer " + API_TOKEN).header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString("{\"agent\":\"" + agent + "\"}")).build();
                assertThat(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                        .isLessThan(300);
            }
        }
    }

    /** A request whose body never comes. */
    private static Socket halfSent(URI url, String headers) throws IOException {
        return sent(url, headers + "Content-Length: 1000\r\n\r\n{");
    }

    /** A tool's call that waits for DingTalk. */
    private static Socket tool(PackagedJar.Run run) throws IOException {
        String body = "{\"recipient_type\":\"user_id\",\"recipient_id\":\"staff001\",\"content\":\"hello\"}";
        return sent(URI.create(run.webhookUrl("main").replaceFirst("/webhook/.*", "/tools/dingtalk_send_text_notification")),
                "Authorization: Bearer " + API_TOKEN + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static Socket sent(URI url, String rest) throws IOException {
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.getOutputStream().write(("POST " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nContent-Type: application/json\r\n" + rest)
                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
