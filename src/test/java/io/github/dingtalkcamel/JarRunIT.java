package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Starting, settings, log and stop of the packaged jar (docs/promises.md 2 and 3). */
class JarRunIT {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern CURL = Pattern.compile("curl -s (\\S+) -d '([^']*)'");

    private static final Pattern TICKET = Pattern.compile("\\bticket=([^&]+)");

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static HttpRequest.Builder post(String url, String body) {
        return HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    }

    /** As a new user sees it, on a machine without a locale. */
    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class WithoutCredentials {

        private PackagedJar jar;
        private PackagedJar.Run run;

        @BeforeAll
        void start() throws Exception {
            jar = PackagedJar.inTemporaryDirectory().env("DINGTALK_SIMULATOR_PORT", "0").env("LANG", "C").env("LC_ALL", "C")
                    .file("routes/polite.yaml", """
                            - route:
                                from:
                                  uri: agent:polite
                                  parameters:
                                    trigger: main
                                  steps:
                                    - log: "你好 ${body}"
                            """);
            run = jar.start();
            run.awaitLog("Say something to the robot");
        }

        @AfterAll
        void stop() throws Exception {
            jar.close();
        }

        @Test
        void tellsWhatRuns() {
            assertThat(run.log())
                    .contains("Integration main: Stream (2 connections); webhook at http://127.0.0.1:")
                    .contains("/api/dingtalk/webhook/main")
                    .contains("Agents: echo, polite")
                    .contains("Messages of main go to agent polite (trigger)")
                    .contains("Store: jdbc:sqlite:./data/dingtalk.db")
                    .contains("No DingTalk: the built-in simulator is used instead, at http://127.0.0.1:")
                    .doesNotContain(" ERROR ");
            assertThat(run.errors()).isEmpty();
        }

        @Test
        void startsWithOneLineOfSummaryAndTheBannerLast() {
            List<String> lines = run.log().lines().toList();
            List<String> start = lines.stream().takeWhile(line -> !line.contains(" dingtalk-camel - ")).toList();
            List<String> afterwards = lines.stream().dropWhile(line -> !line.contains("Say something to the robot")).skip(1).toList();

            assertThat(lines).filteredOn(line -> line.contains("tarted")).singleElement().asString()
                    .contains("Apache Camel 4.18.0 (dingtalk-camel) started in");
            assertThat(start).hasSizeLessThan(10);
            assertThat(run.log()).contains(" packaged; yours: polite.yaml (polite-route1)");
            assertThat(afterwards).noneMatch(line -> line.contains(" org.apache.camel."));
        }

        @Test
        void servesTheChatPageThatTheBannerNames() throws Exception {
            assertThat(run.log()).contains("Chat with the robot in your browser: " + run.simulatorUrl() + "/");
            assertThat(send(HttpRequest.newBuilder(URI.create(run.simulatorUrl() + "/"))).body()).contains("/simulator/page/main.js");
        }

        @Test
        void takesFreePortsAndLogsThem() throws Exception {
            assertThat(Stream.of(run.webhookUrl("main"), run.managementUrl(), run.simulatorUrl()).map(url -> URI.create(url).getPort()))
                    .doesNotHaveDuplicates().allMatch(port -> port > 0);
            assertThat(send(HttpRequest.newBuilder(URI.create(run.webhookUrl("main")))).body()).isEqualTo("success");
            assertThat(send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/health"))).statusCode()).isEqualTo(200);
        }

        @Test
        void answersTheRequestThatTheBannerShows() throws Exception {
            Matcher curl = curl();

            HttpResponse<String> answer = send(post(curl.group(1), curl.group(2)));

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello\n");
        }

        @Test
        void namesTheLoggerInFullForThoseWhoSearchForIt() throws Exception {
            send(post(curl().group(1), "hello"));

            run.awaitLog(" dingtalk.turns - ");
            assertThat(run.log().lines()).anyMatch(line -> line.contains(" io.github.dingtalkcamel.component.stream."));
        }

        @Test
        void answersTheCommandThatTheBannerShows() throws Exception {
            assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, "curl"))),
                    "needs curl");

            Process shell = new ProcessBuilder("sh", "-c", curl().group()).redirectErrorStream(true).start();

            assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("hello\n");
            assertThat(shell.waitFor()).isZero();
        }

        @Test
        void speaksAndLogsChineseWithoutALocale() throws Exception {
            HttpResponse<String> answer = send(post(curl().group(1), "世界 😀"));

            assertThat(answer.body()).isEqualTo("世界 😀\n");
            run.awaitLog("你好 世界 😀");
        }

        @Test
        void keepsASecondProcessOutOfItsDataDirectory() throws Exception {
            PackagedJar.Run second = jar.launch();

            assertThat(second.exitStatus()).isEqualTo(1);
            assertThat(second.errors().lines()).singleElement().asString()
                    .contains(jar.workingDirectory().toRealPath() + "/", "data", "in use by another dingtalk-camel",
                            "dingtalk.data-dir (DINGTALK_DATA_DIR)");
            assertThat(run.process().isAlive()).isTrue();
        }

        private Matcher curl() {
            Matcher curl = CURL.matcher(run.log());
            assertThat(curl.find()).isTrue();
            return curl;
        }
    }

    @Test
    void readsTheEnvironmentBeforeSystemPropertiesBeforeTheFileBeforeDefaults() throws Exception {
        try (PackagedJar jar = PackagedJar.inTemporaryDirectory()
                .file("config/application.properties", """
                        dingtalk.simulator-port=0
                        dingtalk.fallback-agent=of-the-file
                        dingtalk.public-url=https://of-the-file.example
                        dingtalk.data-dir=of-the-file
                        camel.main.name=of-the-file
                        """)
                .option("-Ddingtalk.public-url=https://of-the-option.example")
                .option("-Ddingtalk.data-dir=of-the-option")
                .env("DINGTALK_DATA_DIR", "of-the-environment")) {
            PackagedJar.Run run = jar.start();
            run.awaitLog("Fallback agent of-the-file of integration main is not running");

            assertThat(run.log())
                    .contains("Messages of main go to agent of-the-file (fallback)")
                    .contains("webhook at https://of-the-option.example/api/dingtalk/webhook/main")
                    .contains("Store: jdbc:sqlite:of-the-environment/dingtalk.db")
                    .contains("Apache Camel 4.18.0 (of-the-file) started");
            try (Stream<Path> files = Files.list(jar.workingDirectory())) {
                assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("config", "of-the-environment");
            }
        }
    }

    @Test
    void finishesTheRunningTurnAtSigtermAndAnswersTheRestAfterTheNextStart() throws Exception {
        try (Gate gate = new Gate(); Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
                PackagedJar jar = PackagedJar.facing(simulator).file("routes/gate.yaml", gate.route())) {
            String conversation = simulator.dm(Bot.APP_KEY, "staff001");
            PackagedJar.Run first = jar.start();
            simulator.callbackUrl(Bot.APP_KEY, first.webhookUrl("main"));
            for (String text : List.of("one", "two", "three")) {
                assertThat(simulator.say(UserMessage.text(text)).fault()).isNull();
            }
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> gate.held() == 1);

            first.terminate().awaitLog("Stopping: no more messages are accepted");
            assertThat(simulator.say(UserMessage.text("too late")).accepted()).isFalse();
            gate.open();

            assertThat(first.exitStatus()).isIn(0, 143);
            assertThat(texts(simulator, conversation)).containsExactly("one");
            assertThat(jar.rows("select state from message order by id"))
                    .containsExactly(List.of("done"), List.of("received"), List.of("received"));

            PackagedJar.Run next = jar.start();
            next.awaitLog("Resumed 2 turns");
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> texts(simulator, conversation).size() == 3);
            assertThat(texts(simulator, conversation)).containsExactly("one", "two", "three");
            assertThat(next.terminate().exitStatus()).isIn(0, 143);
            assertThat(jar.rows("select distinct state from message")).containsExactly(List.of("done"));
        }
    }

    private static List<String> texts(Simulator simulator, String conversation) {
        return simulator.deliveriesTo(conversation).stream().map(Delivery::text).toList();
    }

    @Test
    void answersThousandsOfMessagesIn256MegabytesInOrderAndKeepsSecretsOutOfTheLog() throws Exception {
        int people = 300;
        int rounds = 10;
        String essay = "很长的一段话。".repeat(700);
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(30)));
                PackagedJar jar = secretive(simulator).option("-Xmx256m")) {
            PackagedJar.Run run = jar.start();
            simulator.callbackUrl(Bot.APP_KEY, run.webhookUrl("main"));
            for (int round = 0; round < rounds; round++) {
                String text = round + (round % 5 == 4 ? essay : "");
                List<CompletableFuture<PushResult>> sent = IntStream.range(0, people)
                        .mapToObj(person -> simulator.sayAsync(UserMessage.text(text).from("person" + person))).toList();
                assertThat(sent).allSatisfy(one -> assertThat(one.join().fault()).isNull());
            }
            Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> simulator.deliveries().size() == people * rounds);

            Map<String, List<String>> seen = simulator.deliveries().stream()
                    .collect(Collectors.groupingBy(Delivery::conversationId,
                            Collectors.mapping(delivery -> delivery.text().substring(0, 1), Collectors.toList())));
            assertThat(seen).hasSize(people);
            assertThat(seen.values()).allSatisfy(answers -> assertThat(answers).containsExactlyElementsOf(
                    IntStream.range(0, rounds).mapToObj(String::valueOf).toList()));
            assertThat(run.log() + run.errors()).doesNotContain("OutOfMemoryError").doesNotContain(" ERROR ");
            assertThat(secretsIn(run, simulator, List.of())).isEmpty();
        }
    }

    @Test
    void keepsSecretsOutOfTheLogAlsoAtDebugAndInEveryFailure() throws Exception {
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
                PackagedJar jar = secretive(simulator).env("LOG_LEVEL", "debug").file("routes/moody.yaml", """
                        - route:
                            from:
                              uri: agent:moody
                              parameters:
                                trigger: main
                              steps:
                                - filter:
                                    simple: "${body} == 'fail'"
                                    steps:
                                      - throwException:
                                          exceptionType: java.lang.IllegalStateException
                                          message: out of order
                        """)) {
            PackagedJar.Run run = jar.start();
            assertThat(run.log()).contains(" DEBUG ");
            simulator.callbackUrl(Bot.APP_KEY, run.webhookUrl("main"));

            // ways in, right and wrong
            List<PushResult> sent = Stream.of(
                    UserMessage.text("plain"), UserMessage.text("by Stream").byStream(), UserMessage.text("secret").encrypted(),
                    UserMessage.text("in a group").inGroup("cidFAKEgroup0001=="), UserMessage.text("fail"),
                    UserMessage.text("forged").signedWith("not the secret"),
                    UserMessage.text("forged").encrypted().signedWith("not the token"), UserMessage.text("stale")
                    .signedAt(Instant.now().minus(Duration.ofHours(2))),
                    UserMessage.text("no sender").without("senderId", "conversationId"))
                    .map(simulator::say).collect(Collectors.toList());
            assertThat(sent.stream().map(PushResult::status)).containsExactly(200, 200, 200, 200, 200, 401, 401, 401, 400);
            assertThat(simulator.checkUrl(Bot.APP_KEY).accepted()).isTrue();
            awaitDeliveries(simulator, 5);

            // outgoing channels, each with a fault
            simulator.faults().on(ApiFamily.SESSION_WEBHOOK).fail(500);
            sent.add(simulator.say(UserMessage.text("a").from("staff001")));
            awaitDeliveries(simulator, 6);
            simulator.faults().on(ApiFamily.SESSION_WEBHOOK).dropBefore();
            sent.add(simulator.say(UserMessage.text("b").from("staff001")));
            awaitDeliveries(simulator, 7);
            Instant soon = Instant.now().plusSeconds(30);
            simulator.faults().on(ApiFamily.ROBOT).times(2).throttle();
            sent.add(simulator.say(UserMessage.text("c").from("staff002").sessionExpiresAt(soon)));
            awaitDeliveries(simulator, 8);
            simulator.expireToken(Bot.APP_KEY);
            sent.add(simulator.say(UserMessage.text("d").from("staff002").sessionExpiresAt(soon)));
            awaitDeliveries(simulator, 9);
            simulator.faults().on(ApiFamily.ROBOT).noPermission();
            sent.add(simulator.say(UserMessage.text("e").from("staff003").sessionExpiresAt(soon)));
            simulator.faults().on(ApiFamily.SESSION_WEBHOOK).answer(200, "{\"errcode\":400,\"errmsg\":\"no\"}");
            sent.add(simulator.say(UserMessage.text("f").from("staff003")));
            Awaitility.await().atMost(PackagedJar.PATIENCE)
                    .until(() -> jar.rows("select 1 from dead_letter where kind = 'reply'").size() == 2);

            // people at the management port, and at the tools
            String right = Base64.getEncoder().encodeToString(("operator:" + MANAGEMENT_PASSWORD).getBytes(StandardCharsets.UTF_8));
            for (String login : List.of(right, Base64.getEncoder().encodeToString("operator:wrong".getBytes(StandardCharsets.UTF_8)))) {
                send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/metrics"))
                        .header("Authorization", "Basic " + login));
            }
            String api = run.webhookUrl("main").replaceFirst("/webhook/.*", "");
            send(post(api + "/tools/dingtalk_send_text_notification", "{\"content\":\"x\"}")
                    .header("Authorization", "Bearer " + API_TOKEN));
            send(HttpRequest.newBuilder(URI.create(api + "/integrations")).header("Authorization", "Bearer " + API_TOKEN));

            assertThat(run.terminate().exitStatus()).isIn(0, 143);
            assertThat(secretsIn(run, simulator, sent)).isEmpty();
        }
    }

    private static final String API_TOKEN = "api-token-0123456789";
    private static final String MANAGEMENT_PASSWORD = "management-password-0123456789";
    private static final String WEBHOOK_TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String WEBHOOK_SECRET = "SEC0123456789abcdef";

    /** Every secret there can be is set. */
    private static PackagedJar secretive(Simulator simulator) throws Exception {
        return PackagedJar.facing(simulator).env("DINGTALK_API_TOKEN", API_TOKEN)
                .env("DINGTALK_MANAGEMENT_USER", "operator").env("DINGTALK_MANAGEMENT_PASSWORD", MANAGEMENT_PASSWORD)
                .env("DINGTALK_WEBHOOK", simulator.url() + "/robot/send?access_token=" + WEBHOOK_TOKEN)
                .env("DINGTALK_WEBHOOK_SECRET", WEBHOOK_SECRET);
    }

    /** Those secrets that the log shows, by what they are. */
    private static List<String> secretsIn(PackagedJar.Run run, Simulator simulator, List<PushResult> sent) {
        Map<String, String> secrets =
                new TreeMap<>(Map.of("app secret", Bot.APP_SECRET, "callback token", Bot.CALLBACK_TOKEN, "AES key", Bot.AES_KEY,
                "API token", API_TOKEN, "management password", MANAGEMENT_PASSWORD, "webhook token", WEBHOOK_TOKEN, "webhook secret",
                WEBHOOK_SECRET, "login",
                Base64.getEncoder().encodeToString(("operator:" + MANAGEMENT_PASSWORD).getBytes(StandardCharsets.UTF_8))));
        sent.stream().map(PushResult::sessionWebhook).filter(Objects::nonNull)
                .forEach(url -> secrets.put("session " + url, url.substring(url.lastIndexOf('=') + 1)));
        simulator.requests().stream().map(request -> request.header("x-acs-dingtalk-access-token")).filter(Objects::nonNull)
                .forEach(token -> secrets.put("access token " + token, token));
        simulator.requests().stream().map(RecordedRequest::query).filter(Objects::nonNull).map(TICKET::matcher).filter(Matcher::find)
                .forEach(ticket -> secrets.put("ticket " + ticket.group(1), URLDecoder.decode(ticket.group(1), StandardCharsets.UTF_8)));
        assertThat(secrets.keySet()).anyMatch(what -> what.startsWith("ticket "))
                .anyMatch(what -> sent.isEmpty() || what.startsWith("access token "));
        String shown = run.log() + run.errors();
        return secrets.entrySet().stream().filter(secret -> shown.contains(secret.getValue()))
                .map(secret -> secret.getKey() + " in: " + shown.lines().filter(line -> line.contains(secret.getValue())).findFirst()
                        .orElseThrow()).toList();
    }

    private static void awaitDeliveries(Simulator simulator, int count) {
        Awaitility.await().atMost(PackagedJar.PATIENCE).until(() -> simulator.deliveries().size() >= count);
    }
}
