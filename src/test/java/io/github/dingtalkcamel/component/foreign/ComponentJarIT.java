package io.github.dingtalkcamel.component.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The slim library in applications that are not ours, each in a JVM of its own. */
class ComponentJarIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path JAR = Path.of("target", "dingtalk-camel-component.jar").toAbsolutePath();
    private static final Path LIB = Path.of("target", "lib").toAbsolutePath();

    /** Direct dependencies that come with the library, and the jars that these need. */
    private static final Set<String> WITH_THE_LIBRARY = new TreeSet<>(Set.of("camel-core", "jackson-databind", "caffeine", "commonmark",
            "commonmark-ext-gfm-tables", "icu4j"));
    private static final Pattern THEIR_JARS = Pattern.compile("camel-(api|base|base-engine|bean|browse|cloud|cluster|controlbus|core"
            + "|core-catalog|core-engine|core-languages|core-model|core-processor|core-reifier|dataformat|dataset|direct|file|health|language"
            + "|log|management-api|mock|ref|rest|saga|scheduler|seda|stub|support|timer|tooling-model|util|util-json|validator|xml-io"
            + "|xml-io-util|xml-jaxb|xml-jaxp|xml-jaxp-util|xpath|xslt)-[0-9].*"
            + "|(jackson-(annotations|core|databind)|caffeine|jspecify|error_prone_annotations|commonmark"
            + "|commonmark-ext-gfm-tables|icu4j|slf4j-api)-[0-9].*");
    private static final Pattern CAMEL_MAIN = Pattern.compile("camel-(main|yaml-.*|dsl-support)-[0-9].*|snakeyaml-engine-.*");

    private final Simulator simulator = Simulator.start(SimulatorOptions.defaults());
    private Process process;
    @TempDir
    private Path directory;

    @BeforeEach
    void app() {
        simulator.addApp(SimulatedApp.of("dingforeign", "foreign-secret"));
    }

    @AfterEach
    void close() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        simulator.close();
    }

    private static List<Path> jars(Pattern names) throws IOException {
        try (Stream<Path> jars = Files.list(LIB)) {
            return jars.filter(jar -> names.matcher(jar.getFileName().toString()).matches()).toList();
        }
    }

    /** The application's class alone, without the classes and resources of all our tests. */
    private Path classes(Class<?> program) throws IOException {
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

    private void run(Class<?> program, List<Path> jars, String... arguments) throws IOException {
        List<String> path = new ArrayList<>(List.of(classes(program).toString(), JAR.toString()));
        jars.forEach(jar -> path.add(jar.toString()));
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp", String.join(File.pathSeparator, path), program.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).directory(Files.createDirectories(directory.resolve("work")).toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile()).start();
    }

    private String out() throws IOException {
        return Files.readString(directory.resolve("out"), StandardCharsets.UTF_8);
    }

    private void awaitOut(String text) {
        Awaitility.await().alias(text).atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive()).as("%s", out()).isTrue();
            return out().contains(text);
        });
    }

    @Test
    void runsWithNothingButItsOwnDependencies() throws Exception {
        assertThat(withTheLibrary()).isEqualTo(WITH_THE_LIBRARY);
        run(ForeignApplication.class, jars(THEIR_JARS), simulator.url(), "dingforeign", "foreign-secret");
        awaitOut("STARTED [foreign]");
        Awaitility.await().atMost(PATIENCE).until(() -> simulator.stream().connections().size() == 1);

        PushResult said = simulator.sayAsync(UserMessage.text("go").byStream()).join();
        awaitOut("DONE");

        assertThat(simulator.deliveriesTo(said.conversationId())).extracting(Delivery::text).containsExactly("you said: go");
        Delivery sent = simulator.deliveriesTo(simulator.dm("dingforeign", "staff002")).get(0);
        assertThat(sent.text()).isEqualTo("sent");
        assertThat(simulator.isRecalled(sent.processQueryKey())).isTrue();
        assertThat(simulator.card("foreign-card").params()).containsEntry("status", "closed").containsEntry("title", "Card");
        assertThat(out()).doesNotContain("foreign-secret");
    }

    @Test
    void leavesAForeignMainItsOwnPropertiesAndRoutes() throws Exception {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Files.writeString(classes.resolve("application.properties"), """
                camel.main.name = theirs
                camel.main.routes-include-pattern = classpath:routes/*
                camel.component.dingtalk.app-key = dingforeign
                camel.component.dingtalk.app-secret = foreign-secret
                camel.component.dingtalk.api-base-url = %s
                camel.component.dingtalk.oapi-base-url = %s
                greeting = theirs, too
                """.formatted(simulator.url(), simulator.url()));
        Files.createDirectories(classes.resolve("routes"));
        Files.writeString(classes.resolve("routes/their.camel.yaml"), """
                - route:
                    id: their-route
                    from:
                      uri: dingtalk:messages
                      steps:
                        - setBody: { simple: "theirs: ${body}" }
                        - to: dingtalk:reply
                """);
        List<Path> jars = new ArrayList<>(jars(THEIR_JARS));
        jars.addAll(jars(CAMEL_MAIN));
        run(ForeignMain.class, jars);
        awaitOut("STARTED theirs [their-route] theirs, too");
        Awaitility.await().atMost(PATIENCE).until(() -> simulator.stream().connections().size() == 1);

        PushResult said = simulator.sayAsync(UserMessage.text("hello").byStream()).join();

        assertThat(said.accepted()).isTrue();
        assertThat(simulator.deliveriesTo(said.conversationId())).extracting(Delivery::text).containsExactly("theirs: hello");
        try (Stream<Path> left = Files.list(directory.resolve("work"))) {
            assertThat(left).as("no data directory, no store").isEmpty();
        }
    }

    @Test
    void holdsNothingThatBelongsToTheApplication() throws Exception {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> names = jar.stream().map(entry -> entry.getName()).toList();
            assertThat(names).contains("META-INF/services/org/apache/camel/component/dingtalk",
                    "META-INF/io/github/dingtalkcamel/component/dingtalk/dingtalk.json")
                    .noneMatch(name -> name.matches("(application|log4j2.*|texts_.*)\\.properties|(routes|db|simulator|hawtio-static)/.*"
                            + "|META-INF/services/org/apache/camel/component/agent"
                            + "|io/github/dingtalkcamel/(agent|store|turns|api|simulator)/.*\\.class"));
            assertThat(jar.getManifest().getMainAttributes().getValue("Class-Path")).isNull();
            assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class")).isNull();
        }
    }

    @Test
    void holdsAllOfOurClassesThatTheComponentNeeds() {
        StringWriter found = new StringWriter();
        ToolProvider.findFirst("jdeps").orElseThrow().run(new PrintWriter(found), new PrintWriter(found), "--ignore-missing-deps",
                "-verbose:class",
                "-filter:none", JAR.toString());
        Map<String, Set<String>> names = new TreeMap<>();
        Set<String> missing = new TreeSet<>();
        Matcher line = Pattern.compile("(?m)^ +(io\\.github\\.dingtalkcamel\\.\\S+) +-> (io\\.github\\.dingtalkcamel\\.\\S+) +(.*?) *$")
                .matcher(found.toString());
        while (line.find()) {
            names.computeIfAbsent(line.group(1), same -> new TreeSet<>()).add(line.group(2));
            if (line.group(3).equals("not found")) {
                missing.add(line.group(2));
            }
        }
        Set<String> needed = new TreeSet<>(names.keySet().stream().filter(each -> each.startsWith("io.github.dingtalkcamel.component."))
                .toList());
        Deque<String> left = new ArrayDeque<>(needed);
        while (!left.isEmpty()) {
            names.getOrDefault(left.pop(), Set.of()).stream().filter(needed::add).forEach(left::push);
        }

        assertThat(needed).contains("io.github.dingtalkcamel.component.dingtalk.DingTalkComponent");
        missing.retainAll(needed);
        assertThat(missing).isEmpty();
    }

    /** Direct dependencies that are neither optional nor for tests. */
    private static Set<String> withTheLibrary() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String managed = pom.substring(pom.indexOf("</dependencyManagement>"), pom.indexOf("<build>"));
        Set<String> artifacts = new TreeSet<>();
        Matcher dependency = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL).matcher(managed);
        while (dependency.find()) {
            String text = dependency.group(1);
            if (!text.contains("<optional>true</optional>") && !text.contains("<scope>test</scope>")) {
                artifacts.add(text.replaceFirst("(?s).*<artifactId>(.*?)</artifactId>.*", "$1"));
            }
        }
        return artifacts;
    }
}
