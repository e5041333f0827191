package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.cli.FakeWork;
import io.github.dingtalkcamel.cli.Program;
import io.github.dingtalkcamel.cli.Send;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.doctor.Doctor;
import io.github.dingtalkcamel.doctor.Examination;
import io.github.dingtalkcamel.doctor.Machine;
import io.github.dingtalkcamel.reload.Eject;
import io.github.dingtalkcamel.settings.SettingsException;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the commands of the documents, as they are written, in bash: {@code curl} against a running application with its simulator,
 * {@code java -jar} in this process (a start reads its settings only: that the jar starts with such is JarRunIT's). A line that can't be
 * run here is named in {@link #ELSEWHERE}, with what runs it; a new one that is in neither fails.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class DocumentedCommandsTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijkl";
    private static final String GROUP = "cidFAKEgroup0001==";
    private static final Pattern SENT = Pattern.compile("\"messageId\":\"([^\"]+)\"");

    private static final Pattern DOCUMENTED_ID = Pattern.compile("\"messageId\": \"([^\"]+)\"");

    /** The beginning of a line, and the test or script that runs it; or why nothing does. */
    private static final Map<String, String> ELSEWHERE = new LinkedHashMap<>();

    static {
        ELSEWHERE.put("./mvnw verify", ".ci/run");
        ELSEWHERE.put("./mvnw -q -DskipTests package", ".ci/run");
        ELSEWHERE.put("./mvnw test -Dtest=ChunkerTest", "src/test/java/io/github/dingtalkcamel/component/chunk/ChunkerTest.java");
        ELSEWHERE.put("./mvnw -Pmutation", "not run: takes minutes; the page has what it measured, with the date");
        ELSEWHERE.put("DINGTALK_API_TOKEN=try-it-0123456789 scripts/mcp-client", "scripts/mcp-client");
        ELSEWHERE.put("tar xzf dingtalk-camel.tar.gz", "src/test/java/io/github/dingtalkcamel/DistributionIT.java");
        for (String asRoot : List.of("useradd", "mkdir -p /etc/", "install -m 600", "cp /opt/", "systemctl")) {
            ELSEWHERE.put(asRoot, "not run: needs root and systemd, which the page says");
        }
    }

    private Bot bot;
    private HttpServer here;
    private Path prelude;
    /** Ids of what was sent, the newest first. */
    private final Deque<String> cards = new ArrayDeque<>();
    private final Deque<String> messages = new ArrayDeque<>();

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN, "dingtalk.public-url", "https://bot.example.com"))
                .route("order-tool.camel.yaml", Files.readString(Path.of("examples/order-tool.camel.yaml")))
                .route("broken.camel.yaml", """
                        - route:
                            from:
                              uri: agent:broken
                              steps:
                                - throwException: { exceptionType: java.lang.IllegalStateException, message: no model }
                        """);
        bot.simulator().addCustomRobot(CustomRobot.of("tok", GROUP));
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token=tok");
        bot.set("dingtalk.files-dir", bot.home().toString());
        bot.start();
        Files.write(bot.home().resolve("chart.png"), new byte[] { (byte) 0x89, 'P', 'N', 'G', 1 });
        Files.writeString(bot.home().resolve("report.pdf"), "%PDF-1.4\n");
        here = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        here.setExecutor(Executors.newCachedThreadPool());
        here.createContext("/java", this::java);
        here.createContext("/live", this::awaitEdit);
        here.start();
        prelude = Files.writeString(bot.home().resolve("prelude.sh"), prelude());
        // what the commands of the pages name
        bot.say(UserMessage.text("hi").msgId("msgFJL/Y4MaZmSpuak7+72A0A=="));
        bot.context().getRegistry().lookupByNameAndType("bindings", Bindings.class).bind("main", "cidBroken", "broken", "test");
        bot.say(UserMessage.text("fail").inGroup("cidBroken"));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select id from dead_letter").size() == 1);
    }

    @AfterAll
    void stop() throws Exception {
        here.stop(0);
        bot.close();
    }

    private String prelude() {
        return """
                set -euo pipefail
                curl() {
                  local args=() a
                  for a in "$@"; do
                    a=${a//127.0.0.1:8080/BOT}; a=${a//127.0.0.1:8180/SIMULATOR}; a=${a//127.0.0.1:9876/MANAGEMENT}
                    args+=("${a//context=dingtalk-camel,/context=CONTEXT,}")
                  done
                  command curl -sS -w '\\nstatus %{http_code}\\n' "${args[@]}"
                }
                java() {
                  local call; call=$(mktemp -d)
                  shift 2
                  printf '%s\\0' "$@" >"$call/words"
                  env -0 | grep -z '^DINGTALK_' >"$call/environment"
                  cat >"$call/input"
                  command curl -sS -w '\\nstatus %{http_code}\\n' -d "$call" HERE/java
                }
                sleep() { command curl -sS HERE/live; }
                """.replace("BOT", authority(bot.webhookUrl())).replace("SIMULATOR", authority(bot.simulator().url()))
                .replace("MANAGEMENT", authority(bot.managementUrl())).replace("CONTEXT", bot.context().getManagementName())
                .replace("HERE", "http://127.0.0.1:" + here.getAddress().getPort());
    }

    private static String authority(String url) {
        return URI.create(url).getAuthority();
    }

    static List<DocumentBlock> blocks() throws IOException {
        return DocumentBlock.in("sh", "bash", "console");
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void eachCommandDoesWhatItsPageSays(DocumentBlock block) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")) && Files.isExecutable(Path.of("/bin/bash")), "needs curl and bash");
        List<String> lines = block.text().lines().filter(line -> where(line).isEmpty()).toList();
        Files.deleteIfExists(bot.home().resolve("routes/turn-agent-echo.camel.yaml"));

        String output = run(withIds(String.join("\n", lines), block), block);

        if (bot.context().getRouteController().getRouteStatus("turn").isStopped()) {
            // a page shows how to stop it
            bot.context().getRouteController().startRoute("turn");
        }
        String commands = String.join("\n", lines);
        assertThat(output.lines().filter(line -> line.startsWith("status ")).toList()).as(output)
                .hasSize((int) Pattern.compile("(?m)^(?!tool\\(\\)).*?(\\bcurl -|\\bcurl http|^tool |\\bjava -jar)")
                        .matcher(commands).results().count())
                .allMatch(status -> status.matches("status 20[04]") || isFileOfAnotherMachine(output, status));
        assertThat(output).doesNotContainPattern("\"failureCount\":[1-9]");
        if (commands.contains("# Echo: hello")) {
            assertThat(output).contains("Echo: hello");
        }
        SENT.matcher(output).results().map(sent -> sent.group(1)).forEach(id -> (id.startsWith("card-") ? cards : messages).addFirst(id));
    }

    /** It can't be fetched here: ToolFilesTest does that. */
    private static boolean isFileOfAnotherMachine(String output, String status) {
        return status.equals("status 400") && output.contains("\"urlUnreachable\"");
    }

    /** The ids that a page shows are those of the calls above it, which here have others; a requestId is used once. */
    private String withIds(String commands, DocumentBlock block) {
        return DOCUMENTED_ID.matcher(commands).replaceAll(id -> Matcher.quoteReplacement("\"messageId\": \""
                + (id.group(1).startsWith("card-") ? cards : messages).removeFirst() + "\""))
                .replace("\"requestId\": \"build-4711\"", "\"requestId\": \"" + block + "\"")
                .replace("--file report.pdf", "--file " + bot.home().resolve("report.pdf"));
    }

    private String run(String commands, DocumentBlock block) throws Exception {
        // pages that are read from top to bottom define these once
        String defined = block.file().endsWith("tools.md") ? first(block.file()) : block.file().endsWith("api.md") ? first(block.file()) : "";
        Path output = bot.home().resolve("output");
        Process bash = new ProcessBuilder("bash", "-c", ". ./prelude.sh\n" + filled(defined) + "\n" + filled(commands) + "\nwait")
                .directory(bot.home().toFile()).redirectInput(new java.io.File("/dev/null")).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        assertThat(bash.waitFor(90, TimeUnit.SECONDS)).as("ends").isTrue();
        assertThat(bash.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    private static String first(Path file) throws IOException {
        return blocks().stream().filter(block -> block.file().equals(file)).findFirst().orElseThrow().text();
    }

    /** With values in the place of those that a page leaves open. */
    private static String filled(String commands) {
        return "export DINGTALK_API_TOKEN=" + TOKEN + "\n" + commands.replaceAll("export DINGTALK_API_TOKEN=….*", "")
                .replaceAll("(?<=[A-Z]=(ding|sk-)?)…", "0123456789abcdef0123456789abcdef");
    }

    private void java(HttpExchange exchange) throws IOException {
        Path call = Path.of(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        List<String> words = Arrays.stream(Files.readString(call.resolve("words")).split("\0")).filter(word -> !word.isEmpty()).toList();
        Map<String, String> environment = new HashMap<>();
        for (String variable : Files.readString(call.resolve("environment")).split("\0")) {
            environment.put(variable.substring(0, variable.indexOf('=')), variable.substring(variable.indexOf('=') + 1));
        }
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        int status;
        try (InputStream input = Files.newInputStream(call.resolve("input"))) {
            status = Program.run(words, new Work(environment, out), input, out, out);
        }
        exchange.sendResponseHeaders(status == 0 ? 200 : 500, 0);
        exchange.getResponseBody().write(printed.toByteArray());
        exchange.close();
    }

    private void awaitEdit(HttpExchange exchange) throws IOException {
        // the page waits two seconds
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().ask(UserMessage.text("hello"), Bot.PATIENCE).toString().contains("Echo: hello"));
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    /** The commands in this process: with the bot's settings, and a start that reads its settings and ends. */
    private final class Work extends FakeWork {

        private final Map<String, String> environment;
        private final PrintStream out;

        Work(Map<String, String> environment, PrintStream out) {
            this.environment = environment;
            this.out = out;
        }

        @Override
        public int start() {
            try {
                new SettingsReader(environment, Map.of(), Map.of(), text -> text, 17).read();
                return 0;
            } catch (SettingsException e) {
                e.faults().forEach(fault -> out.println(fault.line()));
                return 2;
            }
        }

        @Override
        public Send send(PrintStream toOut, PrintStream toErrors) throws Exception {
            return new Send(new SettingsReader(Map.of(), bot.given(), Map.of(), text -> text, 17).read(), SendingConfiguration::bind, toOut,
                    toErrors);
        }

        @Override
        public Eject eject(PrintStream toOut, PrintStream toErrors) throws Exception {
            return Eject.ofThisProgram(bot.home().resolve("routes"), toOut, toErrors);
        }

        @Override
        public int doctor(boolean json, PrintStream toOut) {
            return new Doctor(new Examination(Machine.here(), Map.of(), false))
                    .run(() -> new SettingsReader(Map.of(), bot.given(), Map.of(), text -> text, 17).read(), json, toOut);
        }
    }

    private static Optional<String> where(String line) {
        return ELSEWHERE.entrySet().stream().filter(one -> line.startsWith(one.getKey())).map(Map.Entry::getValue).findFirst();
    }

    @Test
    void whatIsRunElsewhereIsInAPageAndHasItsTestOrScript() throws IOException {
        List<DocumentBlock> all = blocks();
        ELSEWHERE.forEach((line, where) -> {
            assertThat(all).as(line).anyMatch(block -> block.text().lines().anyMatch(one -> one.startsWith(line)));
            assertThat(where.startsWith("not run: ") || Files.isRegularFile(Path.of(where))).as(where).isTrue();
        });
    }
}
