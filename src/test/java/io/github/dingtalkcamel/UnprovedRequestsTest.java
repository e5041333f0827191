package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.dingtalkcamel.server.HttpBudgets;
import io.github.dingtalkcamel.server.LimitedVertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What a request gets that has not proved who sent it: its answer, before a byte of its body is read, on every path of both ports
 * (docs/promises.md 4, 7, 9).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnprovedRequestsTest {

    private static final String OWN_ROUTE = """
            - route:
                id: own
                from:
                  uri: platform-http:/own
                  parameters: { httpMethodRestrict: POST }
                  steps:
                    - setBody: { simple: "${bodyAs(String)}|${header.field}" }
            """;

    private final Set<Integer> answersWhileStarting = ConcurrentHashMap.newKeySet();
    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        int port = Ports.quiet();
        AtomicBoolean starting = new AtomicBoolean(true);
        Thread impatient = new Thread(() -> {
            while (starting.get()) {
                try {
                    answersWhileStarting.add(bot.post("http://127.0.0.1:" + port + "/api/dingtalk/webhook/main",
                            "{}".getBytes(StandardCharsets.UTF_8), request -> request).statusCode());
                } catch (Exception e) {
                    LockSupport.parkNanos(1_000_000); // nothing listens yet
                }
            }
        });
        bot = Bot.withSettings(Map.of("dingtalk.webhook-port", String.valueOf(port), "dingtalk.management-user", "watcher",
                "dingtalk.management-password", "a long password, 芝麻", "dingtalk.api-token", "a-long-token-for-tests"))
                .route("own.yaml", OWN_ROUTE);
        impatient.start();
        try {
            bot.start();
        } finally {
            starting.set(false);
            impatient.join();
        }
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    private VertxPlatformHttpRouter router(String url) {
        return VertxPlatformHttpRouter.lookup(bot.context(), VertxPlatformHttpRouter.getRouterNameFromPort(URI.create(url).getPort()));
    }

    /** The status line, of a request of whose body not a byte comes. */
    private static String statusWithoutBody(String url, String method, String path) throws IOException {
        try (RawHttp socket = RawHttp.to(url)) {
            return socket.send(method + " " + path
                    + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n").status();
        }
    }

    /** All that the routers have a route for, with something in the place of parameters, and something that nothing is at. */
    private static List<String> paths(VertxPlatformHttpRouter router) {
        return Stream.concat(router.getRoutes().stream().map(Route::getPath).filter(path -> path != null && path.startsWith("/"))
                .map(path -> path.replaceAll(":[A-Za-z]+", "x").replace("*", "x")),
                Stream.of("/", "/nothing", "/observe/nothing", "/api/dingtalk/nothing"))
                .distinct().toList();
    }

    @Test
    void whatIsPostedDuringTheStartIsToldToComeAgain() {
        // 400 once it runs: there is neither a message nor a proof in it
        assertThat(answersWhileStarting).contains(503).isSubsetOf(503, 400);
    }

    @Test
    void eachPortHasThreadsOfItsOwn() {
        assertThat(router(bot.webhookUrl()).vertx()).isInstanceOf(LimitedVertx.class);
        assertThat(router(bot.managementUrl()).vertx()).isInstanceOf(LimitedVertx.class).isNotSameAs(router(bot.webhookUrl()).vertx());
    }

    @Test
    void everyPathOfManagementButHealthAsksForTheLoginBeforeTheBody() throws Exception {
        List<String> paths = paths(router(bot.managementUrl()));
        assertThat(paths).contains("/observe/health", "/observe/metrics", "/hawtio/").anyMatch(path -> path.startsWith("/observe/jolokia"));

        for (String path : paths) {
            for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE)) {
                String status = statusWithoutBody(bot.managementUrl(), method.name(), path);
                if (path.startsWith("/observe/health")) {
                    assertThat(status).as(method + " " + path).matches("HTTP/1.1 (200|404|405|503) .*");
                } else {
                    assertThat(status).as(method + " " + path).isEqualTo("HTTP/1.1 401 Unauthorized");
                }
            }
        }
    }

    @Test
    void everyPathOfThePublicPortButOpenWebhooksAndOwnRoutesRefusesBeforeTheBody() throws Exception {
        List<String> paths = paths(router(bot.webhookUrl()));
        assertThat(paths).contains("/api/dingtalk/webhook/x", "/api/dingtalk/tools/x", "/own");

        for (String path : paths) {
            for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.PATCH)) {
                if (!path.equals("/own") || !method.equals(HttpMethod.POST)) {
                    String wanted = path.startsWith("/api/dingtalk/webhook") || !path.startsWith("/api/dingtalk/") ? "HTTP/1.1 40[45] .*"
                            : "HTTP/1.1 401 Unauthorized";
                    assertThat(statusWithoutBody(bot.webhookUrl(), method.name(), path)).as(method + " " + path).matches(wanted);
                }
            }
        }
    }

    @Test
    void anOpenWebhookRefusesOtherMethodsAndLongBodiesBeforeTheBody() throws Exception {
        String path = "/api/dingtalk/webhook/main";
        assertThat(statusWithoutBody(bot.webhookUrl(), "PUT", path)).isEqualTo("HTTP/1.1 405 Method Not Allowed");
        try (RawHttp socket = RawHttp.to(bot.webhookUrl())) {
            String answer = socket.send("POST " + path + " HTTP/1.1\r\nHost: here\r\nContent-Length: 1048577\r\n\r\n").answer();

            assertThat(answer).startsWith("HTTP/1.1 413").contains("application/json", "\"too_large\"");
        }
    }

    @Test
    void aLoginMakesRoomForTheBody() throws Exception {
        String login = Base64.getEncoder().encodeToString("watcher:a long password, 芝麻".getBytes(StandardCharsets.UTF_8));
        var answer = bot.post(bot.managementUrl() + "/observe/jolokia/", "{\"type\":\"version\"}".getBytes(),
                request -> request.header("Authorization",
                "Basic " + login));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"status\":200");
    }

    @Test
    void aTokenMakesRoomForTheBodyAndOneThatIsTooLongIsRefusedInJson() throws Exception {
        try (RawHttp socket = RawHttp.to(bot.webhookUrl())) {
            String answer = socket.send(
                    "POST /api/dingtalk/tools/dingtalk_list_users HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer "
                    + "a-long-token-for-tests\r\n"
                    + "Content-Length: " + ((32 << 20) + 1) + "\r\n\r\n").answer();

            assertThat(answer).startsWith("HTTP/1.1 413").contains("application/json", "\"too_large\"");
        }
        var multipart = bot.post(bot.webhookUrl().replace("webhook/main", "tools/dingtalk_list_users"), "--x\r\nnonsense".getBytes(),
                request -> request
                .setHeader("Content-Type", "multipart/form-data; boundary=x").header("Authorization", "Bearer a-long-token-for-tests"));
        assertThat(multipart.statusCode()).isEqualTo(400);
        assertThat(multipart.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(multipart.body()).contains("\"bad_body\"");
    }

    @Test
    void aRouteOfOnesOwnIsGivenItsBodyAndItsForm() throws Exception {
        String url = bot.webhookUrl().replace("/api/dingtalk/webhook/main", "/own");

        assertThat(bot.post(url, "hello".getBytes(), request -> request).body()).isEqualTo("hello|");
        assertThat(bot.post(url, "field=a+b%26c".getBytes(),
                request -> request.setHeader("Content-Type", "application/x-www-form-urlencoded")).body())
                .endsWith("|a b&c");
    }

    @Test
    void aBodyForARouteOfOnesOwnThatNeverFitsItsBudgetIsTooLarge() throws Exception {
        long most = HttpBudgets.ofHeap().unproved().capacity() / 3;
        try (RawHttp socket = RawHttp.to(bot.webhookUrl())) {
            String answer = socket.send("POST /own HTTP/1.1\r\nHost: here\r\nContent-Length: " + (most + 1) + "\r\n\r\n").answer();

            assertThat(answer).startsWith("HTTP/1.1 413").contains("application/json", "at most " + most + " bytes");
        }
    }

    @Test
    void bothPortsSpeakHttp11OnlyAndRefuseAmbiguousLengths() throws Exception {
        List<String> urls = new ArrayList<>(List.of(bot.webhookUrl(), bot.managementUrl(), bot.simulator().url()));
        for (String url : urls) {
            try (RawHttp socket = RawHttp.to(url)) {
                assertThat(socket.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").everything()).as(url).startsWith("HTTP/1.1 400");
            }
            try (RawHttp socket = RawHttp.to(url)) {
                assertThat(socket.send(
                        "GET /observe/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n").status()).as(url).startsWith("HTTP/1.1 ").doesNotContain("101");
            }
            try (RawHttp socket = RawHttp.to(url)) {
                assertThat(socket.send(
                        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                        .everything())
                        .as(url).startsWith("HTTP/1.1 400");
            }
        }
    }
}
