package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hawtio and Jolokia (docs/promises.md 9) on the loopback address, without a login: what they show, what may be done by them, and by whom.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String CAMEL = "org.apache.camel:context=dingtalk-camel,type=";
    private static final String ECHO = CAMEL + "routes,name=\"turn-agent-echo\"";
    private static final String CONTEXT = CAMEL + "context,name=\"dingtalk-camel\"";
    private static final String SAID = "a-word-that-only-people-saw";
    private static final String AGENT_TOKEN = "tok-of-the-agent-7f3a9c51";
    private static final String HELPDESK = """
            - route:
                id: helpdesk
                from:
                  uri: agent:helpdesk
                  steps:
                    - to:
                        uri: kamelet:http-agent-action
                        parameters: { url: "http://127.0.0.1:1/ask", apiToken: "%s" }
            """.formatted(AGENT_TOKEN);
    private static final String PASSWORD = "a-password-among-system-properties";

    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        System.setProperty("dingtalk.test.password", PASSWORD);
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true")).route("helpdesk.yaml", HELPDESK).start();
        StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
        for (int i = 0; i < 12; i++) {
            bot.say(i % 2 == 0 ? UserMessage.text(SAID + i).byStream() : UserMessage.text(SAID + i).byWebhook());
        }
        bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 12);
    }

    @AfterAll
    void stop() throws Exception {
        System.clearProperty("dingtalk.test.password");
        bot.close();
    }

    @Test
    void servesTheConsole() throws Exception {
        HttpResponse<String> bare = get("/hawtio");
        assertThat(bare.statusCode()).isEqualTo(302);
        assertThat(bare.headers().firstValue("location")).hasValueSatisfying(to -> assertThat(to).endsWith("/hawtio/"));

        HttpResponse<String> index = get("/hawtio/", "Accept", "text/html");
        assertThat(index.statusCode()).isEqualTo(200);
        assertThat(index.body()).contains("<div id=\"root\">");
        assertThat(index.headers().firstValue("content-security-policy")).hasValueSatisfying(policy -> assertThat(policy)
                .contains("default-src 'self'", "frame-ancestors 'none'"));
        assertThat(index.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(get("/hawtio/camel/routes", "Accept", "text/html,*/*").body()).as("a page of the console's own").isEqualTo(index.body());

        String script = index.body().replaceFirst("(?s).*src=\"(/hawtio/static/js/main[^\"]*)\".*", "$1");
        assertThat(get(script).headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/javascript"));
        assertThat(get(script + ".map").statusCode()).as("source maps are not shipped").isEqualTo(404);
        assertThat(get("/hawtio/user").body()).as("no form to log in").isEqualTo("\"public\"");
        assertThat(get("/hawtio/hawtconfig.json").body()).contains("\"appName\": \"dingtalk-camel\"");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/hawtio/plugin", "/hawtio/nothing.js", "/hawtio/../jolokia-access.xml", "/hawtio/..%2fjolokia-access.xml",
        "/hawtio/%2e%2e/application.properties", "/hawtio/static/../../application.properties",
        "/hawtio/static/..%2f..%2fapplication.properties", "/hawtio/jolokiax" })
    void servesNothingElse(String path) throws Exception {
        // as it is: a client that minds its manners would tidy the path
        try (Socket socket = new Socket("127.0.0.1", URI.create(bot.managementUrl()).getPort())) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 404");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/observe/jolokia", "/hawtio/jolokia" })
    void readsStatisticsAndStopsAndStartsARoute(String path) throws Exception {
        assertThat(ask(path, Map.of("type", "read", "mbean", ECHO, "attribute", "ExchangesCompleted")).path("value").asLong())
                .isGreaterThanOrEqualTo(12);
        assertThat(ask(path, exec(CONTEXT, "dumpRoutesStatsAsXml", true, false)).path("value").asText())
                .contains("routeStat id=\"turn-agent-echo\"");
        assertThat(ask(path, exec(ECHO, "dumpRouteStatsAsXml", true, true)).path("value").asText()).contains("processorStat");
        assertThat(ask(path, exec(CONTEXT, "dumpRoutesAsXml()")).path("value").asText()).contains("agent:echo");

        assertThat(ask(path, exec(ECHO, "stop()")).path("status").asInt()).isEqualTo(200);
        assertThat(ask(path, Map.of("type", "read", "mbean", ECHO, "attribute", "State")).path("value").asText()).isEqualTo("Stopped");
        assertThat(ask(path, exec(ECHO, "start()")).path("status").asInt()).isEqualTo(200);
        assertThat(ask(path, Map.of("type", "read", "mbean", ECHO, "attribute", "State")).path("value").asText()).isEqualTo("Started");
    }

    @Test
    void theDumpOfARouteHidesTheSecretOfItsKamelet() throws Exception {
        for (JsonNode dumped : List.of(ask("/observe/jolokia", exec(CAMEL + "routes,name=\"helpdesk\"", "dumpRouteAsXml()")),
                ask("/hawtio/jolokia", exec(CAMEL + "routes,name=\"helpdesk\"", "dumpRouteAsYaml()")),
                ask("/observe/jolokia", exec(CONTEXT, "dumpRoutesAsXml()")))) {
            assertThat(dumped.path("value").asText()).contains("http-agent-action", "***").doesNotContain(AGENT_TOKEN)
                    .as("lines stay lines").contains("\n");
        }
    }

    @Test
    void readsByGet() throws Exception {
        assertThat(get("/observe/jolokia/read/java.lang:type=Memory/HeapMemoryUsage/used").body()).contains("\"value\":");
        assertThat(get("/observe/jolokia").body()).contains("\"protocol\"");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/exec/java.lang:type=Memory/gc", "/%65xec/java.lang:type=Memory/gc", "?p=exec/java.lang:type=Memory/gc",
            "/?p=exec", "/write/a:b=c/d/1",
        "/exec/java.lang:type=Memory/gc/../../../read/a", "/read/../exec/java.lang:type=Memory/gc" })
    void callsNothingByGet(String request) throws Exception {
        for (String path : List.of("/observe/jolokia", "/hawtio/jolokia")) {
            assertThat(get(path + request).statusCode()).as(path + request).isIn(404, 405);
        }
    }

    @Test
    void listsAndReplaysDeadLetters() throws Exception {
        String letters = CAMEL + "dingtalk,name=\"dead-letters\"";
        assertThat(ask("/observe/jolokia", Map.of("type", "read", "mbean", letters, "attribute", "Waiting")).path("value").asInt())
                .isZero();
        for (String operation : List.of("list", "replayAll")) {
            assertThat(ask("/observe/jolokia", exec(letters, operation)).path("status").asInt()).isEqualTo(200);
        }
        assertThat(ask("/observe/jolokia", exec(letters, "replay", "1")).path("status").asInt()).isEqualTo(200);
    }

    @Test
    void reconnectsStreamConnections() throws Exception {
        JsonNode found = ask("/observe/jolokia", Map.of("type", "search", "mbean", CAMEL + "consumers,name=DingTalkConsumer*"))
                .path("value");
        assertThat(found).as("messages, events, cards").hasSize(3);
        String consumer = found.get(0).asText();
        assertThat(ask("/observe/jolokia", Map.of("type", "read", "mbean", consumer, "attribute", "Connected")).path("value").asText())
                .isEqualTo("2 of 2");
        assertThat(ask("/observe/jolokia", exec(consumer, "reconnect")).path("status").asInt()).isEqualTo(200);
        StreamEndToEndTest.until(() -> ask("/observe/jolokia", Map.of("type", "read", "mbean", consumer, "attribute", "Reconnects"))
                .path("value").asInt() == 2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        CAMEL + "context,name=\"dingtalk-camel\" | sendBody(java.lang.String,java.lang.Object)",
        CAMEL + "context,name=\"dingtalk-camel\" | requestBody(java.lang.String,java.lang.Object)",
        CAMEL + "context,name=\"dingtalk-camel\" | createEndpoint",
        CAMEL + "context,name=\"dingtalk-camel\" | stop",
        CAMEL + "context,name=\"dingtalk-camel\" | dumpRoutesAsXml(boolean)",
        CAMEL + "routes,name=\"turn-agent-echo\" | remove",
        CAMEL + "routes,name=\"turn-agent-echo\" | updateRouteFromXml(java.lang.String)",
        CAMEL + "routes,name=\"turn-agent-echo\" | dumpRouteAsXml(boolean)",
        CAMEL + "tracer,name=BacklogTracer | dumpAllTracedMessages()",
        CAMEL + "tracer,name=BacklogDebugger | enableDebugger()",
        CAMEL + "services,name=GlobalVariableRepository | variables",
        CAMEL + "processors,name=\"toD1\" | extendedInformation",
        CAMEL + "endpoints,name=\"seda://turns\\?queue=%23turns&waitForTaskToComplete=Never\" | browseAllMessagesAsXml(java.lang.Boolean)",
        CAMEL + "endpoints,name=\"seda://turns\\?queue=%23turns&waitForTaskToComplete=Never\" | browseExchange(java.lang.Integer)",
        CAMEL + "endpoints,name=\"seda://turns\\?queue=%23turns&waitForTaskToComplete=Never\" | purgeQueue()",
        "com.sun.management:type=HotSpotDiagnostic | dumpHeap",
        "com.sun.management:type=DiagnosticCommand | vmSystemProperties",
        "jdk.management.jfr:type=FlightRecorder | newRecording",
        "java.util.logging:type=Logging | setLoggerLevel",
        "java.lang:type=Threading | dumpAllThreads(boolean,boolean)",
        "java.lang:type=Memory | gc",
        "*:* | gc",
        "org.apache.camel:* | sendBody"
    })
    void callsNothingElse(String mbean, String operation) throws Exception {
        JsonNode answer = ask("/observe/jolokia", exec(mbean, operation));

        assertThat(answer.path("status").asInt()).isEqualTo(403);
        assertThat(answer.path("error").asText()).contains("forbidden");
    }

    @Test
    void writesNothingAndReadsNoSystemProperties() throws Exception {
        assertThat(ask("/observe/jolokia", Map.of("type", "write", "mbean", CONTEXT, "attribute", "Tracing", "value", true)).path("status")
                .asInt()).isEqualTo(403);
        for (String attribute : List.of("SystemProperties", "InputArguments", "ClassPath")) {
            for (String mbean : List.of("java.lang:type=Runtime", "java.lang:*", "*:type=Runtime,*")) {
                JsonNode answer = ask("/observe/jolokia", Map.of("type", "read", "mbean", mbean, "attribute", attribute));
                assertThat(answer.path("status").asInt()).as(mbean + " " + attribute).isEqualTo(403);
            }
        }
    }

    /** Every attribute that may be read, of every MBean there is, and every dump that may be had. */
    @Test
    void showsNoSecretAndNothingThatPeopleWrote() throws Exception {
        StringBuilder all = new StringBuilder(ask("/observe/jolokia", Map.of("type", "list")).toString());
        for (JsonNode name : ask("/observe/jolokia", Map.of("type", "search", "mbean", "*:*")).path("value")) {
            all.append(ask("/observe/jolokia", Map.of("type", "read", "mbean", name.asText(), "maxDepth", 8)));
        }
        all.append(ask("/observe/jolokia", exec(CONTEXT, "dumpRoutesAsXml()")))
                .append(ask("/observe/jolokia", exec(CONTEXT, "dumpRoutesStatsAsXml", true, false)));

        assertThat(all.toString()).contains("ExchangesTotal", "HeapMemoryUsage")
                .doesNotContain(Bot.APP_SECRET, Bot.CALLBACK_TOKEN, Bot.AES_KEY, PASSWORD, SAID,
                "sendBySession", "session=", "access_token=", "ticket=");
    }

    @ParameterizedTest
    @CsvSource({ "Origin,http://evil.example", "Origin,null", "Origin,http://localhost:1", "Sec-Fetch-Site,cross-site",
            "Sec-Fetch-Site,same-site" })
    void refusesWhatPagesOfOtherSitesSend(String header, String value) throws Exception {
        for (String path : List.of("/observe/jolokia", "/hawtio/jolokia")) {
            HttpResponse<String> answer = HTTP.send(HttpRequest.newBuilder(uri(path)).header(header, value)
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString(Callback.JSON.writeValueAsString(exec(ECHO, "stop()")))).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(403);
        }
        assertThat(get("/hawtio/", header, value).statusCode()).isEqualTo(403);
        assertThat(get("/observe/metrics", header, value).statusCode()).isEqualTo(403);
        assertThat(get("/observe/health/live", header, value).statusCode()).as("health is open to all").isEqualTo(200);
        assertThat(ask("/observe/jolokia", Map.of("type", "read", "mbean", ECHO, "attribute", "State")).path("value").asText())
                .isEqualTo("Started");
    }

    @Test
    void letsItsOwnPagesAndLinksToThemThrough() throws Exception {
        assertThat(get("/hawtio/jolokia/version", "Sec-Fetch-Site", "same-origin").statusCode()).isEqualTo(200);
        assertThat(get("/hawtio/jolokia/version", "Origin", bot.managementUrl()).statusCode()).isEqualTo(200);
        assertThat(get("/hawtio/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document").statusCode())
                .isEqualTo(200);
        assertThat(get("/hawtio/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe").statusCode())
                .isEqualTo(403);
        assertThat(get("/hawtio/jolokia", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
                .statusCode()).isEqualTo(403);
    }

    /** A foreign name that resolves to this machine (DNS rebinding): a browser treats the foreign page as one of ours. */
    @ParameterizedTest
    @CsvSource({ "evil.example,403", "evil.example:80,403", "localhost.evil.example,403", "127.0.0.1.evil.example,403", "localhost,200",
            "LOCALHOST:1,200", "127.0.0.1:9876,200",
        "[::1]:9876,200" })
    void answersByNamesOfItsOwn(String host, int status) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", URI.create(bot.managementUrl()).getPort())) {
            socket.getOutputStream().write(("GET /observe/jolokia/version HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 " + status);
        }
    }

    private HttpResponse<String> bulk(Object request, int count) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(uri("/observe/jolokia")).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                Callback.JSON.writeValueAsString(java.util.Collections.nCopies(count, request)))).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aBulkIsBoundedInRequestsAndInItsAnswer() throws Exception {
        HttpResponse<String> tooMany = bulk(Map.of("type", "version"), 201);
        assertThat(tooMany.statusCode()).isEqualTo(400);
        assertThat(tooMany.body()).contains("A bulk has at most 200 requests, this one 201");

        JsonNode versions = Callback.JSON.readTree(bulk(Map.of("type", "version"), 200).body());
        assertThat(versions).hasSize(200).allMatch(answer -> answer.path("status").asInt() == 200);

        String lists = bulk(Map.of("type", "list"), 200).body();
        JsonNode answers = Callback.JSON.readTree(lists);
        assertThat(answers).hasSize(200);
        assertThat(answers.get(0).path("status").asInt()).isEqualTo(200);
        assertThat(answers.get(199).path("status").asInt()).isEqualTo(413);
        assertThat(answers.get(199).path("error").asText()).contains("send fewer requests at once");
        assertThat(lists.length()).isLessThan(20 << 20);
    }

    @Test
    void refusesNotifications() throws Exception {
        for (String type : List.of("notification", "NOTIFICATION", " Notification ")) {
            JsonNode answer = ask("/observe/jolokia", Map.of("type", type, "command", "register"));
            assertThat(answer.path("status").asInt()).as(answer.toString()).isIn(400, 403);
            assertThat(answer.has("value")).isFalse();
        }
        JsonNode some = Callback.JSON.readTree(bulk(Map.of("type", "notification", "command", "register"), 2).body());
        assertThat(some).hasSize(2).allMatch(answer -> answer.path("status").asInt() == 403);
        assertThat(get("/observe/jolokia/notification/register").statusCode()).isEqualTo(405);
    }

    @Test
    void takesNoEndlessRequests() throws Exception {
        HttpResponse<String> answer = HTTP.send(HttpRequest.newBuilder(uri("/observe/jolokia"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[1_100_000])).build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(413);
    }

    /** As a person sees it; the picture in the README is a copy of the one in target. */
    @Test
    void drawsTheRoutesInABrowser() throws Exception {
        Path chromium = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome").map(Path::of)
                .filter(Files::isExecutable).findFirst()
                .orElse(null);
        Assumptions.assumeTrue(chromium != null, "There is no Chromium here: Hawtio was not looked at");
        try (Browser browser = Browser.start(chromium)) {
            browser.open(bot.managementUrl() + "/hawtio/camel/routes");
            // the tree shows the routes in groups by flow
            browser.await("document.querySelector('[id$=routes-inbound-folder]')");
            browser.evaluate("document.querySelector('[id$=routes-inbound-folder] .pf-v6-c-tree-view__node-toggle').click()");
            browser.await("document.querySelector('[id$=inbound-message-folder]')");
            browser.evaluate("document.querySelector('[id$=inbound-message-folder] .pf-v6-c-tree-view__node-text').click()");
            browser.await("[...document.querySelectorAll('h1, h2, h3')].some(title => title.innerText == 'inbound-message')");
            browser.await("document.querySelector('a[href*=routeDiagram]')");
            browser.evaluate("document.querySelector('a[href*=routeDiagram]').click()");
            // the step that stores a message, with how often it ran
            browser.await("[...document.querySelectorAll('.react-flow__node')].some(step => /\\b12\\b/.test(step.innerText))");
            byte[] picture = browser.screenshot();
            Files.write(Path.of("target", "hawtio.png"), picture);
            assertThat(picture.length).as("a blank page is smaller").isBetween(30_000, 250_000);
            assertThat(browser.evaluate("document.title")).contains("dingtalk-camel");
            assertThat(browser.evaluate("document.body.innerText")).contains("inbound-message", "dingtalk://messages");
        }
    }

    private static Map<String, Object> exec(String mbean, String operation, Object... arguments) {
        return Map.of("type", "exec", "mbean", mbean, "operation", operation, "arguments", List.of(arguments));
    }

    private JsonNode ask(String path, Map<String, Object> request) throws IOException, InterruptedException {
        return Callback.JSON.readTree(HTTP.send(HttpRequest.newBuilder(uri(path))
                .POST(HttpRequest.BodyPublishers.ofString(Callback.JSON.writeValueAsString(request))).build(),
                HttpResponse.BodyHandlers.ofString()).body());
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        return HTTP.send((headers.length == 0 ? request : request.headers(headers)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create(bot.managementUrl() + path);
    }
}
