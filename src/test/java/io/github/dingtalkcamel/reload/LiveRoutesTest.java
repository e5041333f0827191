package io.github.dingtalkcamel.reload;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.ObjectName;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.support.service.ServiceHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of routes that change while the program runs (docs/promises.md 3, "The routes directory"). */
class LiveRoutesTest {

    /** docs/promises.md 3 has 2 s: here thrice as much, since other tests may have the processors. */
    private static final Duration LIVE = Duration.ofSeconds(6);
    private static final int SENDERS = 2;
    private static final List<String> PASSED = List.of("turn-answer", "turn-queue", "inbound-message", "reply-message", "inbound-webhook",
            "inbound-stream", "support-errors");

    private static Bot bot;
    private static Path directory;
    private static volatile CountDownLatch gate = new CountDownLatch(0);
    private static int people;

    private LogLines log;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true")).bean("gate", (Processor) exchange -> gate.await()).start();
        directory = bot.home().resolve("routes");
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.simulator().say(UserMessage.text("up?").from("early").byStream()).accepted());
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @BeforeEach
    void listen() {
        log = LogLines.listen();
    }

    @AfterEach
    void clear() throws Exception {
        gate.countDown();
        Map<String, Integer> live = new HashMap<>();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (isLive(file)) {
                    live.put(file.getFileName().toString(), gone(file.getFileName().toString()));
                }
                Files.delete(file);
            }
        }
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> ask("hello").equals("hello") && bot.context().getRoute("helpdesk") == null
                && seemsPackaged("turn"));
        // the next test would read of it in its log otherwise
        live.forEach((file, before) -> Awaitility.await().atMost(Bot.PATIENCE).until(() -> gone(file) > before));
        log.close();
    }

    private static boolean isLive(Path file) {
        return bot.context().getRoutes().stream().map(Route::getSourceLocation)
                .anyMatch(location -> location != null && location.contains("/" + file.getFileName()) && !location.contains("classpath"));
    }

    private int gone(String file) {
        return log.containing("/" + file + " is gone").size();
    }

    @Test
    void refusesAPathThatAPackagedRouteTakesWhichKeepsWorking() throws Exception {
        String file = "shadow.camel.yaml";
        write(file, HttpPathTest.route("/orders"));
        String orders = bot.webhookUrl().replace("/api/dingtalk/webhook/main", "/orders");
        Awaitility.await().atMost(LIVE).until(() -> bot.get(orders).body().equals("mine"));

        write(file, HttpPathTest.route("/api/dingtalk/webhook/{any}"));

        awaitLog("Route mine in", file, "takes /api/dingtalk/webhook/{any}", "packaged inbound-webhook.camel.yaml");
        assertThat(bot.get(bot.webhookUrl()).body()).isEqualTo("success");
        assertThat(bot.say(UserMessage.text("by webhook").from("shadowed").byWebhook()).accepted()).isTrue();
        assertThat(bot.get(orders).body()).as("the former version").isEqualTo("mine");
    }

    @Test
    void losesNothingAndAnswersNothingByHalfWhileFilesAreEditedBrokenRepairedDeletedAndSwapped() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
        List<Future<List<String>>> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            String person = "flow" + i;
            boolean stream = i % 2 == 0;
            senders.add(threads.submit(() -> talk(person, stream, enough)));
        }

        write("helpdesk.camel.yaml", helpdesk(1));
        awaitVersion(1);
        write("helpdesk.camel.yaml", helpdesk(2));
        awaitVersion(2);
        write("helpdesk.camel.yaml", helpdesk(3).replace("setBody", "setBoddy"));
        awaitLog("helpdesk.camel.yaml", "setBoddy");
        write("helpdesk.camel.yaml", helpdesk(3).replace("id: helpdesk", "id: helpdesk\n      nosuch: thing"));
        awaitLog("helpdesk.camel.yaml", "nosuch");
        write("helpdesk.camel.yaml", helpdesk(3).replace("        trigger: main", "        trigger: main\n        nosuch: thing"));
        awaitLog("Route change rejected, keeping the previous version", "nosuch=thing");
        // messages that the trigger binds to it keep the old version meanwhile
        assertThat(ask("?")).isEqualTo("v2 ? v2");
        write("helpdesk.camel.yaml", helpdesk(4));
        awaitVersion(4);

        // what every message passes: replaced, with another input, and packaged again
        for (String packaged : PASSED) {
            write(packaged + ".camel.yaml", packaged(packaged).replace("description: ", "description: Mine. "));
        }
        for (String packaged : PASSED) {
            awaitLog("/" + packaged + ".camel.yaml is live");
        }
        write("turn-answer.camel.yaml", packaged("turn-answer").replace("\"{{turns.workers}}\"", "7"));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> log.containing("turn-answer.camel.yaml is live").size() == 2);
        write("inbound-webhook.camel.yaml", packaged("inbound-webhook")
                .replace("httpMethodRestrict: POST", "httpMethodRestrict: POST\n        muteException: true"));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> log.containing("inbound-webhook.camel.yaml is live").size() == 2);
        for (String packaged : PASSED) {
            Files.delete(directory.resolve(packaged + ".camel.yaml"));
        }
        awaitLog("packaged turn-answer.camel.yaml is back");

        // another input of the agent, then links, swapped as a mounted ConfigMap does
        write("helpdesk.camel.yaml", helpdesk(5).replace("trigger: main", "trigger: main\n        exchangePattern: InOut"));
        awaitVersion(5);
        Path mounted = Files.createDirectories(bot.home().resolve("mounted"));
        Files.createDirectories(mounted.resolve("6"));
        Files.createDirectories(mounted.resolve("7"));
        Files.writeString(mounted.resolve("6/helpdesk.camel.yaml"), helpdesk(6));
        Files.writeString(mounted.resolve("7/helpdesk.camel.yaml"), helpdesk(7));
        link("..data", mounted.resolve("6"));
        link("helpdesk.camel.yaml", Path.of("..data/helpdesk.camel.yaml"));
        awaitVersion(6);
        link("..data", mounted.resolve("7"));
        awaitVersion(7);
        Files.writeString(mounted.resolve("8.yaml"), helpdesk(8));
        link("helpdesk.camel.yaml", mounted.resolve("8.yaml"));
        awaitVersion(8);
        Files.delete(directory.resolve("helpdesk.camel.yaml"));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> ask("still?").equals("still?"));

        enough.set(true);
        int all = 0;
        Set<String> versions = new TreeSet<>();
        for (int i = 0; i < SENDERS; i++) {
            List<String> said = senders.get(i).get(30, TimeUnit.SECONDS);
            List<String> replies = bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "flow" + i), said.size());
            // each once, in order, and by one version from its first step to its last
            assertThat(replies.stream().map(reply -> reply.replaceFirst("^v\\d+ (.*) v\\d+$", "$1")).toList()).isEqualTo(said);
            assertThat(replies).allMatch(reply -> reply.matches("m\\d+|(v\\d+) m\\d+ \\1"));
            replies.forEach(reply -> versions.add(reply.replaceFirst("^(v\\d+)?.*", "$1")));
            all += said.size();
        }
        threads.shutdown();
        assertThat(versions).contains("", "v1", "v2", "v4", "v5", "v6", "v7", "v8").doesNotContain("v3");
        assertThat(all).isGreaterThan(100);
        assertThat(bot.rows("select state, count(*) from message where state <> 'done' group by state")).isEmpty();
        assertThat(log.all()).noneMatch(line -> line.contains("was not made known whole") || line.contains("could not be removed"));
    }

    /** Says one thing after another, each of which has to be accepted. */
    private static List<String> talk(String person, boolean stream, AtomicBoolean enough) throws Exception {
        List<String> said = new ArrayList<>();
        while (!enough.get()) {
            String text = "m" + said.size();
            UserMessage message = UserMessage.text(text).from(person);
            assertThat(bot.say(stream ? message.byStream() : message.byWebhook())).matches(sent -> sent.accepted(), "accepted");
            said.add(text);
            // two under way at a time
            bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, person), said.size() - 1);
        }
        return said;
    }

    @Test
    void letsRunningTurnsFinishOnTheOldVersionWhileTheNewOneAnswers() throws Exception {
        write("helpdesk.camel.yaml", helpdesk(1).replace("      steps:\n", "      steps:\n        - process: { ref: gate }\n"));
        awaitLog("helpdesk.camel.yaml is live");
        gate = new CountDownLatch(1);
        bot.say(UserMessage.text("slow").from("patient"));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 1);

        LiveRoute old = (LiveRoute) bot.context().getRoute("helpdesk");
        assertThat(old.inner()).isNotEmpty().noneMatch(ServiceHelper::isStopped);
        write("helpdesk.camel.yaml", helpdesk(2));
        // the workers that hold the slow turn are replaced too
        write("turn-answer.camel.yaml", packaged("turn-answer").replace("\"{{turns.workers}}\"", "5"));
        Awaitility.await().atMost(LIVE).until(() -> log.containing("helpdesk.camel.yaml is live").size() == 2);
        assertThat(ask("quick")).isEqualTo("v2 quick v2");
        awaitLog("turn-answer.camel.yaml is live");
        assertThat(ask("quicker")).isEqualTo("v2 quicker v2");
        Files.delete(directory.resolve("helpdesk.camel.yaml"));
        awaitLog("helpdesk.camel.yaml is gone, and with it route helpdesk");
        assertThat(ask("echo")).isEqualTo("echo");
        assertThat(bot.replies(bot.simulator().dm(Bot.APP_KEY, "patient"))).isEmpty();

        gate.countDown();
        assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "patient"), 1)).containsExactly("v1 slow v1");
        // and the old versions are removed
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> old.inner().stream().allMatch(ServiceHelper::isStopped));
        assertThat(ask("echo")).isEqualTo("echo");
        // who watches a route sees the version that runs
        String counted = bot.get(bot.managementUrl() + "/observe/metrics").body();
        assertThat(counted).contains("routeId=\"turn\"");
        assertThat(ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("org.apache.camel:type=routes,name=\"turn\",*"), null))
                .isNotEmpty();
    }

    @Test
    void aConversationThatIsBoundToADeletedAgentIsToldSoAtOnce() throws Exception {
        write("shortlived.camel.yaml", "- route:\n    from:\n      uri: agent:shortlived\n      steps:\n        - setBody: { constant: here }\n");
        awaitLog("shortlived.camel.yaml is live");
        String conversation = bot.simulator().dm(Bot.APP_KEY, "bound");
        bot.say(UserMessage.text("/bind shortlived").from("bound"));
        bot.awaitReplies(conversation, 1);
        bot.say(UserMessage.text("hello").from("bound"));
        assertThat(bot.awaitReplies(conversation, 2).get(1)).isEqualTo("here");

        Files.delete(directory.resolve("shortlived.camel.yaml"));
        awaitLog("shortlived.camel.yaml is gone");
        bot.say(UserMessage.text("hello").from("bound"));

        assertThat(bot.awaitReplies(conversation, 3).get(2)).contains("shortlived").isNotEqualTo("here");
    }

    @Test
    void replacesAPackagedFileAndBringsItBack() throws Exception {
        write("turn-agent-echo.camel.yaml", packaged("turn-agent-echo").replace("simple: \"${body}\"", "simple: \"own ${body}\""));
        Awaitility.await().atMost(LIVE).until(() -> ask("hello").equals("own hello"));
        // it answers a moment before the log says so
        awaitLog("turn-agent-echo.camel.yaml is live");
        assertThat(log.containing("turn-agent-echo.camel.yaml is live: route turn-agent-echo")).hasSize(1);

        Files.delete(directory.resolve("turn-agent-echo.camel.yaml"));
        Awaitility.await().atMost(LIVE).until(() -> ask("hello").equals("hello"));
        awaitLog("packaged turn-agent-echo.camel.yaml is back");
        assertThat(log.containing("packaged turn-agent-echo.camel.yaml is back: route turn-agent-echo")).hasSize(1);
    }

    @Test
    void takesEveryNameOfYamlButHiddenOnesAndNamesRoutesThatHaveNoId() throws Exception {
        String nameless = "- route:\n    from:\n      uri: direct:%s\n      steps:\n        - setBody: { constant: %s }\n";
        Files.createDirectories(directory);
        write("one.yml", nameless.formatted("one", "1"));
        write("v1.2 two.yaml", nameless.formatted("two", "2"));
        write(".three.yaml", nameless.formatted("three", "3"));
        awaitLog("one.yml is live: route one-route1");
        awaitLog("v1.2 two.yaml is live: route v1.2 two-route1");

        assertThat(bot.context().createProducerTemplate().requestBody("direct:one", null, String.class)).isEqualTo("1");
        assertThat(bot.context().createProducerTemplate().requestBody("direct:two", null, String.class)).isEqualTo("2");
        assertThat(log.containing("three")).isEmpty();
        // only the new version answers
        write("one.yml", nameless.formatted("one", "11"));
        Awaitility.await().atMost(LIVE)
                .until(() -> bot.context().createProducerTemplate().requestBody("direct:one", null, String.class).equals("11"));
        // it answers a moment before the context names it
        Awaitility.await().atMost(LIVE)
                .until(() -> bot.context().getRoutes().stream().filter(route -> route.getId().startsWith("one")).count() == 1);
        assertThat(((LiveContext) bot.context()).getRouteDefinitions().stream().filter(route -> route.getId().startsWith("one")))
                .hasSize(1);
    }

    @Test
    void saysOnceWhatIsWrongWithFileLineAndReason() throws Exception {
        write("helpdesk.camel.yaml", helpdesk(1));
        awaitVersion(1);
        write("word.yaml", "hello");
        write("empty.yaml", "# nothing yet\n");
        write("misspelt.yaml", "- route:\n    from:\n      uri: direct:m\n      steps:\n        - tu: log:x\n");
        write("unknown.yaml",
                "- route:\n    id: unknown\n    from:\n      uri: direct:u\n      steps:\n        - log: x\n        - to: nosuch:thing\n");
        write("second.yaml", helpdesk(2));
        write("input.yaml", "- route:\n    id: input\n    from:\n      uri: direct:inbound-message\n      steps:\n        - log: x\n");
        Files.write(directory.resolve("latin.yaml"), "# \u00e4".getBytes(StandardCharsets.ISO_8859_1));
        awaitLog("latin.yaml is not UTF-8");
        Files.delete(directory.resolve("latin.yaml"));

        awaitLog("word.yaml has no routes");
        awaitLog("empty.yaml has no routes");
        awaitLog("Unknown node id: tu", "misspelt.yaml");
        assertThat(log.containing("misspelt.yaml").get(0)).contains("line 5");
        awaitLog("unknown.yaml:7: route unknown", "nosuch");
        awaitLog("Route helpdesk is in", "second.yaml");
        awaitLog("input.yaml", "route inbound-message does, and only one can");
        // told once, also when something else changes
        write("helpdesk.camel.yaml", helpdesk(3));
        awaitVersion(3);
        for (String file : List.of("word.yaml", "empty.yaml", "misspelt.yaml", "unknown.yaml", "second.yaml", "input.yaml")) {
            assertThat(log.containing("/" + file)).as(file).hasSize(1);
        }
        // repaired by the change of another file: the id is free
        Files.delete(directory.resolve("helpdesk.camel.yaml"));
        awaitLog("second.yaml is live: route helpdesk");
        awaitVersion(2);
    }

    @Test
    void givesRoutesOfOtherFilesTheirNewRouteConfigurationAndBeans() throws Exception {
        String configuration = """
                - routeConfiguration:
                    id: mine
                    onException:
                      - onException:
                          exception: [ java.lang.Exception ]
                          handled: { constant: "true" }
                          steps:
                            - setBody: { constant: %s }
                """;
        write("mine.yaml", configuration.formatted("sorry"));
        write("failing.yaml",
                "- route:\n    id: failing\n    routeConfigurationId: mine\n    from:\n      uri: direct:failing\n      steps:\n"
                + "        - throwException: { exceptionType: java.lang.IllegalStateException, message: x }\n");
        awaitLog("failing.yaml is live");
        Awaitility.await().atMost(LIVE).ignoreExceptions().until(() -> request("direct:failing").equals("sorry"));
        write("mine.yaml", configuration.formatted("pardon"));
        Awaitility.await().atMost(LIVE).ignoreExceptions().until(() -> request("direct:failing").equals("pardon"));
        // a broken one leaves the last good one where it was, for routes that are built from now on too
        write("mine.yaml", configuration.formatted("broken").replace("setBody", "setBoddy"));
        awaitLog("setBoddy");
        write("failing.yaml", Files.readString(directory.resolve("failing.yaml")).replace("id: failing", "id: failing2"));
        awaitLog("failing.yaml is live: route failing2");
        assertThat(request("direct:failing")).isEqualTo("pardon");
        assertThat(ask("hello")).isEqualTo("hello");
    }

    @Test
    void leavesARouteStoppedThatAUserStopped() throws Exception {
        write("helpdesk.camel.yaml", helpdesk(1));
        awaitVersion(1);
        bot.context().getRouteController().stopRoute("helpdesk");
        write("helpdesk.camel.yaml", helpdesk(2));
        awaitLog("helpdesk.camel.yaml is live: route helpdesk (stopped)");
        assertThat(ask("hello")).isEqualTo("hello");
        bot.context().getRouteController().startRoute("helpdesk");
        awaitVersion(2);
        write("helpdesk.camel.yaml", helpdesk(3));
        awaitVersion(3);
    }

    @Test
    void warnsOfAnEjectedFileThatIsOlderThanThePackagedOne() throws Exception {
        String text = packaged("turn-agent-echo");
        write("turn-agent-echo.camel.yaml", EjectedVersion.of("0.0.9", text).line() + "\n" + text + "# mine\n");
        awaitLog("turn-agent-echo.camel.yaml is live");
        assertThat(log.containing("has changed since")).isEmpty();
        write("turn-agent-echo.camel.yaml", EjectedVersion.of("0.0.9", text + "older").line() + "\n" + text);
        awaitLog("was ejected from version 0.0.9; the packaged turn-agent-echo.camel.yaml has changed since");
    }

    @Test
    void bearsADirectoryThatGoesAndComes() throws Exception {
        write("helpdesk.camel.yaml", helpdesk(1));
        awaitVersion(1);
        Path away = directory.resolveSibling("away");
        Files.move(directory, away);
        Awaitility.await().atMost(LIVE).until(() -> ask("hello").equals("hello"));
        Files.move(away, directory);
        awaitVersion(1);
        // statistics and the model are those of the one version there is
        assertThat(bot.context().getRoutes().stream().filter(route -> route.getId().equals("helpdesk"))).hasSize(1);
    }

    private static boolean seemsPackaged(String route) {
        Route running = bot.context().getRoute(route);
        return running != null && running.getSourceLocation().contains("classpath");
    }

    private static String helpdesk(int version) {
        return """
                - route:
                    id: helpdesk
                    from:
                      uri: agent:helpdesk
                      parameters:
                        trigger: main
                      steps:
                        - setBody: { simple: "v%1$d ${body}" }
                        - setBody: { simple: "${body} v%1$d" }
                """.formatted(version);
    }

    private static void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    private static void link(String name, Path target) throws IOException {
        Path link = directory.resolve(".new");
        Files.createSymbolicLink(link, target);
        Files.move(link, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String packaged(String name) throws IOException {
        return Files.readString(Path.of("src/main/resources/routes/" + name + ".camel.yaml"));
    }

    private static String request(String endpoint) {
        return bot.context().createProducerTemplate().requestBody(endpoint, null, String.class);
    }

    /** What a new user is answered. */
    private static String ask(String text) {
        String person = "person" + ++people;
        bot.say(UserMessage.text(text).from(person));
        return bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, person), 1).get(0);
    }

    private static void awaitVersion(int version) {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> ask("?").equals("v" + version + " ? v" + version));
    }

    private void awaitLog(String... parts) {
        Awaitility.await().atMost(Bot.PATIENCE)
                .untilAsserted(() -> assertThat(log.all()).anySatisfy(line -> assertThat(line).contains(parts)));
    }
}
