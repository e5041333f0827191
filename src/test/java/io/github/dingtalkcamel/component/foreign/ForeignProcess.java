package io.github.dingtalkcamel.component.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/** An application that is not ours, in a JVM of its own: one class, the slim library, and the jars that it names. */
final class ForeignProcess implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Path JAR = Path.of("target", "dingtalk-camel-component.jar").toAbsolutePath();

    /** What comes with the library: its dependencies that are not optional, and theirs. */
    static final Pattern WITH_THE_LIBRARY = Pattern.compile("camel-(api|base|base-engine|bean|browse|cloud|cluster|controlbus|core"
            + "|core-catalog|core-engine|core-languages|core-model|core-processor|core-reifier|dataformat|dataset|direct|file|health|language"
            + "|log|management-api|mock|ref|rest|saga|scheduler|seda|stub|support|timer|tooling-model|util|util-json|validator|xml-io"
            + "|xml-io-util|xml-jaxb|xml-jaxp|xml-jaxp-util|xpath|xslt)-[0-9].*"
            + "|(jackson-(annotations|core|databind)|caffeine|jspecify|error_prone_annotations|commonmark"
            + "|commonmark-ext-gfm-tables|icu4j|slf4j-api|langchain4j-(core|http-client|open-ai)"
            + "|netty-(buffer|codec|codec-http|common|handler|resolver|transport|transport-native-unix-common))-[0-9].*");
    static final Pattern CAMEL_MAIN = Pattern.compile("camel-(main|yaml-.*|dsl-support)-[0-9].*|snakeyaml-engine-.*");
    static final Pattern CAMEL_KAMELET = Pattern.compile("camel-kamelet-[0-9].*");
    static final Pattern CAMEL_HTTP = Pattern.compile("camel-(http|http-common|http-base|attachments)-[0-9].*|http(client|core)5.*"
            + "|commons-codec-.*|jakarta.(servlet|activation)-api-.*|angus-activation-.*");

    private static final Path LIB = Path.of("target", "lib").toAbsolutePath();

    private final Process process;
    private final Path log;

    private ForeignProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Those of our jars that the patterns name. */
    static List<Path> jars(Pattern... names) throws IOException {
        try (Stream<Path> jars = Files.list(LIB)) {
            return jars.filter(jar -> Stream.of(names).anyMatch(name -> name.matcher(jar.getFileName().toString()).matches())).toList();
        }
    }

    /** The application's class alone, without the classes and resources of all our tests. */
    private static Path classes(Path directory, Class<?> program) throws IOException {
        Path classes = directory.resolve("classes");
        Path from = Path.of("target", "test-classes", program.getPackageName().replace('.', '/'));
        Path into = Files.createDirectories(classes.resolve(program.getPackageName().replace('.', '/')));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches(program.getSimpleName() + "(\\$.*)?\\.class"))
                    .toList()) {
                Files.copy(file, into.resolve(file.getFileName()));
            }
        }
        return classes;
    }

    /** Starts the program in {@code directory/work}. What is in {@code directory/classes} is on its class path. */
    static ForeignProcess start(Path directory, Class<?> program, List<Path> jars, String... arguments) throws IOException {
        List<String> path = new ArrayList<>(List.of(classes(directory, program).toString(), JAR.toString()));
        jars.forEach(jar -> path.add(jar.toString()));
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp", String.join(File.pathSeparator, path), program.getName()));
        command.addAll(List.of(arguments));
        Path log = directory.resolve("out");
        Process process = new ProcessBuilder(command).directory(Files.createDirectories(directory.resolve("work")).toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        return new ForeignProcess(process, log);
    }

    String out() throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }

    void awaitOut(String text) {
        Awaitility.await().alias(text).atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive()).as("%s", out()).isTrue();
            return out().contains(text);
        });
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
