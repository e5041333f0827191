package io.github.dingtalkcamel.component.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
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

    private static final Duration PATIENCE = ForeignProcess.PATIENCE;

    /** Direct dependencies that come with the library, and the jars that these need. */
    private static final Set<String> WITH_THE_LIBRARY = new TreeSet<>(Set.of("camel-core", "jackson-databind", "caffeine", "commonmark",
            "commonmark-ext-gfm-tables", "icu4j", "langchain4j-open-ai", "netty-codec-http"));
    private final Simulator simulator = Simulator.start(SimulatorOptions.defaults());
    private ForeignProcess process;
    @TempDir
    private Path directory;

    @BeforeEach
    void app() {
        simulator.addApp(SimulatedApp.of("dingforeign", "foreign-secret"));
    }

    @AfterEach
    void close() throws Exception {
        if (process != null) {
            process.close();
        }
        simulator.close();
    }

    @Test
    void runsWithNothingButItsOwnDependencies() throws Exception {
        assertThat(withTheLibrary()).isEqualTo(WITH_THE_LIBRARY);
        process = ForeignProcess.start(directory, ForeignApplication.class, ForeignProcess.jars(ForeignProcess.WITH_THE_LIBRARY),
                simulator.url(), "dingforeign", "foreign-secret");
        process.awaitOut("STARTED [foreign]");
        Awaitility.await().atMost(PATIENCE).until(() -> simulator.stream().connections().size() == 1);

        PushResult said = simulator.sayAsync(UserMessage.text("go").byStream()).join();
        process.awaitOut("DONE");

        assertThat(simulator.deliveriesTo(said.conversationId())).extracting(Delivery::text).containsExactly("you said: go");
        Delivery sent = simulator.deliveriesTo(simulator.dm("dingforeign", "staff002")).get(0);
        assertThat(sent.text()).isEqualTo("sent");
        assertThat(simulator.isRecalled(sent.processQueryKey())).isTrue();
        assertThat(simulator.card("foreign-card").params()).containsEntry("status", "closed").containsEntry("title", "Card");
        assertThat(process.out()).doesNotContain("foreign-secret");
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
        process = ForeignProcess.start(directory, ForeignMain.class,
                ForeignProcess.jars(ForeignProcess.WITH_THE_LIBRARY, ForeignProcess.CAMEL_MAIN));
        process.awaitOut("STARTED theirs [their-route] theirs, too");
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
        try (JarFile jar = new JarFile(ForeignProcess.JAR.toFile())) {
            List<String> names = jar.stream().map(entry -> entry.getName()).toList();
            assertThat(names).contains("META-INF/services/org/apache/camel/component/dingtalk",
                    "META-INF/io/github/dingtalkcamel/component/dingtalk/dingtalk.json", "kamelets/dingtalk-source.kamelet.yaml")
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
                "-filter:none", ForeignProcess.JAR.toString());
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
                artifacts.add(text.replaceFirst("(?s).*?<artifactId>(.*?)</artifactId>.*", "$1"));
            }
        }
        return artifacts;
    }
}
