package io.github.dingtalkcamel.simulator.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.FakeApplication;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.StreamClient;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Stream side steered by scripts. */
class StreamControlsTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String SECRET = "s3cr3t-fake";

    private final List<StreamClient> clients = new ArrayList<>();
    private FakeApplication application;
    private Simulator simulator;
    private Wire wire;

    @BeforeEach
    void start() throws Exception {
        application = new FakeApplication();
        simulator = Simulator.start(SimulatorOptions.defaults().quietTime(Duration.ofMillis(50)).pushTimeout(Duration.ofSeconds(1)));
        simulator.addApp(SimulatedApp.of(KEY, SECRET).withCallbackUrl(application.url()));
        wire = new Wire(simulator);
    }

    @AfterEach
    void stop() {
        clients.forEach(StreamClient::close);
        simulator.close();
        application.close();
    }

    private StreamClient connect() throws Exception {
        StreamClient client = StreamClient.connect(simulator, KEY, SECRET);
        clients.add(client);
        return client;
    }

    private JsonNode order(String path, String json) throws Exception {
        return wire.post("/simulator/stream/" + path, json).json();
    }

    private JsonNode say(String json) throws Exception {
        return wire.post("/simulator/say", json).json();
    }

    @Test
    void saysItByStreamIfAClientIsConnectedElseByWebhook() throws Exception {
        assertThat(say("{\"text\":\"x\",\"waitSeconds\":0}").path("by").asText()).isEqualTo("webhook");
        StreamClient client = connect();

        JsonNode byDefault = say("{\"text\":\"x\",\"waitSeconds\":0}");
        assertThat(byDefault.path("by").asText()).isEqualTo("stream");
        assertThat(byDefault.path("accepted").asBoolean()).isTrue();
        assertThat(byDefault.path("status").asInt()).isEqualTo(200);
        assertThat(byDefault.path("connection").asText()).isEqualTo(client.id());
        assertThat(byDefault.path("tookMs").isNumber()).isTrue();
        assertThat(say("{\"text\":\"x\",\"by\":\"webhook\",\"waitSeconds\":0}").path("by").asText()).isEqualTo("webhook");
        assertThat(say("{\"text\":\"x\",\"by\":\"stream\",\"waitSeconds\":0}").path("by").asText()).isEqualTo("stream");
        assertThat(say("{\"text\":\"x\",\"by\":\"stream\",\"connection\":\"" + client.id() + "\",\"waitSeconds\":0}").path("connection")
                .asText())
                .isEqualTo(client.id());
        assertThat(say("{\"text\":\"x\",\"by\":\"pigeon\"}").path("message").asText()).contains("stream or webhook");
        assertThat(client.messages()).hasSize(3);
        assertThat(application.pushes()).hasSize(2);
    }

    @Test
    void saysThatNoClientIsConnected() throws Exception {
        Wire.Reply reply = wire.post("/simulator/say", "{\"text\":\"x\",\"by\":\"stream\"}");

        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.json().path("message").asText()).contains("no open Stream connection");
    }

    @Test
    void listsConnectionsOpenCallsAndAcks() throws Exception {
        StreamClient client = connect();
        wire.post(OpenCall.PATH, StreamClient.openBody(KEY, "wrong", "[]"));
        say("{\"text\":\"x\",\"waitSeconds\":0}");

        JsonNode connection = wire.get("/simulator/stream/connections").json().path(0);
        assertThat(connection.path("id").asText()).isEqualTo(client.id());
        assertThat(connection.path("app").asText()).isEqualTo(KEY);
        assertThat(connection.path("state").asText()).isEqualTo("open");
        assertThat(connection.path("sent").asInt()).isEqualTo(1);
        assertThat(connection.path("acked").asInt()).isEqualTo(1);
        assertThat(connection.path("subscriptions")).hasSize(3);
        JsonNode opens = wire.get("/simulator/stream/opens").json();
        assertThat(opens).extracting(open -> open.path("status").asInt()).containsExactly(200, 401);
        JsonNode ack = wire.get("/simulator/stream/acks?limit=1").json().path(0);
        assertThat(ack.path("code").asInt()).isEqualTo(200);
        assertThat(ack.path("connection").asText()).isEqualTo(client.id());
        assertThat(ack.path("fault").isNull()).isTrue();
    }

    @Test
    void disconnectsOneOrAll() throws Exception {
        StreamClient one = connect();
        StreamClient two = connect();

        order("disconnect", "{\"connection\":\"" + one.id() + "\",\"reason\":\"go\",\"silenceMs\":20,\"ending\":\"going_away\"}");
        assertThat(one.closed().get(5, TimeUnit.SECONDS)).isEqualTo(1001);
        assertThat(one.frames("disconnect").get(0).path("data").asText()).isEqualTo("{\"reason\":\"go\"}");
        assertThat(two.frames()).isEmpty();

        order("disconnect", "{\"silenceMs\":20}");
        assertThat(two.closed().get(5, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(order("disconnect", "{\"connection\":\"nobody\"}").path("message").asText()).contains("no connection nobody");
        assertThat(order("disconnect", "{\"ending\":\"soon\"}").path("message").asText()).contains("GOING_AWAY");
    }

    @Test
    void breaksConnections() throws Exception {
        StreamClient closed = connect();
        order("close", "{\"code\":1001}");
        assertThat(closed.closed().get(5, TimeUnit.SECONDS)).isEqualTo(1001);
        StreamClient reset = connect();
        order("reset", "{}");
        assertThat(reset.broken().get(5, TimeUnit.SECONDS)).hasMessageContaining("reset");
        StreamClient.await().until(() -> simulator.stream().connections().isEmpty());
        connect();
        order("black-hole", "{}");
        assertThat(wire.get("/simulator/stream/connections").json().path(0).path("state").asText()).isEqualTo("black_hole");
    }

    @Test
    void pushesWhatIsWanted() throws Exception {
        StreamClient client = connect();

        assertThat(order("push", "{\"type\":\"CALLBACK\",\"topic\":\"/v9/x\",\"data\":{\"a\":1}}").path("code").asInt()).isEqualTo(404);
        assertThat(client.frames("/v9/x").get(0).path("data").asText()).isEqualTo("{\"a\":1}");
        assertThat(order("event", "{\"type\":\"org_change\",\"id\":\"e1\",\"data\":{}}").path("accepted").asBoolean()).isTrue();
        assertThat(client.frames("*").get(0).path("headers").path("eventId").asText()).isEqualTo("e1");
        client.answers(frame -> StreamClient.ack(frame, 200, "{\"response\":{\"a\":\"b\"}}"));
        assertThat(order("click", "{\"outTrackId\":\"ot\",\"actionIds\":[\"ok\"],\"params\":{\"p\":\"q\"}}").path("response").asText())
                .isEqualTo("{\"a\":\"b\"}");
        assertThat(order("click", "{}").path("message").asText()).contains("outTrackId");
        order("write", "{\"text\":\"{oops\"}");
        StreamClient.await().until(() -> client.texts().contains("{oops"));
    }

    @Test
    void setsRedeliveryAndFragments() throws Exception {
        StreamClient client = connect();
        order("redelivery", "{\"mode\":\"duplicate_always\"}");
        order("fragments", "{\"pieces\":5}");

        say("{\"text\":\"x\",\"waitSeconds\":0}");

        StreamClient.await().until(() -> client.messages().size() == 2);
        assertThat(client.pieces()).isEqualTo(10);
        assertThat(order("redelivery", "{\"mode\":\"sometimes\"}").path("message").asText()).contains("ON_MISSING_ACK");
        assertThat(order("redelivery", "{\"mode\":\"on_missing_ack\",\"afterMs\":0}").path("message").asText()).contains("1 ms");
    }

    @Test
    void refusesUpgradesAndOpenCalls() throws Exception {
        wire.post("/simulator/troubles", "{\"kind\":\"fail\",\"on\":\"STREAM\",\"status\":502}");
        assertThat(wire.post(OpenCall.PATH, StreamClient.openBody(KEY, SECRET, "[]")).status()).isEqualTo(502);
        wire.post("/simulator/troubles", "{\"kind\":\"fail\",\"on\":\"CONNECT\",\"status\":503}");

        assertThat(catchThrowable(this::connect)).cause().isInstanceOf(WebSocketHandshakeException.class);
        assertThat(connect().id()).isNotEmpty();
    }
}
