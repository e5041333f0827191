package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.observe.Probe;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Health, metrics and the login before them (docs/promises.md 3, 9), of a bot with a wrong app secret and two triggers for one integration.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManagementTest {

    private static final String WRONG_SECRET = "wrong-app-secret-0123456789";
    private static final String PASSWORD = "open sesame, 芝麻";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final String TWO_TRIGGERS = """
            - route:
                id: first
                from:
                  uri: agent:first
                  parameters:
                    trigger: main
                  steps:
                    - setBody: { constant: first }
            - route:
                id: second
                from:
                  uri: agent:second
                  parameters:
                    trigger: main
                  steps:
                    - setBody: { constant: second }
            """;

    private final Set<Integer> answersWhileStarting = ConcurrentHashMap.newKeySet();
    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        int port = Ports.quiet();
        AtomicBoolean starting = new AtomicBoolean(true);
        Thread curious = new Thread(() -> {
            while (starting.get()) {
                try {
                    answersWhileStarting.add(bot.get("http://127.0.0.1:" + port + "/observe/metrics").statusCode());
                } catch (Exception e) {
                    LockSupport.parkNanos(1_000_000); // no client listens yet
                }
            }
        });
        bot = Bot.withSettings(Map.of("dingtalk.app-secret", WRONG_SECRET, "dingtalk.management-user", "watcher",
                "dingtalk.management-password", PASSWORD, "dingtalk.host-names", "ops.example",
                "dingtalk.management-port", String.valueOf(port))).route("triggers.yaml", TWO_TRIGGERS);
        curious.start();
        try {
            bot.start();
        } finally {
            starting.set(false);
            curious.join();
        }
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> "DOWN".equals(check(health(), "token-main").get("status").textValue()));
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @Test
    void saysWhatToDoWhereNoTokenIsToBeHad() throws Exception {
        HttpResponse<String> health = health();

        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(Callback.JSON.readTree(health.body()).get("status").textValue()).isEqualTo("DOWN");
        assertThat(check(health, "token-main").toString()).contains("invalidClientIdOrSecret", "dingtalk.app-secret");
    }

    @Test
    void namesTheTriggersThatContend() throws Exception {
        JsonNode triggers = check(health(), "triggers");

        assertThat(triggers.get("status").textValue()).isEqualTo("DOWN");
        assertThat(triggers.toString()).contains("Integration main has several triggers: first keeps it; remove the trigger of second");
    }

    /** Camel's own endpoint escapes them twice. */
    @Test
    void showsTextsAsTheyAre() throws Exception {
        String text = "refused \"said so\", C:\\data\\x – 拒绝…\n2";
        HealthCheckRegistry checks = HealthCheckHelper.getHealthCheckRegistry(bot.context());
        AbstractHealthCheck quoting = new AbstractHealthCheck("test", "quoting") {
            @Override
            protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
                result.message(text).detail("shown", text).error(new IllegalStateException(text, new IOException(text))).down();
            }

            @Override
            public boolean isReadiness() {
                return false;
            }
        };
        checks.register(quoting);
        try {
            String url = bot.managementUrl() + "/observe/health";
            JsonNode shown = check(bot.get(url + "?data=true"), "quoting");
            assertThat(shown.get("message").textValue()).isEqualTo(text);
            assertThat(shown.get("error-message").textValue()).isEqualTo(text + "; Caused by: java.io.IOException: " + text);
            assertThat(shown.at("/data/shown").textValue()).isEqualTo(text);
            assertThat(shown.has("error-stacktrace")).isFalse();
            assertThat(check(bot.get(url + "?stackTrace=true"), "quoting").get("error-stacktrace").textValue())
                    .startsWith("java.lang.IllegalStateException: " + text);
            assertThat(check(bot.get(url + "?exposureLevel=default"), "quoting").toString()).doesNotContain("error-message");
            assertThat(bot.get(url + "?exposureLevel=default").body()).doesNotContain("\"UP\"");
            assertThat(bot.get(url + "?exposureLevel=oneline").body()).isEqualTo("{\"status\":\"DOWN\"}");
            assertThat(bot.get(url).headers().firstValue("Content-Type")).contains("application/json");
            assertThat(bot.get(url + "/other").statusCode()).isEqualTo(404);
        } finally {
            checks.unregister(quoting);
        }
    }

    @Test
    void isReadyAndLiveIndependentOfDingTalk() throws Exception {
        for (String probe : new String[] { "ready", "live" }) {
            HttpResponse<String> answer = bot.get(bot.managementUrl() + "/observe/health/" + probe);

            assertThat(answer.statusCode()).as(probe).isEqualTo(200);
            assertThat(Callback.JSON.readTree(answer.body()).get("status").textValue()).isEqualTo("UP");
        }
    }

    @Test
    void hasAnUpForWhatWorks() throws Exception {
        for (String check : new String[] { "store", "queue", "receiving", "integration-main" }) {
            assertThat(check(health(), check).get("status").textValue()).as(check).isEqualTo("UP");
        }
    }

    @Test
    void isNotReadyWhileTheStoreDoesNotAnswer() throws Exception {
        sql("alter table message rename to message_away");
        try {
            // found out by the next message
            assertThat(bot.post(bot.webhookUrl(), Callback.bytes(Callback.message("m1")), Callback.proof(WRONG_SECRET, Instant.now()))
                    .statusCode())
                    .isEqualTo(503);

            HttpResponse<String> ready = bot.get(bot.managementUrl() + "/observe/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(check(health(), "store").toString()).contains("DOWN", "Check the disk's space and rights");
        } finally {
            sql("alter table message_away rename to message");
        }
        assertThat(bot.get(bot.managementUrl() + "/observe/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void holdsNoSecretOnAnyPage() throws Exception {
        String pages = health().body() + get("/observe/metrics", "watcher", PASSWORD).body();

        assertThat(pages).doesNotContain(WRONG_SECRET, PASSWORD, Bot.CALLBACK_TOKEN, Bot.AES_KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/observe/metrics", "/", "/nothing", "/observe/healthy", "/observe/health/../metrics", "/observe//metrics",
            "/observe/jolokia", "/hawtio", "/hawtio/", "/hawtio/user",
        "/hawtio/jolokia/version", "/hawtio/static/js/nothing.js" })
    void asksWhoOneIsBeforeAnythingButHealth(String path) throws Exception {
        HttpResponse<String> anonymous = bot.get(bot.managementUrl() + path);

        assertThat(anonymous.statusCode()).isEqualTo(401);
        assertThat(anonymous.headers().firstValue("www-authenticate")).hasValueSatisfying(value -> assertThat(value).startsWith("Basic "));
    }

    /** Few of each: after 20 wrong ones within a minute the address would have to wait. */
    @ParameterizedTest
    @ValueSource(strings = { "/observe/metrics", "/nothing", "/observe/jolokia", "/hawtio/", "/hawtio/jolokia/version" })
    void takesNeitherAWrongPasswordNorAnotherUser(String path) throws Exception {
        assertThat(get(path, "watcher", "wrong").statusCode()).isEqualTo(401);
        assertThat(get(path, "someone", PASSWORD).statusCode()).isEqualTo(401);
    }

    @Test
    void askedSoFromTheFirstAnswerOn() {
        assertThat(answersWhileStarting).containsExactly(401);
    }

    @Test
    void showsTheConsoleToItsUserByTheNamesThatWereGivenAndNotToOtherSites() throws Exception {
        assertThat(get("/hawtio/", "watcher", PASSWORD).body()).contains("<div id=\"root\">");
        assertThat(get("/hawtio/user", "watcher", PASSWORD).body()).isEqualTo("\"watcher\"");
        assertThat(get("/hawtio/jolokia/version", "watcher", PASSWORD).statusCode()).isEqualTo(200);
        String credentials = Base64.getEncoder().encodeToString(("watcher:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, String> each : Map.of("Host: ops.example", "200", "Host: ops.example\r\nOrigin: https://ops.example", "200",
                "Host: other.example", "403", "Host: 127.0.0.1\r\nOrigin: https://ops.example", "200",
                "Host: 127.0.0.1\r\nOrigin: https://other.example", "403", "Host: ops.example\r\nOrigin: https://evil.example", "403",
                "Host: ops.example\r\nSec-Fetch-Site: cross-site", "403").entrySet()) {
            try (Socket socket = new Socket("127.0.0.1", URI.create(bot.managementUrl()).getPort())) {
                socket.getOutputStream().write(("GET /hawtio/jolokia HTTP/1.1\r\n" + each.getKey()
                        + "\r\nConnection: close\r\nAuthorization: Basic " + credentials + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).as(each.getKey())
                        .startsWith("HTTP/1.1 " + each.getValue());
            }
        }
    }

    @Test
    void tellsAContainersProbeThatItIsLive() {
        assertThat(Probe.isLive(bot.managementUrl())).isTrue();
        assertThat(Probe.isLive("http://127.0.0.1:9")).isFalse();
    }

    @Test
    void showsTheMetricsToItsUser() throws Exception {
        HttpResponse<String> metrics = get("/observe/metrics", "watcher", PASSWORD);

        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("content-type")).hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(metrics.body()).contains("dingtalk_turns_waiting 0.0\n", "dingtalk_turns_running 0.0\n", "dingtalk_dead_letters 0.0\n",
                "camel_");
    }

    @Test
    void listensOnTheLoopbackAddressOnly() throws Exception {
        List<InetAddress> others = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress()).toList();

        for (InetAddress other : others) {
            try (Socket socket = new Socket()) {
                assertThatThrownBy(() -> socket.connect(new InetSocketAddress(other, URI.create(bot.managementUrl()).getPort()), 2_000))
                        .as(other.toString()).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void doesNotServeTheWebhookThere() throws Exception {
        HttpResponse<String> answer = get("/api/dingtalk/webhook/main", "watcher", PASSWORD);

        assertThat(answer.statusCode()).isEqualTo(404);
    }

    @Test
    void keepsToolsAndAdminOffWithoutAToken() throws Exception {
        for (String path : List.of("integrations", "nothing")) {
            HttpResponse<String> answer = bot.get(bot.webhookUrl().replace("webhook/main", path));

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(Callback.JSON.readTree(answer.body()).at("/error/code").textValue()).isEqualTo("api_off");
            assertThat(answer.body()).contains("dingtalk.api-token");
        }
    }

    /** One of our checks out of a page of health. */
    static JsonNode check(HttpResponse<String> health, String name) throws Exception {
        JsonNode checks = Callback.JSON.readTree(health.body()).get("checks");
        return StreamSupport.stream(checks.spliterator(), false).filter(check -> check.get("name").textValue().equals(name)).findFirst()
                .orElseThrow(() -> new AssertionError("no check " + name + " in " + health.body()));
    }

    private HttpResponse<String> health() throws Exception {
        return bot.get(bot.managementUrl() + "/observe/health");
    }

    private HttpResponse<String> get(String path, String user, String password) throws Exception {
        String credentials = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return HTTP.send(HttpRequest.newBuilder(URI.create(bot.managementUrl() + path)).header("Authorization", "Basic " + credentials)
                .build(), HttpResponse.BodyHandlers.ofString());
    }

    private void sql(String sql) {
        bot.store().writeAndWait(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }
}
