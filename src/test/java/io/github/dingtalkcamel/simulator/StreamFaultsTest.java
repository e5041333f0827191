package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that live, are closed with notice, break and go silent: docs/protocol.md 2.5, 2.9, 9.3, 9.4. */
class StreamFaultsTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String SECRET = "s3cr3t-fake";

    private final List<StreamClient> clients = new ArrayList<>();
    private Simulator simulator;

    @AfterEach
    void stop() {
        clients.forEach(StreamClient::close);
        simulator.close();
    }

    private void start(StreamOptions options) {
        start(options, Duration.ofSeconds(20));
    }

    private void start(StreamOptions options, Duration pushTimeout) {
        simulator = Simulator.start(SimulatorOptions.defaults().pushTimeout(pushTimeout).stream(options));
        simulator.addApp(SimulatedApp.of(KEY, SECRET));
    }

    private StreamClient connect() throws Exception {
        StreamClient client = StreamClient.connect(simulator, KEY, SECRET);
        clients.add(client);
        return client;
    }

    private Connection only() {
        assertThat(simulator.stream().connections()).hasSize(1);
        return simulator.stream().connections().get(0);
    }

    private void until(Callable<Boolean> condition) {
        StreamClient.await().until(condition);
    }

    @Test
    void asksForSignsOfLife() throws Exception {
        start(StreamOptions.defaults().pingEvery(Duration.ofMillis(20)));
        StreamClient client = connect();

        until(() -> simulator.stream().acks().size() >= 3);

        JsonNode ping = client.frames("ping").get(0);
        assertThat(ping.path("type").asText()).isEqualTo("SYSTEM");
        assertThat(ping.path("headers").has("connectionId")).isFalse();
        assertThat(Wire.json(ping.path("data").asText()).path("opaque").asText()).isNotEmpty();
        assertThat(simulator.stream().acks()).allSatisfy(ack -> {
            assertThat(ack.topic()).isEqualTo("ping");
            assertThat(ack.fault()).isNull();
        });
        assertThat(only().acked()).isGreaterThanOrEqualTo(3);
        assertThat(client.frames("CONNECTED")).isEmpty();
    }

    @Test
    void noticesAWrongSignOfLife() throws Exception {
        start(StreamOptions.defaults().pingEvery(Duration.ofMillis(20)));
        clients.add(StreamClient.connect(simulator, KEY, SECRET, frame -> StreamClient.ack(frame, 200, "{\"opaque\":\"other\"}")));

        until(() -> !simulator.stream().acks().isEmpty());

        assertThat(simulator.stream().acks().get(0).fault()).isEqualTo("opaque is not what the ping said");
        assertThat(only().acked()).isZero();
    }

    @Test
    void pingsTheSocketToo() throws Exception {
        start(StreamOptions.defaults().webSocketPingEvery(Duration.ofMillis(20)));
        connect();

        until(() -> only().socketPongs() >= 2);
    }

    @Test
    void answersPingsOfTheSocketWithTheirPayload() throws Exception {
        start(StreamOptions.defaults());
        StreamClient client = connect();

        client.ping("6f1c1b0e-0000-4000-8000-0123456789ab");

        until(() -> client.pongs().equals(List.of("6f1c1b0e-0000-4000-8000-0123456789ab")));
    }

    @Test
    void greetsOnDemand() throws Exception {
        start(StreamOptions.defaults().greets(true).pingEvery(Duration.ofMillis(20)));
        StreamClient client = connect();

        until(() -> !client.frames("KEEPALIVE").isEmpty());

        assertThat(client.frames()).extracting(frame -> frame.path("headers").path("topic").asText())
                .startsWith("CONNECTED", "REGISTERED", "ping");
        assertThat(client.frames("CONNECTED").get(0).path("type").asText()).isEqualTo("SYSTEM");
    }

    @Test
    void takesLeaveWithAFrameThenSilenceThenTheEnd() throws Exception {
        start(StreamOptions.defaults().pingEvery(Duration.ofMillis(20)).silence(Duration.ofMillis(300)));
        StreamClient old = connect();
        long begin = System.nanoTime();

        simulator.stream().disconnect(old.id());
        StreamClient fresh = connect();
        for (int i = 0; i < 20; i++) {
            assertThat(simulator.say(UserMessage.text("x").byStream()).connectionId()).isEqualTo(fresh.id());
        }

        until(() -> !old.frames("disconnect").isEmpty());
        assertThat(old.frames("disconnect").get(0).path("data").asText()).isEqualTo("{\"reason\":\"persistent connection is timeout\"}");
        assertThat(old.closed().get(5, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(290));
        assertThat(old.frames().get(old.frames().size() - 1).path("headers").path("topic").asText()).isEqualTo("disconnect");
        assertThat(old.messages()).isEmpty();
        until(() -> simulator.stream().connections().size() == 1);
        assertThat(only().id()).isEqualTo(fresh.id());
    }

    @Test
    void takesAcksWhileLeaving() throws Exception {
        start(StreamOptions.defaults());
        StreamClient client = connect().answers(frame -> null);
        CompletableFuture<PushResult> sent = simulator.sayAsync(UserMessage.text("x").byStream());
        until(() -> client.messages().size() == 1);

        simulator.stream().disconnect(client.id());
        client.send(StreamClient.ack(client.messages().get(0), 200, "{}"));

        assertThat(sent.get(5, TimeUnit.SECONDS).accepted()).isTrue();
        assertThat(only().state()).isEqualTo(Connection.State.LEAVING);
    }

    @Test
    void endsAsTold() throws Exception {
        start(StreamOptions.defaults());
        Disconnect soon = Disconnect.after(Duration.ofMillis(30)).reason("connection is expired");
        StreamClient goingAway = connect();
        simulator.stream().disconnect(goingAway.id(), soon.ending(Disconnect.Ending.GOING_AWAY));
        assertThat(goingAway.closed().get(5, TimeUnit.SECONDS)).isEqualTo(1001);
        assertThat(goingAway.frames("disconnect").get(0).path("data").asText()).contains("connection is expired");

        StreamClient reset = connect();
        simulator.stream().disconnect(reset.id(), soon.ending(Disconnect.Ending.RESET));
        assertThat(reset.broken().get(5, TimeUnit.SECONDS)).isInstanceOf(IOException.class);

        StreamClient forgotten = connect();
        simulator.stream().disconnect(forgotten.id(), soon.ending(Disconnect.Ending.NONE));
        forgotten.ping("still there");
        until(() -> forgotten.pongs().contains("still there"));
        StreamClient.await().during(Duration.ofMillis(150)).until(() -> !forgotten.closed().isDone() && !forgotten.broken().isDone());
    }

    @Test
    void closesWithoutAWord() throws Exception {
        start(StreamOptions.defaults());
        StreamClient client = connect();
        assertThatThrownBy(() -> simulator.stream().close(client.id(), 1006)).isInstanceOf(IllegalArgumentException.class);

        simulator.stream().close(client.id(), 1001);

        assertThat(client.closed().get(5, TimeUnit.SECONDS)).isEqualTo(1001);
        assertThat(client.frames()).isEmpty();
        until(() -> simulator.stream().connections().isEmpty());
    }

    @Test
    void resetsTheSocket() throws Exception {
        start(StreamOptions.defaults());
        StreamClient client = connect().answers(frame -> null);
        CompletableFuture<PushResult> sent = simulator.sayAsync(UserMessage.text("x").byStream());
        until(() -> client.messages().size() == 1);

        simulator.stream().reset(client.id());

        assertThat(client.broken().get(5, TimeUnit.SECONDS)).hasMessageContaining("reset");
        assertThat(sent.get(5, TimeUnit.SECONDS).fault()).isEqualTo("the connection closed before an answer");
        until(() -> simulator.stream().connections().isEmpty());
    }

    @Test
    void swallowsEverythingInABlackHole() throws Exception {
        start(StreamOptions.defaults().pingEvery(Duration.ofMillis(20)), Duration.ofMillis(500));
        StreamClient client = connect();
        until(() -> !simulator.stream().acks().isEmpty());

        simulator.stream().blackHole(client.id());
        assertThat(only().state()).isEqualTo(Connection.State.BLACK_HOLE);
        long sent = only().sent();
        client.ping("anybody?");

        StreamClient.await().during(Duration.ofMillis(300)).until(() -> only().sent() == sent && client.pongs().isEmpty());
        assertThat(client.texts()).hasSizeLessThanOrEqualTo((int) sent);
        assertThat(client.closed()).isNotDone();
        assertThat(client.broken()).isNotDone();
        assertThat(simulator.say(UserMessage.text("x").byStream()).fault()).contains("no open Stream connection");
        assertThat(simulator.say(UserMessage.text("x").byStream(client.id())).fault()).isEqualTo("no answer within 500 ms");
        assertThat(client.messages()).isEmpty();
        simulator.stream().reset(client.id());
        until(() -> simulator.stream().connections().isEmpty());
    }

    @Test
    void forgetsConnectionsThatTheirClientCloses() throws Exception {
        start(StreamOptions.defaults());
        StreamClient client = connect();
        assertThat(only().id()).isEqualTo(client.id());

        client.close();

        until(() -> simulator.stream().connections().isEmpty());
        assertThatThrownBy(() -> simulator.stream().disconnect(client.id())).hasMessageContaining("no connection");
    }
}
