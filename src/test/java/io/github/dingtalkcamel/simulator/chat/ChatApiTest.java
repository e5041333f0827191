package io.github.dingtalkcamel.simulator.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.FakeApplication;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.Fault;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.PictureType;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.Timeline;
import io.github.dingtalkcamel.simulator.platform.TimelineEvent;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.vertx.core.buffer.Buffer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the chat page talks to, without a browser. */
class ChatApiTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String GROUP = "cidFAKEgroup0001==";

    private FakeApplication application;
    private Simulator simulator;
    private Wire wire;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        application = new FakeApplication();
        simulator = Simulator.start(SimulatorOptions.defaults());
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake").withCallbackUrl(application.url()).withIntegration("main"));
        wire = new Wire(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
        application.close();
    }

    /** One event of the stream. */
    private record Event(String id, String name, JsonNode data) {
    }

    /** A page that listens. */
    private final class Listener implements AutoCloseable {

        private final HttpResponse<InputStream> response;
        private final BufferedReader lines;

        Listener(String lastEventId) throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(simulator.url() + "/simulator/chat/happenings"))
                    .timeout(Duration.ofSeconds(10));
            if (lastEventId != null) {
                request.header("Last-Event-ID", lastEventId);
            }
            response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        Event next() throws IOException {
            String id = null;
            String name = null;
            String data = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && name != null) {
                    return new Event(id, name, Wire.json(data));
                }
                id = line.startsWith("id: ") ? line.substring(4) : id;
                name = line.startsWith("event: ") ? line.substring(7) : name;
                data = line.startsWith("data: ") ? line.substring(6) : data;
            }
            throw new IOException("the stream ended");
        }

        Event next(String name) throws IOException {
            Event event = next();
            while (!event.name().equals(name)) {
                event = next();
            }
            return event;
        }

        @Override
        public void close() throws IOException {
            response.body().close();
        }
    }

    private JsonNode pushed(String order) throws Exception {
        int before = application.pushes().size();
        Wire.Reply reply = wire.post("/simulator/chat/say", order);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        Awaitility.await().until(() -> application.pushes().size() > before);
        return Wire.json(application.pushes().get(before).body());
    }

    @Test
    void thePageIsServedWithAPolicyThatKeepsItInert() throws Exception {
        Wire.Reply page = wire.get("/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("<title>").doesNotContain("style=").doesNotContain("onclick")
                .doesNotContainPattern("<script(?! type=\"module\" src=)");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'", "script-src 'self'").doesNotContain("unsafe");
        assertThat(wire.get("/simulator/page/main.js").header("Content-Type")).startsWith("text/javascript");
        assertThat(wire.get("/simulator/page/../Simulator.class").status()).isEqualTo(404);
        assertThat(wire.get("/", "Origin", "https://evil.example").status()).isEqualTo(403);
        assertThat(wire.get("/simulator/chat/happenings", "Origin", "https://evil.example").status()).isEqualTo(403);
    }

    @Test
    void tellsWhatHappensAndGoesOnWhereAPageLeftOff() throws Exception {
        String last;
        try (Listener listener = new Listener(null)) {
            assertThat(listener.next().name()).isEqualTo("begin");
            JsonNode scene = listener.next().data();
            assertThat(scene.at("/robots/0/integration").asText()).isEqualTo("main");
            assertThat(scene.at("/robots/0/webhook").asBoolean()).isTrue();
            assertThat(scene.at("/people/0/dms/" + KEY).asText()).isEqualTo(simulator.dm(KEY, "staff001"));
            simulator.say(UserMessage.text("one"));
            Event said = listener.next();
            assertThat(said.name()).isEqualTo("said");
            assertThat(said.data().at("/message/text/content").asText()).isEqualTo("one");
            assertThat(said.data().toString()).doesNotContain("sessionWebhook");
            Event answered = listener.next();
            assertThat(answered.name()).isEqualTo("answered");
            assertThat(answered.data().path("accepted").asBoolean()).isTrue();
            last = answered.id();
        }
        simulator.say(UserMessage.text("two"));
        try (Listener again = new Listener(last)) {
            assertThat(again.next().name()).isEqualTo("scene");
            assertThat(again.next().data().at("/message/text/content").asText()).isEqualTo("two");
        }
        try (Listener ofAnotherLife = new Listener("0000-7")) {
            assertThat(ofAnotherLife.next().name()).isEqualTo("begin");
            assertThat(ofAnotherLife.next("said").data().at("/message/text/content").asText()).isEqualTo("one");
        }
    }

    @Test
    void reportsMessagesThatWereNotDeliveredAndFaultsThatWereTriggered() throws Exception {
        simulator.addApp(SimulatedApp.of("dinglonely", "s"));
        simulator.faults().on(ApiFamily.TOKEN).throttle();
        try (Listener listener = new Listener(null)) {
            assertThatThrownBy(() -> simulator.say(UserMessage.text("x").to("dinglonely"))).hasMessageContaining("no callback URL");
            assertThat(listener.next("answered").data().path("fault").asText()).contains("nowhere to push to");
            wire.get("/gettoken?appkey=" + KEY);
            assertThat(listener.next("struck").data().path("kind").asText()).isEqualTo("throttle");
        }
    }

    @Test
    void onlySoManyPagesListenAndPlacesBecomeFreeAgain() throws Exception {
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            listeners.add(new Listener(null));
        }
        assertThat(wire.get("/simulator/chat/happenings", "Accept", "application/json").status()).isEqualTo(503);
        listeners.get(0).close();
        Awaitility.await().untilAsserted(() -> {
            try (Listener late = new Listener(null)) {
                assertThat(late.response.statusCode()).isEqualTo(200);
            }
        });
        for (Listener listener : listeners) {
            listener.close();
        }
    }

    @Test
    void saysItInDingTalksShapes() throws Exception {
        String code = wire.post("/simulator/chat/files", "bytes").json().path("file").asText();

        JsonNode picture = pushed("{\"way\":\"webhook\",\"kind\":\"picture\",\"file\":\"" + code + "\",\"group\":\"" + GROUP + "\"}");
        assertThat(picture.path("msgtype").asText()).isEqualTo("picture");
        assertThat(picture.at("/content/downloadCode").asText()).isEqualTo(code);
        assertThat(picture.path("isInAtList").asBoolean()).isTrue();
        assertThat(picture.has("text")).isFalse();

        JsonNode file = pushed("{\"way\":\"webhook\",\"kind\":\"file\",\"file\":\"" + code + "\",\"fileName\":\"" + "n".repeat(300)
                + "\"}");
        assertThat(file.at("/content/fileName").asText()).hasSize(255);

        JsonNode voice = pushed("{\"way\":\"webhook\",\"kind\":\"audio\",\"text\":\"restart the build\"}");
        assertThat(voice.at("/content/recognition").asText()).isEqualTo("restart the build");
        assertThat(voice.at("/content/duration").isNumber()).isTrue();

        JsonNode card = pushed("{\"way\":\"webhook\",\"kind\":\"card\",\"text\":\"Leave\\nthree days\"}");
        assertThat(card.path("msgtype").asText()).isEqualTo("interactiveCard");
        assertThat(card.at("/content/cardContent").asText())
                .isEqualTo("{\"elements\":[{\"type\":\"text\",\"value\":\"Leave\"},{\"type\":\"text\",\"value\":\"three days\"}]}");

        long number;
        try (Listener listener = new Listener(null)) {
            number = listener.next("said").data().path("number").asLong();
        }
        JsonNode quote = pushed("{\"way\":\"webhook\",\"text\":\"why?\",\"group\":\"" + GROUP + "\",\"quote\":" + number + "}");
        assertThat(quote.at("/text/content").asText()).isEqualTo(" why?");
        assertThat(quote.at("/text/isReplyMsg").asBoolean()).isTrue();
        assertThat(quote.at("/text/repliedMsg/content/downloadCode").asText()).isEqualTo(code);
        assertThat(quote.path("originalMsgId")).isEqualTo(picture.path("msgId"));
    }

    @Test
    void saysWhatIsWrongWithAnOrder() throws Exception {
        assertThat(wire.post("/simulator/chat/say", "{\"kind\":\"dance\"}").text()).contains("text, picture, file, audio or card");
        assertThat(wire.post("/simulator/chat/say", "{\"way\":\"pigeon\"}").text()).contains("stream, webhook or encrypted");
        assertThat(wire.post("/simulator/chat/say", "{\"kind\":\"file\",\"file\":\"../x\"}").text()).contains("file is missing");
        assertThat(wire.post("/simulator/chat/say", "{\"text\":\"" + "x".repeat(20_001) + "\"}").text()).contains("20000");
        assertThat(wire.post("/simulator/chat/say", "{\"text\":\"x\",\"quote\":999}").text()).contains("no longer known");
        assertThat(wire.post("/simulator/chat/people", "{\"staffId\":\" \",\"nick\":\"x\"}").text()).contains("staffId must have");
        assertThat(wire.post("/simulator/chat/faults", "{\"kind\":\"rain\"}").text()).contains("expireSession");
        assertThat(wire.get("/simulator/chat/ways?app=" + KEY + "&id=a".repeat(51)).status()).isEqualTo(400);
        assertThat(wire.post("/simulator/chat/files", "x".repeat(ChatFiles.MAX_BYTES + 1)).text()).contains("8 MiB");
    }

    @Test
    void onlyPicturesAreShownOthersAreSaved() throws Exception {
        String html = wire.post("/simulator/chat/files", "<script>1</script>").json().path("file").asText();

        Wire.Reply saved = wire.get("/simulator/chat/files/" + html);
        assertThat(saved.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(saved.header("Content-Disposition")).isEqualTo("attachment");
        assertThat(saved.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(wire.get("/simulator/chat/files/" + "0".repeat(32)).status()).isEqualTo(404);
        assertThat(PictureType.of(Buffer.buffer(new byte[] {(byte) 0x89, 'P', 'N', 'G'}))).isEqualTo("image/png");
        assertThat(PictureType.isPicture(Buffer.buffer("<svg/>"))).isFalse();
        assertThat(wire.get("/simulator/chat/media?id=none").status()).isEqualTo(404);
        assertThat(wire.get("/simulator/chat/media").status()).isEqualTo(404);
    }

    @Test
    void pagesLearnNoTokensOfCustomRobotsAndOfNoCardsThatAreNotThere() throws Exception {
        simulator.addCustomRobot(CustomRobot.of("secret-token", GROUP));
        wire.post("/robot/send?access_token=secret-token", "{\"msgtype\":\"text\",\"text\":{\"content\":\"disk is full\"}}");

        try (Listener page = new Listener(null)) {
            JsonNode shown = page.next("shown").data();
            assertThat(shown.path("text").asText()).isEqualTo("disk is full");
            assertThat(shown.toString()).doesNotContain("secret-token");
        }
        Wire.Reply click = wire.post("/simulator/chat/click", "{\"outTrackId\":\"none\",\"user\":\"staff001\",\"action\":\"ok\"}");
        assertThat(click.status()).isEqualTo(404);
    }

    @Test
    void asksTheApplicationForWays() throws Exception {
        simulator.messageTraces((integration, msgId) -> switch (msgId) {
            case "known" -> Optional.of("{\"integrationId\":\"" + integration + "\"}");
            case "broken" -> throw new IllegalStateException("store down");
            case "odd" -> Optional.of("no JSON");
            default -> Optional.empty();
        });

        assertThat(wire.get("/simulator/chat/ways?id=known&id=unknown&id=odd").text().strip())
                .isEqualTo("{\"known\":{\"integrationId\":\"main\"}}");
        assertThat(wire.get("/simulator/chat/ways?id=broken").text().strip()).isEqualTo("{}");
    }

    @Test
    void remembersTheLatestOnly() {
        Timeline timeline = new Timeline(Instant::now);
        for (int i = 0; i < 2_100; i++) {
            timeline.add(new TimelineEvent.FaultTriggered(new Fault.Throttle(), "/" + i));
        }

        assertThat(timeline.after(0)).hasSize(2_000).first().extracting(Timeline.Entry::number).isEqualTo(101L);
        assertThat(timeline.after(2_098)).extracting(Timeline.Entry::number).containsExactly(2_099L, 2_100L);
        assertThat(timeline.after(5_000)).isEmpty();
        assertThat(timeline.entryOrNull(100)).isNull();
        assertThat(timeline.entryOrNull(2_100).number()).isEqualTo(2_100);
    }
}
