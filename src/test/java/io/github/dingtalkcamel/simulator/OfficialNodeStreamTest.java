package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.simulator.stream.CardClickResult;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import io.github.dingtalkcamel.simulator.stream.Subscription;
import io.github.dingtalkcamel.simulator.text.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * DingTalk's official Node client takes the simulator for DingTalk (docs/protocol.md 2.10.1, 9.1, A.2). Skipped where there is no Node, or
 * no registry to get the client from.
 */
class OfficialNodeStreamTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String SECRET = "s3cr3t-fake";
    private static final Path SOURCE = Path.of("src/test/node");
    private static final Path HOME = Path.of("target/node");
    private static final Pattern NO_REGISTRY = Pattern.compile(
            "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|E404|E403|E5\\d\\d|CERT");

    private final List<String> output = new CopyOnWriteArrayList<>();
    private Simulator simulator;
    private Process node;

    private record Finished(int status, String output) {
    }

    /** Null: the client is there. */
    private static String whyNot;

    @BeforeAll
    static void installTheClient() throws Exception {
        whyNot = !runs("node") ? "there is no node on the PATH" : !runs("npm") ? "there is no npm on the PATH" : install();
    }

    private static String install() throws Exception {
        Files.createDirectories(HOME);
        for (String file : List.of("package.json", "package-lock.json", "client.mjs")) {
            Files.copy(SOURCE.resolve(file), HOME.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(HOME.resolve("node_modules/.package-lock.json"))) {
            Finished install = run(HOME, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0",
                    "--fetch-timeout=20000");
            if (install.status() != 0 && NO_REGISTRY.matcher(install.output()).find()) {
                return "npm cannot reach its registry: " + install.output();
            }
            assertThat(install.status()).as(install.output()).isZero();
        }
        return null;
    }

    private static boolean runs(String program) throws InterruptedException {
        try {
            return run(Path.of("."), program, "--version").status() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static Finished run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return new Finished(-1, "ETIMEDOUT " + output);
        }
        return new Finished(process.exitValue(), output);
    }

    @BeforeEach
    void start() throws Exception {
        assumeTrue(whyNot == null, whyNot);
        simulator = Simulator.start(SimulatorOptions.defaults()
                .stream(StreamOptions.defaults().pingEvery(Duration.ofMillis(100)).eventRetries(Duration.ofMillis(50))));
        simulator.addApp(SimulatedApp.of(KEY, SECRET));
        ProcessBuilder builder = new ProcessBuilder("node", "client.mjs").directory(HOME.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("SIMULATOR_URL", simulator.url(), "CLIENT_ID", KEY, "CLIENT_SECRET", SECRET));
        node = builder.start();
        BufferedReader lines = node.inputReader(StandardCharsets.UTF_8);
        Thread reader = new Thread(() -> lines.lines().forEach(output::add), "node");
        reader.setDaemon(true);
        reader.start();
        StreamClient.await().atMost(Duration.ofSeconds(20)).alias("connected").until(() -> simulator.stream().connections().size() == 1);
    }

    @AfterEach
    void stop() throws Exception {
        if (node != null) {
            node.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        if (simulator != null) {
            simulator.close();
        }
    }

    private List<JsonNode> said(String what) {
        return output.stream().map(Json::objectOrNull).filter(line -> line != null && what.equals(Json.text(line, "what")))
                .map(line -> line.path("value")).toList();
    }

    @Test
    void takesTheSimulatorForDingTalk() {
        assertThat(simulator.stream().connections().get(0).subscriptions())
                .containsExactlyInAnyOrder(Subscription.EVENTS, Subscription.MESSAGES, Subscription.CARDS);
        StreamClient.await().until(() -> said("token").size() == 1);
        StreamClient.await().until(() -> simulator.stream().acks().stream().anyMatch(ack -> "ping".equals(ack.topic())));

        PushResult sent = simulator.say(UserMessage.text("你好").byStream());
        assertThat(sent.accepted()).as(output.toString()).isTrue();
        assertThat(sent.body()).isEqualTo("{\"response\":{\"success\":true}}");
        StreamClient.await().until(() -> said("message").size() == 1);
        assertThat(said("message").get(0).path("text").path("content").asText()).isEqualTo("你好");

        CardClickResult clicked = simulator.stream().click(CardClick.on("ot-0001", "ok"));
        assertThat(clicked.response()).isEqualTo("{\"cardData\":{\"cardParamMap\":{\"pressed\":\"ot-0001\"}}}");

        PushResult event = simulator.stream().event(SimulatedEvent.of("user_add_org", "{\"userId\":[\"staff227\"]}"));
        assertThat(event.accepted()).isTrue();
        assertThat(event.body()).isEqualTo("{\"status\":\"SUCCESS\",\"message\":\"ok\"}");
        assertThat(simulator.stream().event(SimulatedEvent.of("later", "{}")).fault()).isEqualTo("LATER");
        StreamClient.await().until(() -> said("event").size() == 3);

        assertThat(simulator.stream().acks()).allSatisfy(ack -> assertThat(ack.fault()).isNull());
        simulator.stream().fragments(5);
        assertThat(simulator.say(UserMessage.text("汉字".repeat(50)).byStream()).accepted()).isTrue();
    }

    @Test
    void comesBackAfterADisconnect() {
        String old = simulator.stream().connections().get(0).id();

        simulator.stream().disconnect(old, Disconnect.after(Duration.ofMillis(100)));

        StreamClient.await().until(() -> simulator.stream().connections().stream().anyMatch(connection -> !connection.id().equals(old)));
        PushResult sent = simulator.say(UserMessage.text("again").byStream());
        assertThat(sent.accepted()).isTrue();
        assertThat(simulator.stream().acks()).noneMatch(ack -> "disconnect".equals(ack.topic()));
        assertThat(simulator.stream().openCalls()).hasSize(2);
    }
}
