package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.Recent;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.Ring;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.junit.jupiter.api.Test;

class SimulatorTest {

    private static final String KEY = "dingfakeappkey000001";

    @Test
    void saysThatItsPortIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> Simulator.start(SimulatorOptions.defaults().port(other.getLocalPort())))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("127.0.0.1:" + other.getLocalPort()).hasMessageContaining("another port");
        }
    }

    @Test
    void freesItsPortWhenItCloses() {
        Simulator first = Simulator.start(SimulatorOptions.defaults());
        int port = first.port();
        first.close();

        try (Simulator second = Simulator.start(SimulatorOptions.defaults().port(port))) {
            assertThat(second.url()).isEqualTo("http://127.0.0.1:" + port);
        }
    }

    @Test
    void remembersOnlySoMuch() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults().recordSize(3))) {
            Wire wire = new Wire(simulator);
            for (int i = 0; i < 5; i++) {
                wire.get("/n" + i);
            }
            assertThat(simulator.requests()).extracting(RecordedRequest::path).containsExactly("/n2", "/n3", "/n4");
        }
    }

    @Test
    void weighsWhatItRemembers() {
        Ring<String> ring = new Ring<>(100, 10, String::length);

        List.of("aaaa", "bbbb", "cccc").forEach(ring::add);
        assertThat(ring.all()).containsExactly("bbbb", "cccc");
        ring.add("d".repeat(50));
        assertThat(ring.all()).containsExactly("d".repeat(50));
    }

    @Test
    void forgetsWhatWasNotUsedForLongest() {
        Recent<String, Integer> recent = new Recent<>(2);
        recent.put("a", 1);
        recent.getOrCreate("b", key -> 2);
        recent.get("a");

        assertThat(recent.putNew("c", 3)).isTrue();
        assertThat(recent.putNew("a", 9)).isFalse();
        assertThat(recent.get("b")).isNull();
        assertThat(recent.get("a")).isEqualTo(1);
    }

    @Test
    void closesTwice() {
        Simulator simulator = Simulator.start(SimulatorOptions.defaults());
        simulator.close();
        simulator.close();
        assertThatThrownBy(() -> new Wire(simulator).get("/gettoken")).isInstanceOf(IOException.class);
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        assertThatThrownBy(() -> SimulatorOptions.defaults().port(70000)).hasMessageContaining("70000");
        assertThatThrownBy(() -> SimulatorOptions.defaults().publicUrl("http://sim/")).hasMessageContaining("slash");
        assertThatThrownBy(() -> SimulatedApp.of(KEY, "s").withCallbackUrl("localhost:8080")).hasMessageContaining("http");
        assertThatThrownBy(() -> SimulatedApp.of(KEY, "s").withEncryption("tok", "short")).hasMessageContaining("43");
    }

    @Test
    void refusesBodiesBeyondItsLimit() {
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults())) {
            Wire wire = new Wire(simulator);
            byte[] big = new byte[(32 << 20) + 1];
            try {
                assertThat(wire.send(wire.request("/gettoken").POST(HttpRequest.BodyPublishers.ofByteArray(big))).status()).isEqualTo(413);
            } catch (IOException | InterruptedException closedWhileSending) {
                assertThat(closedWhileSending).isInstanceOf(IOException.class);
            }
            assertThat(simulator.requests()).isEmpty();
        }
    }

    @Test
    void takesManyMessagesAtOnceAndLosesNone() throws Exception {
        try (FakeApplication application = new FakeApplication(); Simulator simulator = Simulator.start(SimulatorOptions.defaults()
                .pushTimeout(Duration.ofSeconds(20)))) {
            simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake").withCallbackUrl(application.url()));

            List<CompletableFuture<PushResult>> all = IntStream.range(0, 1000)
                    .mapToObj(i -> simulator.sayAsync(UserMessage.text("m" + i).from("u" + i % 50))).toList();

            for (CompletableFuture<PushResult> sent : all) {
                assertThat(sent.get(20, TimeUnit.SECONDS).fault()).isNull();
            }
            assertThat(application.pushes().stream().map(push -> Wire.json(push.body()).path("text").path("content").asText())
                    .collect(Collectors.toSet())).hasSize(1000);
        }
    }
}
