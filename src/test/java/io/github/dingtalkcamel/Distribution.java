package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * The unpacked distribution, as an operator runs it: by {@code bin/dingtalk-camel}. It is unpacked from {@code
 * target/dingtalk-camel.tar.gz} where that belongs to the jar; else its files are put together from where the profile {@code dist} takes
 * them. Only shell scripts touch the directory by its name, so that this works also where the tests' own Java has no locale.
 */
final class Distribution implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private final Path root;
    private final String name;
    private final List<Run> runs = new ArrayList<>();

    private Distribution(Path root, String name) {
        this.root = root;
        this.name = name;
    }

    /** Into a directory of this name, which may have any characters but a quote. */
    static Distribution unpackedInto(String name) throws IOException {
        Path root = Files.createTempDirectory(TARGET, "distribution");
        Path archive = TARGET.resolve("dingtalk-camel.tar.gz");
        Path jar = TARGET.resolve("dingtalk-camel.jar");
        Distribution distribution = new Distribution(root, name);
        boolean packaged = Files.exists(archive) && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) >= 0;
        // a link to each jar, since a directory that is a link would make the program's own lib writable
        distribution.sh(packaged ? "mkdir app && tar xzf ../dingtalk-camel.tar.gz -C app --strip-components 1"
                : "cp -r ../../src/main/dist app && mkdir app/lib && ln ../lib/*.jar app/lib/ && ln ../dingtalk-camel.jar app/"
                        + " && cp -r ../../examples ../../LICENSE ../../NOTICE ../licenses/THIRD-PARTY.txt app/");
        distribution.sh("mv app '" + name + "' && ln -s '" + name + "' app && mkdir bin && ln -s ../app/bin/dingtalk-camel bin/start");
        return distribution;
    }

    /** The distribution, by a link with a plain name. */
    Path app() {
        return root.resolve("app");
    }

    /** Has the program, and a link to its start script in {@code bin}. */
    Path root() {
        return root;
    }

    /** Runs these lines in {@link #root} and returns what they print. */
    String sh(String lines) {
        return start(Map.of(), lines).awaitEnd().output();
    }

    /** The archives of classes in the data directory below this one. */
    static List<Path> archives(Path home) throws IOException {
        Path data = home.resolve("data");
        if (Files.notExists(data)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith("classes-")).sorted().toList();
        }
    }

    /** Starts the script through a link, from another directory, in an environment that holds this and a path alone. */
    Run start(Map<String, String> environment) {
        return start(environment, "cd / && exec '" + root.resolve("bin/start") + "'");
    }

    /** Runs these lines by a shell, whose last one may replace the shell by a program. */
    Run start(Map<String, String> environment, String lines) {
        try {
            Run run = new Run(runs.size(), environment, lines);
            runs.add(run);
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        runs.forEach(run -> run.process.destroyForcibly());
        runs.forEach(Run::awaitEnd);
        sh("chmod -R u+w . ; rm -rf -- '" + name + "'");
        try (Stream<Path> files = Files.walk(root)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    /** One process. */
    final class Run {

        private final Path out;
        private final Process process;

        private Run(int number, Map<String, String> environment, String lines) throws IOException {
            out = root.resolve("out-" + number);
            Path script = Files.writeString(root.resolve("run-" + number), lines + "\n");
            ProcessBuilder builder = new ProcessBuilder("sh", script.toString()).directory(root.toFile()).redirectErrorStream(true)
                    .redirectOutput(out.toFile());
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            for (String port : List.of("DINGTALK_WEBHOOK_PORT", "DINGTALK_MANAGEMENT_PORT", "DINGTALK_SIMULATOR_PORT")) {
                builder.environment().put(port, "0");
            }
            builder.environment().putAll(environment);
            process = builder.start();
        }

        /** Standard output and standard error so far. */
        String output() {
            try {
                return new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Waits for the line of the banner after which nothing is missing. */
        Run awaitStart() {
            return await("Say something to the robot");
        }

        Run await(String text) {
            Awaitility.await().alias("the output holds \"" + text + "\"").atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
                if (!process.isAlive() && !output().contains(text)) {
                    throw new AssertionError("ended with " + process.exitValue() + " before the output held \"" + text + "\":\n"
                            + output());
                }
                return output().contains(text);
            });
            return this;
        }

        /** The program that the process runs by now. */
        String program() {
            return process.info().command().orElse("");
        }

        /** SIGTERM. */
        Run terminate() {
            process.destroy();
            return this;
        }

        Run awaitEnd() {
            try {
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("still runs after " + PATIENCE + ":\n" + output());
                }
                return this;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        int exitStatus() {
            return awaitEnd().process.exitValue();
        }
    }
}
