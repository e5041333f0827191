package io.github.dingtalkcamel.simulator.chat;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.FakeApplication;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.text.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulator's own controls, as curl and scripts use them. */
class ControlApiTest {

    private static final String KEY = "dingfakeappkey000001";

    private FakeApplication application;
    private Simulator simulator;
    private Wire wire;

    @BeforeEach
    void start() throws Exception {
        application = new FakeApplication();
        simulator = Simulator.start(SimulatorOptions.defaults().quietTime(Duration.ofMillis(50)));
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake").withCallbackUrl(application.url()));
        wire = new Wire(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
        application.close();
    }

    private void replies(UnaryOperator<String> reply) {
        application.behaves(push -> {
            JsonNode message = Wire.json(push.body());
            CompletableFuture.runAsync(() -> {
                try {
                    wire.post(message.path("sessionWebhook").asText(), Json.object().put("msgtype", "markdown").set("markdown",
                            Json.object().put("title", "t").put("text", reply.apply(message.path("text").path("content").asText())))
                            .toString());
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            return new FakeApplication.Reaction(200, "{\"msgtype\":\"empty\"}");
        });
    }

    private Wire.Reply curl(String path, String body) throws Exception {
        return wire.send(wire.request(path, "Content-Type", "application/x-www-form-urlencoded", "Accept", "*/*")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void printsTheReplyToABareBody() throws Exception {
        replies(text -> text);

        Wire.Reply reply = curl("/simulator/say", "50% off & 你好 = a+b");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualTo("50% off & 你好 = a+b\n");
        assertThat(reply.header("Content-Type")).startsWith("text/plain");
        JsonNode message = Wire.json(application.pushes().get(0).body());
        assertThat(message.path("senderStaffId").asText()).isEqualTo("staff001");
        assertThat(message.path("conversationType").asText()).isEqualTo("1");
    }

    @Test
    void answersJsonToJson() throws Exception {
        replies(text -> "re:" + text);

        Wire.Reply reply = wire.post("/simulator/say",
                "{\"text\":\"hi\",\"user\":\"staff002\",\"group\":\"cidFAKEgroup0001==\",\"with\":{\"senderPlatform\":\"iOS\"}}");

        assertThat(reply.json().path("accepted").asBoolean()).isTrue();
        assertThat(reply.json().path("status").asInt()).isEqualTo(200);
        assertThat(reply.json().path("replies").path(0).asText()).isEqualTo("re: hi");
        JsonNode message = Wire.json(application.pushes().get(0).body());
        assertThat(reply.json().path("msgId")).isEqualTo(message.path("msgId"));
        assertThat(message.path("senderStaffId").asText()).isEqualTo("staff002");
        assertThat(message.path("senderPlatform").asText()).isEqualTo("iOS");
    }

    @Test
    void saysThatNoReplyCame() throws Exception {
        Wire.Reply reply = wire.post("/simulator/say", "{\"text\":\"hi\",\"waitSeconds\":1}");

        assertThat(reply.status()).isEqualTo(504);
        assertThat(reply.json().path("accepted").asBoolean()).isTrue();
        assertThat(reply.json().path("message").asText()).contains("no reply").contains("1 s");
    }

    @Test
    void waitsForNothingOnRequest() throws Exception {
        Wire.Reply reply = wire.post("/simulator/say", "{\"text\":\"hi\",\"waitSeconds\":0}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("replies")).isEmpty();
    }

    @Test
    void saysThatTheApplicationRefused() throws Exception {
        application.behaves(push -> new FakeApplication.Reaction(401, "bad sign"));

        Wire.Reply reply = curl("/simulator/say", "hi");

        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.text()).contains("HTTP 401").contains("bad sign");
    }

    @Test
    void saysWhatIsWrongWithAnOrder() throws Exception {
        assertThat(wire.post("/simulator/say", "{\"user\":\"x\"}").text()).contains("text is missing");
        assertThat(wire.post("/simulator/say", "{\"text\":\"x\",\"app\":\"nobody\"}").text()).contains("no app nobody");
        assertThat(wire.post("/simulator/say", "{\"text\":\"x\",\"encrypted\":true}").text()).contains("aesKey");
        assertThat(wire.post("/simulator/say", "{\"text\":\"x\",\"waitSeconds\":-1}").status()).isEqualTo(400);
        assertThat(wire.post("/simulator/troubles", "{\"kind\":\"rain\"}").text()).contains("throttle");
        assertThat(wire.post("/simulator/troubles", "{\"kind\":\"busy\",\"on\":\"MOON\"}").text()).contains("SESSION_WEBHOOK");
        assertThat(wire.get("/simulator/nothing").status()).isEqualTo(404);
    }

    @Test
    void listsAndForgetsWhatHappened() throws Exception {
        replies(text -> text);
        curl("/simulator/say", "one");
        curl("/simulator/say", "two");

        JsonNode deliveries = wire.get("/simulator/deliveries?limit=1").json();
        assertThat(deliveries).hasSize(1);
        assertThat(deliveries.path(0).path("text").asText()).isEqualTo("two");
        assertThat(deliveries.path(0).path("channel").asText()).isEqualTo("session");
        assertThat(wire.get("/simulator/deliveries?conversation=cidnone").json()).isEmpty();
        JsonNode requests = wire.get("/simulator/requests").json();
        assertThat(requests).hasSize(2);
        assertThat(requests.path(0).path("path").asText()).isEqualTo("/robot/sendBySession");
        assertThat(requests.path(0).path("status").asInt()).isEqualTo(200);

        wire.send(wire.request("/simulator/deliveries").DELETE());
        wire.send(wire.request("/simulator/requests").DELETE());
        assertThat(simulator.deliveries()).isEmpty();
        assertThat(simulator.requests()).isEmpty();
    }

    @Test
    void showsRequestsWithoutSecretsAndTokens() throws Exception {
        simulator.addCustomRobot(CustomRobot.of("r0bot-token-0123456789", "cidFAKEgroup0001==").withSecret("SECr0bot-secret-0123"));
        String token = wire.token(KEY, "s3cr3t-fake");
        wire.get("/gettoken?appkey=" + KEY + "&appsecret=s3cr3t-fake");
        wire.post("/v1.0/oauth2/accessToken", "{\"appKey\":\"" + KEY + "\",\"appSecret\":\"another-secret\"}");
        wire.post("/v1.0/gateway/connections/open", "{\"clientId\":\"" + KEY + "\",\"clientSecret\":\"s3cr3t-fake\",\"subscriptions\":[]}");
        wire.post("/v1.0/robot/oToMessages/batchSend", "{\"msgParam\":\"it is s3cr3t-fake\"}", "x-acs-dingtalk-access-token", token);
        wire.post("/topapi/v2/user/get?access_token=" + token, "{}");
        wire.post("/robot/send?access_token=r0bot-token-0123456789&timestamp=1&sign=abcdef",
                "{\"msgtype\":\"text\",\"text\":{\"content\":\"what is shown\"}}");
        wire.post("/robot/sendBySession?session=0123abcd", "{}");

        String shown = wire.get("/simulator/requests").text();

        assertThat(shown).contains("what is shown", KEY, "/gettoken", "access_token=***", "sign=***", "session=***",
                "\"x-acs-dingtalk-access-token\":\"***\"", "\\\"clientSecret\\\":\\\"***\\\"", "it is ***");
        assertThat(shown).doesNotContain("s3cr3t-fake", "another-secret", token, "r0bot-token", "SECr0bot", "abcdef", "0123abcd");
        assertThat(wire.get("/simulator/deliveries").text()).doesNotContain("r0bot-token");
    }

    @Test
    void plansFaultsAndExpiresTokens() throws Exception {
        String token = wire.token(KEY, "s3cr3t-fake");
        wire.post("/simulator/troubles", "{\"kind\":\"answer\",\"on\":\"/gettoken\",\"status\":418,\"body\":\"tea\",\"times\":0}");
        assertThat(wire.get("/gettoken").status()).isEqualTo(418);
        assertThat(wire.get("/simulator/troubles").json().path(0).path("struck").asInt()).isEqualTo(1);
        wire.send(wire.request("/simulator/troubles").DELETE());
        assertThat(wire.get("/gettoken").status()).isEqualTo(200);

        wire.send(wire.request("/simulator/tokens/expire").POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(wire.token(KEY, "s3cr3t-fake")).isNotEqualTo(token);
    }

    @Test
    void refusesPagesOfElsewhere() throws Exception {
        assertThat(wire.get("/simulator/deliveries", "Origin", "https://evil.example").status()).isEqualTo(403);
        assertThat(wire.get("/simulator/deliveries", "Origin", "null").status()).isEqualTo(403);
        assertThat(wire.get("/simulator/deliveries", "Origin", simulator.url()).status()).isEqualTo(200);
        assertThat(statusWithHost("rebound.example:" + simulator.port())).isEqualTo(403);
        assertThat(statusWithHost("localhost:" + simulator.port())).isEqualTo(200);
    }

    @Test
    void refusesPagesOfElsewhereOnAnyAddressAndTakesTheNamesItWasGiven() throws Exception {
        try (Simulator open = Simulator.start(SimulatorOptions.defaults().host("0.0.0.0").hostNames(Set.of("Sim.example")))) {
            InetAddress own = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress()).findFirst()
                    .orElse(InetAddress.getLoopbackAddress());
            assertThat(statusWithHost(own.getHostAddress(), open.port(), "rebound.example:" + open.port())).isEqualTo(403);
            assertThat(statusWithHost(own.getHostAddress(), open.port(), "sim.example:" + open.port())).isEqualTo(200);
            assertThat(statusWithHost(own.getHostAddress(), open.port(), own.getHostAddress() + ":" + open.port())).isEqualTo(200);
            assertThat(statusWithHost(own.getHostAddress(), open.port(), "sim.example\r\nOrigin: https://sim.example")).isEqualTo(200);
            assertThat(statusWithHost(own.getHostAddress(), open.port(), "sim.example\r\nOrigin: https://evil.example")).isEqualTo(403);
        }
    }

    private int statusWithHost(String host) throws IOException {
        return statusWithHost("127.0.0.1", simulator.port(), host);
    }

    private static int statusWithHost(String address, int port, String host) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            socket.getOutputStream().write(("GET /simulator/deliveries HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.split(" ")[1]);
        }
    }
}
