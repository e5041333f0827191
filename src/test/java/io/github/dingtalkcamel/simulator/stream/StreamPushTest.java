package io.github.dingtalkcamel.simulator.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.FakeApplication;
import io.github.dingtalkcamel.simulator.SettableClock;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.StreamClient;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.platform.AskResult;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.Transport;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes over Stream connections and what comes back: docs/protocol.md 2.3 to 2.8, 6.5.6, 9.4 to 9.6. */
class StreamPushTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String SECRET = "s3cr3t-fake";
    private static final String MESSAGES_ONLY = "[{\"type\":\"CALLBACK\",\"topic\":\"/v1.0/im/bot/messages/get\"}]";
    private static final String EVENTS_ONLY = "[{\"type\":\"EVENT\",\"topic\":\"*\"}]";

    private final SettableClock clock = new SettableClock();
    private final List<StreamClient> clients = new ArrayList<>();
    private Simulator simulator;

    @BeforeEach
    void start() {
        start(StreamOptions.defaults());
    }

    private void start(StreamOptions options) {
        start(options, Duration.ofSeconds(20));
    }

    /** For pushes that nothing answers: others have more time than a slow machine takes. */
    private void startImpatient() {
        start(StreamOptions.defaults(), Duration.ofMillis(500));
    }

    private void start(StreamOptions options, Duration pushTimeout) {
        if (simulator != null) {
            simulator.close();
        }
        simulator = Simulator.start(SimulatorOptions.defaults().clock(clock).pushTimeout(pushTimeout)
                .quietTime(Duration.ofMillis(50)).stream(options.eventRetries(Duration.ofMillis(50), Duration.ofMillis(50))));
        simulator.addApp(SimulatedApp.of(KEY, SECRET));
    }

    @AfterEach
    void stop() {
        clients.forEach(StreamClient::close);
        simulator.close();
    }

    private StreamClient connect() throws Exception {
        return connect(KEY, StreamClient.ALL);
    }

    private StreamClient connect(String appKey, String subscriptions) throws Exception {
        StreamClient client = StreamClient.connect(simulator, StreamClient.openBody(appKey, SECRET, subscriptions));
        clients.add(client);
        return client;
    }

    @Test
    void pushesMessagesAsDingTalkFramesThem() throws Exception {
        StreamClient client = connect();

        PushResult sent = simulator.say(UserMessage.text("restart").byStream());

        assertThat(sent.fault()).isNull();
        assertThat(sent.status()).isEqualTo(200);
        assertThat(sent.body()).isEqualTo("{\"response\":null}");
        assertThat(sent.transport()).isEqualTo(Transport.STREAM);
        assertThat(sent.connectionId()).isEqualTo(client.id());
        StreamClient.await().until(() -> client.messages().size() == 1);
        JsonNode frame = client.messages().get(0);
        assertThat(frame.path("specVersion").asText()).isEqualTo("1.0");
        assertThat(frame.path("type").asText()).isEqualTo("CALLBACK");
        assertThat(frame.path("headers")).allSatisfy(header -> assertThat(header.isTextual()).isTrue());
        assertThat(frame.path("headers").path("topic").asText()).isEqualTo("/v1.0/im/bot/messages/get");
        assertThat(frame.path("headers").path("contentType").asText()).isEqualTo("application/json");
        assertThat(frame.path("headers").path("messageId").asText()).matches("[0-9a-f]+_[0-9a-f]+_[0-9a-f]+_[0-9a-f]+")
                .isEqualTo(sent.messageId());
        assertThat(frame.path("headers").path("time").asText()).isEqualTo(String.valueOf(clock.instant().toEpochMilli()));
        assertThat(frame.path("headers").path("connectionId").asText()).isEqualTo(client.id());
        assertThat(frame.path("headers").path("appId").asText()).hasSize(36);
        assertThat(frame.path("data").isTextual()).isTrue();
        JsonNode message = Wire.json(frame.path("data").asText());
        assertThat(message.path("text").path("content").asText()).isEqualTo("restart");
        assertThat(message.path("createAt").isNumber()).isTrue();
        assertThat(message.path("msgId").asText()).isEqualTo(sent.msgId());
    }

    @Test
    void recordsAcks() throws Exception {
        StreamClient client = connect();

        PushResult sent = simulator.say(UserMessage.text("x").byStream());

        assertThat(simulator.stream().acks()).singleElement().satisfies(ack -> {
            assertThat(ack.connectionId()).isEqualTo(client.id());
            assertThat(ack.messageId()).isEqualTo(sent.messageId());
            assertThat(ack.topic()).isEqualTo("/v1.0/im/bot/messages/get");
            assertThat(ack.code()).isEqualTo(200);
            assertThat(ack.data()).isEqualTo("{\"response\":null}");
            assertThat(ack.took()).isPositive().isEqualTo(sent.took());
            assertThat(ack.fault()).isNull();
        });
        assertThat(simulator.stream().connections().get(0).acked()).isEqualTo(1);
        simulator.clearRecords();
        assertThat(simulator.stream().acks()).isEmpty();
        assertThat(simulator.stream().openCalls()).isEmpty();
    }

    @Test
    void tellsOfAcksThatAreNotContent() throws Exception {
        StreamClient client = connect();

        client.answers(frame -> StreamClient.ack(frame, 500, null));
        assertThat(simulator.say(UserMessage.text("x").byStream()).fault()).isEqualTo("code 500: no");
        client.answers(frame -> StreamClient.ack(frame, 200, null).replace("null", "{\"response\":1}"));
        assertThat(simulator.say(UserMessage.text("x").byStream()).fault()).isEqualTo("data is not a string");
        startImpatient();
        client = connect().answers(frame -> null);
        PushResult silent = simulator.say(UserMessage.text("x").byStream());
        assertThat(silent.fault()).isEqualTo("no answer within 500 ms");
        assertThat(silent.status()).isZero();
        assertThat(silent.connectionId()).isEqualTo(client.id());
    }

    @Test
    void takesAnAckThatComesLateForTheRecord() throws Exception {
        startImpatient();
        StreamClient client = connect().answers(frame -> null);
        PushResult sent = simulator.say(UserMessage.text("x").byStream());
        assertThat(sent.accepted()).isFalse();

        StreamClient.await().until(() -> client.messages().size() == 1);
        client.send(StreamClient.ack(client.messages().get(0), 200, "{}"));

        StreamClient.await().until(() -> simulator.stream().acks().size() == 1);
        assertThat(simulator.stream().acks().get(0).took()).isGreaterThan(Duration.ofMillis(490));
    }

    @Test
    void recordsWhatAnswersNothing() throws Exception {
        StreamClient client = connect();

        client.send("{oops");
        client.send("{\"code\":200,\"headers\":{\"messageId\":\"invented\"}}");

        StreamClient.await().until(() -> simulator.stream().acks().size() == 2);
        assertThat(simulator.stream().acks()).extracting(SimulatedAck::fault)
                .containsExactly("not a JSON object", "no push waits for an answer under this messageId");
        assertThat(simulator.stream().acks()).extracting(SimulatedAck::data)
                .containsExactly("{oops", "{\"code\":200,\"headers\":{\"messageId\":\"invented\"}}");
    }

    @Test
    void spreadsMessagesOverTheConnectionsThatWantThem() throws Exception {
        simulator.addApp(SimulatedApp.of("dingother", SECRET));
        StreamClient one = connect();
        StreamClient two = connect(KEY, MESSAGES_ONLY);
        StreamClient eventsOnly = connect(KEY, EVENTS_ONLY);
        StreamClient other = connect("dingother", StreamClient.ALL);

        for (int i = 0; i < 60; i++) {
            assertThat(simulator.say(UserMessage.text("m" + i).byStream()).accepted()).isTrue();
        }

        StreamClient.await().until(() -> one.messages().size() + two.messages().size() == 60);
        // each way by itself has a chance of 2^-60
        assertThat(one.messages()).isNotEmpty();
        assertThat(two.messages()).isNotEmpty();
        assertThat(eventsOnly.frames()).isEmpty();
        assertThat(other.frames()).isEmpty();
    }

    @Test
    void losesMessagesWithoutAConnection() throws Exception {
        connect(KEY, EVENTS_ONLY);

        PushResult lost = simulator.say(UserMessage.text("x").byStream());

        assertThat(lost.accepted()).isFalse();
        assertThat(lost.fault()).contains("no open Stream connection").contains(KEY);
        assertThat(lost.connectionId()).isNull();
        StreamClient late = connect();
        assertThat(simulator.say(UserMessage.text("y").byStream()).accepted()).isTrue();
        StreamClient.await().until(() -> late.messages().size() == 1);
        assertThat(late.messages().get(0).path("data").asText()).contains("\"y\"");
    }

    @Test
    void pushesByWebhookWhereThereIsOneUnlessTold() throws Exception {
        try (FakeApplication application = new FakeApplication()) {
            connect();
            assertThat(simulator.say(UserMessage.text("x")).transport()).isEqualTo(Transport.STREAM);

            simulator.callbackUrl(KEY, application.url());
            assertThat(simulator.say(UserMessage.text("x")).transport()).isEqualTo(Transport.WEBHOOK);
            assertThat(simulator.say(UserMessage.text("x").byStream()).transport()).isEqualTo(Transport.STREAM);
            assertThat(simulator.say(UserMessage.text("x").byStream().byWebhook()).transport()).isEqualTo(Transport.WEBHOOK);
            assertThat(application.pushes()).hasSize(2);
            assertThatThrownBy(() -> simulator.say(UserMessage.text("x").byStream().encrypted()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("webhooks");
            assertThatThrownBy(() -> simulator.say(UserMessage.text("x").byStream("nobody"))).hasMessageContaining("no connection nobody");
        }
    }

    @Test
    void gathersRepliesOfClientsThatDoNotAck() throws Exception {
        startImpatient();
        connect().answers(frame -> {
            JsonNode message = Wire.json(frame.path("data").asText());
            CompletableFuture.runAsync(() -> {
                try {
                    new Wire(simulator).post(message.path("sessionWebhook").asText(),
                            "{\"msgtype\":\"text\",\"text\":{\"content\":\"done\"}}");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            return null;
        });

        AskResult exchange = simulator.ask(UserMessage.text("x").byStream(), Duration.ofSeconds(5));

        assertThat(exchange.sent().accepted()).isFalse();
        assertThat(exchange.replies()).extracting(Delivery::text).containsExactly("done");
    }

    @Test
    void pushesNothingTwiceUnlessTold() throws Exception {
        startImpatient();
        StreamClient client = connect().answers(frame -> null);

        simulator.say(UserMessage.text("x").byStream());

        // the push time-out has passed, which is longer than the redelivery time that the next test uses
        StreamClient.await().until(() -> !client.messages().isEmpty());
        assertThat(client.messages()).hasSize(1);
    }

    @Test
    void pushesAgainUntilAcked() throws Exception {
        startImpatient();
        simulator.stream().redelivery(Redelivery.onMissingAck(Duration.ofMillis(400)));
        StreamClient client = connect();
        client.answers(frame -> client.messages().isEmpty() ? null : StreamClient.properly(frame));

        PushResult sent = simulator.say(UserMessage.text("x").byStream());

        StreamClient.await().until(() -> client.messages().size() == 2);
        List<JsonNode> pushes = client.messages();
        assertThat(pushes).extracting(push -> push.path("headers").path("messageId").asText()).doesNotHaveDuplicates();
        assertThat(pushes).extracting(push -> push.path("data").asText()).containsOnly(sent.payload());
        StreamClient.await().during(Duration.ofMillis(500)).until(() -> client.messages().size() == 2);
    }

    @Test
    void givesUpAfterThreeRepeats() throws Exception {
        startImpatient();
        simulator.stream().redelivery(Redelivery.onMissingAck(Duration.ofMillis(20)));
        StreamClient client = connect().answers(frame -> null);

        simulator.say(UserMessage.text("x").byStream());

        StreamClient.await().until(() -> client.messages().size() == 4);
        StreamClient.await().during(Duration.ofMillis(200)).until(() -> client.messages().size() == 4);
    }

    @Test
    void pushesToTwoConnectionsAtOnceWhenTold() throws Exception {
        simulator.stream().redelivery(Redelivery.duplicateAlways());
        StreamClient one = connect();
        StreamClient two = connect();

        PushResult sent = simulator.say(UserMessage.text("x").byStream());

        StreamClient.await().until(() -> one.messages().size() == 1 && two.messages().size() == 1);
        JsonNode first = one.messages().get(0);
        JsonNode second = two.messages().get(0);
        assertThat(first.path("headers").path("messageId")).isNotEqualTo(second.path("headers").path("messageId"));
        assertThat(first.path("data").asText()).isEqualTo(second.path("data").asText()).isEqualTo(sent.payload());

        simulator.stream().redelivery(Redelivery.none());
        simulator.say(UserMessage.text("y").byStream());
        StreamClient.await().during(Duration.ofMillis(100)).until(() -> one.messages().size() + two.messages().size() == 3);
    }

    @Test
    void pushesAnyTypeAndTopic() throws Exception {
        StreamClient client = connect(KEY, "[]");

        PushResult unknown = simulator.stream().push(KEY, "CALLBACK", "/v1.0/unknown", "{}");

        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.fault()).isEqualTo("code 404: no");
        simulator.stream().push(null, "WEIRD", "x", "not even JSON");
        StreamClient.await().until(() -> !client.frames("x").isEmpty());
        assertThat(client.frames("x").get(0).path("type").asText()).isEqualTo("WEIRD");
        assertThat(client.frames("x").get(0).path("data").asText()).isEqualTo("not even JSON");
    }

    @Test
    void writesAnyText() throws Exception {
        StreamClient client = connect();

        simulator.stream().write(client.id(), "{\"type\":");

        StreamClient.await().until(() -> client.texts().equals(List.of("{\"type\":")));
    }

    @Test
    void sendsBigFramesInOnePieceAndOthersInManyWhenTold() throws Exception {
        StreamClient client = connect();
        String text = "你好🙂é".repeat(30_000);

        assertThat(simulator.say(UserMessage.text(text).byStream()).accepted()).isTrue();
        int fewest = client.pieces();
        simulator.stream().fragments(7);
        String small = "汉字🙂".repeat(20);
        assertThat(simulator.say(UserMessage.text(small).byStream()).accepted()).isTrue();

        StreamClient.await().until(() -> client.messages().size() == 2);
        assertThat(client.messages()).extracting(frame -> Wire.json(frame.path("data").asText()).path("text").path("content").asText())
                .containsExactly(text, small);
        assertThat(client.pieces() - fewest).isGreaterThan(1);
        assertThatThrownBy(() -> simulator.stream().fragments(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pressesButtons() throws Exception {
        StreamClient client = connect();
        client.answers(frame -> StreamClient.ack(frame, 200, "{\"response\":{\"cardData\":{\"cardParamMap\":{\"status\":\"accepted\"}}}}"));

        CardClickResult clicked = simulator.stream()
                .click(CardClick.on("ot-0001", "btn_ok").by("staff002").params("{\"action\":\"accept\"}"));

        assertThat(clicked.accepted()).isTrue();
        assertThat(clicked.connectionId()).isEqualTo(client.id());
        assertThat(Wire.json(clicked.response()).path("cardData").path("cardParamMap").path("status").asText()).isEqualTo("accepted");
        StreamClient.await().until(() -> !client.frames("/v1.0/card/instances/callback").isEmpty());
        JsonNode data = Wire.json(client.frames("/v1.0/card/instances/callback").get(0).path("data").asText());
        assertThat(data.path("type").asText()).isEqualTo("actionCallback");
        assertThat(data.path("outTrackId").asText()).isEqualTo("ot-0001");
        assertThat(data.path("userId").asText()).isEqualTo("staff002");
        assertThat(data.path("extension").asText()).isEqualTo("{}");
        JsonNode pressed = Wire.json(data.path("content").asText()).path("cardPrivateData");
        assertThat(pressed.path("actionIds").path(0).asText()).isEqualTo("btn_ok");
        assertThat(pressed.path("params").path("action").asText()).isEqualTo("accept");
    }

    @Test
    void appliesTheResponseToTheCard() throws Exception {
        Wire wire = new Wire(simulator);
        wire.api("/v1.0/card/instances", wire.token(KEY, SECRET), """
                {"cardTemplateId":"any.schema","outTrackId":"ot-0001","callbackType":"STREAM","cardData":{"cardParamMap":{"title":"Deploy?","state":"open"}}}""");
        StreamClient client = connect();

        client.answers(frame -> StreamClient.ack(frame, 200, "{\"response\":{}}"));
        assertThat(simulator.stream().click(CardClick.on("ot-0001", "ok")).accepted()).isTrue();
        assertThat(simulator.card("ot-0001").params()).containsOnlyKeys("title", "state");

        client.answers(frame -> StreamClient.ack(frame, 200, """
                {"response":{"cardUpdateOptions":{"updateCardDataByKey":true},"cardData":{"cardParamMap":{"state":"done"}},"userPrivateData":{"cardParamMap":{"mine":"1"}}}}"""));
        simulator.stream().click(CardClick.on("ot-0001", "ok").by("staff002"));
        assertThat(simulator.card("ot-0001").params()).containsExactly(Map.entry("title", "Deploy?"), Map.entry("state", "done"));
        assertThat(simulator.card("ot-0001").privateParams()).isEqualTo(Map.of("staff002", Map.of("mine", "1")));

        client.answers(frame -> StreamClient.ack(frame, 200, "{\"response\":{\"cardData\":{\"cardParamMap\":{\"state\":7}}}}"));
        assertThat(simulator.stream().click(CardClick.on("ot-0001", "ok")).fault()).contains("must be a text");
        assertThat(simulator.card("ot-0001").params()).containsEntry("state", "done");

        client.answers(frame -> StreamClient.ack(frame, 200, "{\"response\":{\"cardData\":{\"cardParamMap\":{\"state\":\"all anew\"}}}}"));
        simulator.stream().click(CardClick.on("ot-0001", "ok"));
        assertThat(simulator.card("ot-0001").params()).as("without options all is replaced").containsOnlyKeys("state");
    }

    @Test
    void wantsAResponseToAButtonWithinTwoSeconds() throws Exception {
        assertThat(simulator.stream().click(CardClick.on("ot")).fault()).contains("no open Stream connection");
        StreamClient client = connect();

        assertThat(simulator.stream().click(CardClick.on("ot")).response()).isNull();
        client.answers(frame -> StreamClient.ack(frame, 200, "{\"status\":\"SUCCESS\"}"));
        assertThat(simulator.stream().click(CardClick.on("ot")).fault()).contains("no response");
        client.answers(frame -> null);
        CardClickResult late = simulator.stream().click(CardClick.on("ot"));
        assertThat(late.fault()).isEqualTo("no answer within 2000 ms");
        assertThat(late.took()).isBetween(Duration.ofMillis(1990), Duration.ofSeconds(4));
    }

    @Test
    void pushesEvents() throws Exception {
        StreamClient client = connect();
        SimulatedEvent event = SimulatedEvent.of("user_add_org", "{\"timeStamp\":\"1\",\"userId\":[\"staff227\"]}");

        PushResult sent = simulator.stream().event(event);

        assertThat(sent.accepted()).isTrue();
        StreamClient.await().until(() -> client.frames("*").size() == 1);
        JsonNode frame = client.frames("*").get(0);
        assertThat(frame.path("type").asText()).isEqualTo("EVENT");
        assertThat(frame.path("headers")).allSatisfy(header -> assertThat(header.isTextual()).isTrue());
        assertThat(frame.path("headers").path("eventType").asText()).isEqualTo("user_add_org");
        assertThat(frame.path("headers").path("eventId").asText()).isEqualTo(event.id());
        assertThat(frame.path("headers").path("eventCorpId").asText()).startsWith("ding");
        assertThat(frame.path("headers").path("eventBornTime").asText()).isEqualTo(String.valueOf(event.bornAt().toEpochMilli()));
        assertThat(frame.path("headers").has("eventUnifiedAppId")).isTrue();
        assertThat(frame.path("data").asText()).isEqualTo(event.data());
        assertThat(simulator.stream().waitingEvents()).isZero();
    }

    @Test
    void pushesEventsAgainAfterLater() throws Exception {
        StreamClient client = connect();
        client.answers(frame -> client.frames("*").isEmpty()
                ? StreamClient.ack(frame, 200, "{\"status\":\"LATER\",\"message\":\"busy\"}") : StreamClient.properly(frame));
        SimulatedEvent event = SimulatedEvent.of("org_change", "{}").id("e1");

        PushResult sent = simulator.stream().event(event);

        assertThat(sent.accepted()).isFalse();
        assertThat(sent.fault()).isEqualTo("LATER");
        StreamClient.await().until(() -> client.frames("*").size() == 2);
        assertThat(client.frames("*")).extracting(frame -> frame.path("headers").path("eventId").asText()).containsOnly("e1");
        assertThat(client.frames("*")).extracting(frame -> frame.path("headers").path("messageId").asText()).doesNotHaveDuplicates();
        StreamClient.await().until(() -> simulator.stream().waitingEvents() == 0);
    }

    @Test
    void givesEventsUpAfterTheLastRetry() throws Exception {
        StreamClient client = connect().answers(frame -> StreamClient.ack(frame, 500, "{\"status\":\"LATER\"}"));

        assertThat(simulator.stream().event(SimulatedEvent.of("org_change", "{}")).fault()).isEqualTo("code 500: no");

        StreamClient.await().until(() -> client.frames("*").size() == 3 && simulator.stream().waitingEvents() == 0);
        StreamClient.await().during(Duration.ofMillis(200)).until(() -> client.frames("*").size() == 3);
    }

    @Test
    void keepsEventsUntilAClientConnects() throws Exception {
        connect(KEY, MESSAGES_ONLY);
        assertThat(simulator.stream().event(SimulatedEvent.of("org_change", "{\"n\":1}")).fault()).contains("it waits for one");
        assertThat(simulator.stream().event(SimulatedEvent.of("org_change", "{\"n\":2}")).connectionId()).isNull();
        assertThat(simulator.stream().waitingEvents()).isEqualTo(2);

        StreamClient client = connect();

        StreamClient.await().until(() -> client.frames("*").size() == 2);
        assertThat(client.frames("*")).extracting(frame -> frame.path("data").asText()).containsExactly("{\"n\":1}", "{\"n\":2}");
        assertThat(simulator.stream().waitingEvents()).isZero();
    }

    @Test
    void takesTheEchoOfAnEventForConsumed() throws Exception {
        connect().answers(frame -> StreamClient.ack(frame, 200, frame.path("data").asText()));

        assertThat(simulator.stream().event(SimulatedEvent.of("org_change", "{\"timeStamp\":\"1\"}")).accepted()).isTrue();
    }

    @Test
    void losesNoMessageOfMany() throws Exception {
        start(StreamOptions.defaults());
        List<StreamClient> both = List.of(connect(), connect());

        List<CompletableFuture<PushResult>> all = IntStream.range(0, 2000)
                .mapToObj(i -> simulator.sayAsync(UserMessage.text("m" + i).from("u" + i % 50).byStream())).toList();

        for (CompletableFuture<PushResult> sent : all) {
            sent.get(20, TimeUnit.SECONDS);
        }
        StreamClient.await().until(() -> both.stream().mapToInt(client -> client.messages().size()).sum() == 2000);
        assertThat(both.stream().flatMap(client -> client.messages().stream())
                .map(frame -> frame.path("headers").path("messageId").asText()))
                .doesNotHaveDuplicates();
        assertThat(Stream.of(simulator.stream().acks()).flatMap(List::stream)).hasSize(2000)
                .allSatisfy(ack -> assertThat(ack.fault()).isNull());
    }
}
