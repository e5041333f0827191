package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The packaged jar with 256 MB of heap, and more proved messages than that holds. */
class MemoryIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int MESSAGES = 300;
    private static final String AGENT = """
            - route:
                id: slow
                from:
                  uri: agent:slow
                  parameters:
                    trigger: main
                  steps:
                    - setBody:
                        constant: done
                    - to: %s
            """;

    @Test
    void longMessagesThatWaitForASlowAgentAreRefusedWhereMemoryEnds() throws Exception {
        try (Gate gate = new Gate(); Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
                PackagedJar jar = PackagedJar.facing(simulator).option("-Xmx256m").env("DINGTALK_STREAM", "false")
                        .file("routes/slow.yaml", AGENT.formatted(gate.url()))) {
            PackagedJar.Run run = jar.start();
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                HttpResponse<String> answer = post(run, "long" + i, "x".repeat(1_000_000));
                statuses.add(answer.statusCode());
                if (answer.statusCode() == 503) {
                    assertThat(answer.headers().firstValue("Retry-After")).as(answer.body()).isPresent();
                }
            }

            long taken = statuses.stream().filter(status -> status == 200).count();
            double limit = metric(run, "dingtalk_held_bytes_limit{kind=\"turns\"");
            assertThat(taken).isBetween(10L, (long) (limit / 2_000_000) + 1);
            assertThat(statuses).containsOnly(200, 503).hasSize(MESSAGES);
            assertThat(metric(run, "dingtalk_held_bytes{kind=\"turns\"")).isBetween(taken * 2_000_000.0, limit);
            assertThat(post(run, "command", "/help").statusCode()).as("commands have room of their own").isEqualTo(200);

            gate.open();
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> metric(run, "dingtalk_held_bytes{kind=\"turns\"") == 0);
            assertThat(post(run, "after", "hello").statusCode()).isEqualTo(200);
            assertThat(run.log() + run.errors()).doesNotContain("OutOfMemoryError");
        }
    }

    private static HttpResponse<String> post(PackagedJar.Run run, String msgId, String text) throws Exception {
        ObjectNode message = Callback.message(msgId);
        message.putObject("text").put("content", text);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(run.webhookUrl("main").replace("0.0.0.0", "127.0.0.1")))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(Callback.bytes(message)));
        return HTTP.send(Callback.proof().apply(request).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static double metric(PackagedJar.Run run, String start) throws Exception {
        String metrics = HTTP.send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/metrics")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        return metrics.lines().filter(line -> line.startsWith(start)).findFirst()
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .orElseThrow(() -> new AssertionError("no " + start + " in\n" + metrics));
    }
}
