package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import com.dingtalk.open.app.api.OpenDingTalkClient;
import com.dingtalk.open.app.api.OpenDingTalkStreamClientBuilder;
import com.dingtalk.open.app.api.callback.OpenDingTalkCallbackListener;
import com.dingtalk.open.app.api.message.GenericOpenDingTalkEvent;
import com.dingtalk.open.app.api.security.AuthClientCredential;
import com.dingtalk.open.app.stream.protocol.event.EventAckStatus;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.simulator.stream.CardClickResult;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import io.github.dingtalkcamel.simulator.stream.Subscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shade.com.alibaba.fastjson2.JSONObject;

/**
 * DingTalk's official Java client takes the simulator for DingTalk: over real TLS, with nothing changed but the host it asks for a
 * connection and the certificates it trusts (docs/protocol.md 2.10.2, 9.1, A.1).
 */
class OfficialJavaStreamTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String SECRET = "s3cr3t-fake";
    private static final List<String> TRUST = List.of("javax.net.ssl.trustStore", "javax.net.ssl.trustStorePassword");

    /** The client serializes nothing, but its interface wants listeners to be serializable: what they share is static. */
    private static final Queue<JSONObject> MESSAGES = new ConcurrentLinkedQueue<>();
    private static final Queue<GenericOpenDingTalkEvent> EVENTS = new ConcurrentLinkedQueue<>();

    @TempDir
    Path directory;

    private String[] trustBefore;
    private Simulator simulator;
    private OpenDingTalkClient client;

    static final class Messages implements OpenDingTalkCallbackListener<JSONObject, JSONObject> {

        private static final long serialVersionUID = 1L;

        @Override
        public JSONObject execute(JSONObject message) {
            MESSAGES.add(message);
            if (message.getJSONObject("text").getString("content").equals("fail")) {
                throw new IllegalStateException("as told");
            }
            return new JSONObject();
        }
    }

    static final class Clicks implements OpenDingTalkCallbackListener<JSONObject, JSONObject> {

        private static final long serialVersionUID = 1L;

        @Override
        public JSONObject execute(JSONObject click) {
            return JSONObject.of("cardData", JSONObject.of("cardParamMap", JSONObject.of("pressed", click.getString("outTrackId"))));
        }
    }

    @BeforeEach
    void start() throws Exception {
        MESSAGES.clear();
        EVENTS.clear();
        SelfSigned certificate = SelfSigned.in(directory);
        trustBefore = TRUST.stream().map(System::getProperty).toArray(String[]::new);
        System.setProperty(TRUST.get(0), certificate.keyStore().toString());
        System.setProperty(TRUST.get(1), certificate.password());
        simulator = Simulator.start(SimulatorOptions.defaults().stream(
                StreamOptions.defaults().tls(certificate.tls()).pingEvery(Duration.ofMillis(100)).eventRetries(Duration.ofMillis(50))));
        simulator.addApp(SimulatedApp.of(KEY, SECRET));
        OpenDingTalkStreamClientBuilder builder = OpenDingTalkStreamClientBuilder.custom()
                .credential(new AuthClientCredential(KEY, SECRET))
                .registerCallbackListener(Subscription.MESSAGES.topic(), new Messages())
                .registerCallbackListener(Subscription.CARDS.topic(), new Clicks())
                .registerAllEventListener(event -> {
                    EVENTS.add(event);
                    return event.getEventType().equals("later") ? EventAckStatus.LATER : EventAckStatus.SUCCESS;
                });
        Method openApiHost = OpenDingTalkStreamClientBuilder.class.getDeclaredMethod("openApiHost", String.class);
        openApiHost.setAccessible(true);
        openApiHost.invoke(builder, simulator.url());
        client = builder.build();
        client.start();
        awaitItTakesPushes();
    }

    /** Says something until the client takes it on its newest connection. What it received is forgotten. */
    private void awaitItTakesPushes() {
        // the client has a connection in its pool a little later than it has it open: what is told to it in between is lost on it
        StreamClient.await().until(() -> {
            String newest = simulator.stream().connections().stream().reduce((older, newer) -> newer).map(Connection::id).orElse(null);
            return simulator.stream().acks().stream().filter(ack -> "ping".equals(ack.topic()))
                    .filter(ack -> ack.connectionId().equals(newest)).count() >= 3;
        });
        StreamClient.await().until(() -> simulator.say(UserMessage.text("ready?").byStream()).accepted());
        MESSAGES.clear();
    }

    @AfterEach
    void stop() throws Exception {
        if (client != null) {
            client.stop();
        }
        simulator.close();
        for (int i = 0; i < TRUST.size(); i++) {
            if (trustBefore[i] == null) {
                System.clearProperty(TRUST.get(i));
            } else {
                System.setProperty(TRUST.get(i), trustBefore[i]);
            }
        }
    }

    private Connection connection() {
        return simulator.stream().connections().get(0);
    }

    @Test
    void isTakenForDingTalk() {
        assertThat(connection().secure()).isTrue();
        assertThat(connection().subscriptions()).containsExactlyInAnyOrder(Subscription.EVENTS, Subscription.MESSAGES, Subscription.CARDS);
        assertThat(simulator.stream().acks()).allSatisfy(ack -> assertThat(ack.fault()).isNull());

        PushResult sent = simulator.say(UserMessage.text("hello").byStream());
        assertThat(sent.accepted()).isTrue();
        assertThat(sent.body()).isEqualTo("{\"response\":{}}");
        assertThat(MESSAGES.remove().getString("msgId")).isEqualTo(sent.msgId());

        PushResult failed = simulator.say(UserMessage.text("fail").byStream());
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.fault()).isEqualTo("code 500: client internal error");

        CardClickResult clicked = simulator.stream().click(CardClick.on("ot-0001", "ok"));
        assertThat(clicked.response()).isEqualTo("{\"cardData\":{\"cardParamMap\":{\"pressed\":\"ot-0001\"}}}");

        PushResult event = simulator.stream().event(SimulatedEvent.of("user_add_org", "{\"userId\":[\"staff227\"]}"));
        assertThat(event.accepted()).isTrue();
        assertThat(Wire.json(event.body()).path("status").asText()).isEqualTo("SUCCESS");
        assertThat(EVENTS.remove().getData()).isEqualTo(JSONObject.of("userId", List.of("staff227")));

        SimulatedEvent later = SimulatedEvent.of("later", "{}");
        assertThat(simulator.stream().event(later).fault()).isEqualTo("LATER");
        StreamClient.await().until(() -> EVENTS.size() == 2);
        assertThat(EVENTS).extracting(GenericOpenDingTalkEvent::getEventId).containsOnly(later.id());

        assertThat(simulator.stream().push(KEY, "CALLBACK", "/v1.0/unknown", "{}").fault()).isEqualTo("code 404: topic not exist");
        assertThat(simulator.stream().push(KEY, "WEIRD", "x", "{}").fault()).isEqualTo("code 404: type not exist");

        assertThat(simulator.requests()).filteredOn(request -> request.path().equals(OpenCall.PATH)).singleElement().satisfies(open ->
                assertThat(Wire.json(open.body()).path("ua").asText()).isEqualTo("java/1.3.12-union"));
    }

    @Test
    void movesItToAnotherConnection() {
        String old = connection().id();

        simulator.stream().disconnect(old, Disconnect.after(Duration.ofSeconds(30)));

        StreamClient.await().until(() -> simulator.stream().connections().size() == 2);
        assertThat(simulator.stream().connections()).extracting(Connection::id, Connection::state).first()
                .isEqualTo(tuple(old, Connection.State.LEAVING));
        awaitItTakesPushes();
        PushResult sent = simulator.say(UserMessage.text("hello").byStream());
        assertThat(sent.accepted()).isTrue();
        assertThat(sent.connectionId()).isNotEqualTo(old);
    }

    @Test
    void getsItBackAfterClosingOnIt() {
        String old = connection().id();

        simulator.stream().close(old, 1001);

        StreamClient.await().until(() -> simulator.stream().connections().stream().anyMatch(connection -> !connection.id().equals(old)
                && connection.state() == Connection.State.OPEN));
        awaitItTakesPushes();
        assertThat(simulator.say(UserMessage.text("again").byStream()).accepted()).isTrue();
        assertThat(simulator.stream().openCalls()).extracting(OpenCall::status).containsExactly(200, 200);
    }
}
