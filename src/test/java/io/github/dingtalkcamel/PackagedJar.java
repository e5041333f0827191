package io.github.dingtalkcamel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.awaitility.Awaitility;

/**
 * The packaged jar, run as its user runs it: {@code java -jar} in a working directory of its own, with an environment that holds nothing
 * but what was given. Settings, files and data outlive each {@link Run}, so that a process can be killed and started again.
 *
 * <pre>
 * try (PackagedJar jar = PackagedJar.inTemporaryDirectory().env("DINGTALK_LANGUAGE", "en"); PackagedJar.Run run = jar.start()) {
 *     run.kill9();
 * }
 * </pre>
 */
final class PackagedJar implements AutoCloseable {

    /** Longer on a machine that others keep busy: {@code -Djar.patience}. */
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("jar.patience", 60));

    private static final Path JAR = Path.of("target", "dingtalk-camel.jar").toAbsolutePath();

    private static final Path CLASSES = ClassArchive.of(JAR);

    private final Path home;
    private final Path workingDirectory;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<String> options = new ArrayList<>();
    private Path jar = JAR;
    private Path before;
    private final List<Run> runs = new ArrayList<>();

    private PackagedJar() throws IOException {
        if (!Files.isRegularFile(JAR)) {
            throw new IllegalStateException(JAR + " is not there: these tests run after the phase package, as mvn verify does");
        }
        home = Files.createTempDirectory("dingtalk-camel-jar");
        workingDirectory = Files.createDirectories(home.resolve("work"));
        // what a killed process leaves of unpacked libraries goes away with the rest
        options.add("-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")));
    }

    /** With every port free for any other process: 0. */
    static PackagedJar inTemporaryDirectory() throws IOException {
        return new PackagedJar().env("DINGTALK_WEBHOOK_PORT", "0").env("DINGTALK_MANAGEMENT_PORT", "0");
    }

    /** With an app of this simulator's for the integration {@code main}, and the bot's own texts in English. */
    static PackagedJar facing(Simulator simulator) throws IOException {
        return inTemporaryDirectory()
                .env("DINGTALK_APP_KEY", Bot.APP_KEY)
                .env("DINGTALK_APP_SECRET", Bot.APP_SECRET)
                .env("DINGTALK_CALLBACK_TOKEN", Bot.CALLBACK_TOKEN)
                .env("DINGTALK_CALLBACK_AES_KEY", Bot.AES_KEY)
                .env("DINGTALK_API_BASE_URL", simulator.url())
                .env("DINGTALK_OAPI_BASE_URL", simulator.url())
                .env("DINGTALK_LANGUAGE", "en");
    }

    /** A simulator with the app that {@link #facing} sets. It lives in the test's own process, so it survives what happens to the jar's. */
    static Simulator simulator(SimulatorOptions options) {
        Simulator simulator = Simulator.start(options);
        simulator.addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET).withEncryption(Bot.CALLBACK_TOKEN, Bot.AES_KEY));
        return simulator;
    }

    PackagedJar env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** An option of the Java virtual machine. */
    PackagedJar option(String option) {
        options.add(option);
        return this;
    }

    /** Another version of the jar, with its libraries beside it as its manifest says. */
    PackagedJar version(Path another) {
        jar = another.toAbsolutePath();
        return this;
    }

    /** A directory whose files come before the jar's, as {@code java -cp} has it. */
    PackagedJar before(Path directory) {
        before = directory.toAbsolutePath();
        return this;
    }

    /** A file in the working directory. */
    PackagedJar file(String path, String text) throws IOException {
        Path file = FileNames.path(workingDirectory, path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    Path workingDirectory() {
        return workingDirectory;
    }

    /** Starts a process and waits for the last line of its banner. */
    Run start() throws IOException {
        return launch().awaitStart();
    }

    /** Starts a process, with these words behind the jar's name, and waits for nothing. */
    Run launch(String... words) throws IOException {
        return launchIn("", words);
    }

    /** As {@link #launch}, in a directory below the working directory, which is made. */
    Run launchIn(String directory, String... words) throws IOException {
        Run run = new Run(runs.size() + 1, directory, List.of(words));
        runs.add(run);
        return run;
    }

    /**
     * Rows of the store, read from a copy of its files: so what a killed process left is for its successor to recover, and not for this
     * test.
     */
    List<List<Object>> rows(String sql) throws IOException, SQLException {
        Path copy = Files.createTempDirectory(home, "copy");
        for (String name : List.of("dingtalk.db", "dingtalk.db-wal")) {
            Path file = workingDirectory.resolve("data").resolve(name);
            if (Files.exists(file)) {
                Files.copy(file, copy.resolve(name));
            }
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("dingtalk.db"));
                Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            List<List<Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getObject(i));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /** Kills what still runs and deletes everything. */
    @Override
    public void close() throws IOException {
        for (Run run : runs) {
            run.close();
        }
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    /** One process. */
    final class Run implements AutoCloseable {

        private static final Pattern WEBHOOK = Pattern.compile("Integration (\\w+): .*webhook at (\\S+)");
        private static final Pattern MANAGEMENT = Pattern.compile("Health and metrics: (http://[^/\\s]+)");
        private static final Pattern SIMULATOR = Pattern.compile("simulator is used instead, at (\\S+)");

        private final Path out;
        private final Path err;
        private final Process process;
        private final long launched = System.nanoTime();

        private Run(int number, String directory, List<String> words) throws IOException {
            out = home.resolve("out-" + number);
            err = home.resolve("err-" + number);
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            // these processes live for seconds: the second compiler would cost more than it gains, and there are many of them
            command.add("-XX:TieredStopAtLevel=1");
            if (before == null && jar.equals(JAR)) {
                command.addAll(ClassArchive.use(CLASSES));
            }
            command.addAll(options);
            command.addAll(before == null ? List.of("-jar", jar.toString())
                    : List.of("-cp", before + ":" + jar, "io.github.dingtalkcamel.Application"));
            command.addAll(words);
            ProcessBuilder builder = new ProcessBuilder("sh", script(number, directory, command).toString())
                    .directory(workingDirectory.toFile())
                    .redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().clear();
            process = builder.start();
        }

        /** A shell gives the process its words and environment as they are written, also where the tests' own Java has no locale. */
        private Path script(int number, String directory, List<String> command) throws IOException {
            StringBuilder script = new StringBuilder("unset PWD\n");
            if (!directory.isEmpty()) {
                script.append("mkdir -p ").append(quoted(directory)).append(" && cd ").append(quoted(directory)).append('\n');
            }
            script.append("exec env -i");
            environment.forEach((name, value) -> script.append(' ').append(quoted(name + "=" + value)));
            command.forEach(word -> script.append(' ').append(quoted(word)));
            return Files.writeString(home.resolve("run-" + number), script.append('\n'));
        }

        private static String quoted(String word) {
            return "'" + word.replace("'", "'\\''") + "'";
        }

        Run awaitStart() {
            // the line after which nothing is missing; warnings of the banner may follow
            return awaitLog("Health and metrics: ");
        }

        /** Waits until the log holds this text. */
        Run awaitLog(String text) {
            Awaitility.await().alias("the log holds \"" + text + "\"").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
                if (log().contains(text)) {
                    return true;
                }
                if (!process.isAlive()) {
                    throw new AssertionError("ended with " + process.exitValue() + " before the log held \"" + text + "\":\n" + log()
                            + errors());
                }
                return false;
            });
            return this;
        }

        /** From the launch until now. */
        Duration age() {
            return Duration.ofNanos(System.nanoTime() - launched);
        }

        Process process() {
            return process;
        }

        /** Standard output so far, read as UTF-8. */
        String log() {
            return text(out);
        }

        /** Standard error so far, read as UTF-8, without what newer Java virtual machines say there of libraries' access to memory. */
        String errors() {
            return text(err).lines().filter(line -> !line.startsWith("WARNING: ")).map(line -> line + "\n").collect(Collectors.joining());
        }

        private static String text(Path file) {
            try {
                return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String webhookUrl(String integration) {
            Matcher line = WEBHOOK.matcher(log());
            while (line.find()) {
                if (line.group(1).equals(integration)) {
                    return line.group(2);
                }
            }
            throw new AssertionError("no webhook of " + integration + " in the log:\n" + log());
        }

        String managementUrl() {
            return found(MANAGEMENT);
        }

        String simulatorUrl() {
            awaitLog("Say something to the robot");
            return found(SIMULATOR);
        }

        private String found(Pattern pattern) {
            Matcher line = pattern.matcher(log());
            if (!line.find()) {
                throw new AssertionError("no " + pattern + " in the log:\n" + log());
            }
            return line.group(1);
        }

        /** {@code kill -9}. Returns when it is gone. */
        void kill9() {
            process.destroyForcibly();
            exitStatus();
        }

        /** SIGTERM. Doesn't wait. */
        Run terminate() {
            process.destroy();
            return this;
        }

        /** Waits for the end. */
        int exitStatus() {
            try {
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("still runs after " + PATIENCE + ":\n" + log() + errors());
                }
                return process.exitValue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            if (process.isAlive()) {
                kill9();
            }
        }
    }
}
