package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How many turns wait for slow agents side by side (docs/settings.md, dingtalk.max-running-turns), each in an HTTP call of its own. */
class RunningTurnsIT {

    private static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 21;

    @Test
    void runsTwoHundredTurnsAtOnceAndNoMore() throws Exception {
        // the default without virtual threads
        run(jar -> VIRTUAL_THREADS ? jar.env("DINGTALK_MAX_RUNNING_TURNS", "200") : jar, 200, 60);
    }

    @Test
    void runsTwoThousandTurnsAtOnceAndNoMoreWithVirtualThreads() throws Exception {
        assumeTrue(VIRTUAL_THREADS, "needs Java 21 or newer, this is " + Runtime.version());
        run(jar -> jar, 2_000, 60);
    }

    private interface Preparation {
        PackagedJar prepare(PackagedJar jar);
    }

    private static void run(Preparation preparation, int limit, int more) throws Exception {
        try (Gate gate = new Gate(); Simulator simulator =
                PackagedJar.simulator(SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(30)));
                PackagedJar jar = preparation.prepare(PackagedJar.facing(simulator).option("-Xmx256m")
                        .file("routes/gate.yaml", gate.route()))) {
            PackagedJar.Run run = jar.start();
            simulator.callbackUrl(Bot.APP_KEY, run.webhookUrl("main"));
            List<CompletableFuture<PushResult>> sent = IntStream.range(0, limit + more)
                    .mapToObj(person -> simulator.sayAsync(UserMessage.text("question " + person).from("person" + person))).toList();
            assertThat(sent).allSatisfy(one -> assertThat(one.join().fault()).isNull());

            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> gate.held() == limit);
            assertThat(metric(run, "dingtalk_turns_running")).isEqualTo(limit);
            assertThat(metric(run, "dingtalk_turns_waiting")).isEqualTo(more);
            assertThat(gate.held()).isEqualTo(limit);

            gate.pass();
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> gate.held() == more);
            gate.open();
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> simulator.deliveries().size() == limit + more);
            assertThat(gate.most()).isEqualTo(limit);
            assertThat(simulator.deliveriesTo(simulator.dm(Bot.APP_KEY, "person7"))).singleElement()
                    .satisfies(answer -> assertThat(answer.text()).isEqualTo("question 7"));
            assertThat(run.log()).doesNotContain("OutOfMemoryError");
        }
    }

    private static double metric(PackagedJar.Run run, String name) throws Exception {
        String metrics = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/metrics")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        return metrics.lines().filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{")).findFirst()
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .orElseThrow(() -> new AssertionError("no " + name + " in\n" + metrics));
    }
}
