package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/broker-client}, with a directory in the place of a Maven repository; and the lists that it works with. */
class BrokerClientTest {

    private static final Path LISTS = Path.of("src/main/dist/ext/clients");

    @TempDir
    Path home;

    @BeforeEach
    void needsCurl() throws Exception {
        assumeThat(new ProcessBuilder("sh", "-c", "command -v curl").redirectErrorStream(true).start().waitFor()).as("curl").isZero();
    }

    private record Run(int status, String output) {
    }

    private Run run(Path repository, String... arguments) throws Exception {
        Path script = Files.createSymbolicLink(Files.createTempDirectory(home, "links").resolve("client"),
                Path.of("src/main/dist/bin/broker-client").toAbsolutePath());
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(script.toString()), Stream.of(arguments)).toList()).directory(home.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(Map.of("MAVEN_REPOSITORY", repository.toUri().toString(), "DINGTALK_HOME", home.toString()));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    /** Where Maven keeps the jars of this test. */
    private static Path repository() throws Exception {
        Path jar = Path.of(KafkaProducer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return jar.getParent().resolve("../../../../..").normalize();
    }

    private static List<String> lines(String client) throws IOException {
        return Files.readAllLines(LISTS.resolve(client + ".txt"));
    }

    private List<String> ext() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("ext"))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith(".")).sorted().toList();
        }
    }

    @Test
    void fetchesEachJarOnceAndRemovesWhatAnEarlierListBrought() throws Exception {
        Files.createDirectories(home.resolve("ext"));
        Files.writeString(home.resolve("ext/mine.jar"), "a jar of the user's");
        Files.writeString(home.resolve("ext/kafka-clients-1.0.jar"), "an older version");
        Files.writeString(home.resolve("ext/.kafka.txt"), "0123  org/apache/kafka/kafka-clients/1.0/kafka-clients-1.0.jar\n");

        Run first = run(repository(), "kafka");
        Run second = run(home.resolve("no repository any more"), "kafka");

        assertThat(first.status()).as(first.output()).isZero();
        assertThat(first.output()).contains(lines("kafka").size() + " jars, " + lines("kafka").size() + " of them fetched now");
        assertThat(ext()).hasSize(lines("kafka").size() + 1).contains("mine.jar", "kafka-clients-3.9.1.jar").doesNotContain("kafka-clients-1.0.jar");
        assertThat(second.status()).as(second.output()).isZero();
        assertThat(second.output()).contains("0 of them fetched now");
    }

    @Test
    void keepsNoJarOfAnotherChecksum() throws Exception {
        Path fake = home.resolve("fake");
        for (String line : lines("kafka")) {
            Path jar = fake.resolve(line.replaceFirst("\\S+ +", ""));
            Files.createDirectories(jar.getParent());
            Files.writeString(jar, "not the jar that was tested");
        }

        Run run = run(fake, "kafka");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output()).contains("is not the jar that was tested").contains("It was not kept");
        assertThat(ext()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "rabbit", "../artemis", "", "-h" })
    void namesTheClientsThatThereAre(String client) throws Exception {
        Run run = run(home, client);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output()).contains("name one of: activemq amqp artemis kafka");
    }

    /** Otherwise scripts/client-lists was not run after a change of a version. */
    @Test
    void theListsHaveTheVersionsOfThePom() throws Exception {
        String pom = Files.readString(Path.of("pom.xml"));
        Map<String, String> versions = Map.of("org/apache/camel/", version(pom, "camel"), "io/netty/", version(pom, "netty"),
                "org/apache/artemis/", version(pom, "artemis"), "org/apache/activemq/", version(pom, "activemq"));
        for (String client : List.of("artemis", "activemq", "amqp", "kafka")) {
            assertThat(lines(client)).isNotEmpty().allSatisfy(line -> {
                assertThat(line).matches("[0-9a-f]{64}  [A-Za-z0-9._/-]+\\.jar");
                versions.forEach((group, version) -> {
                    if (line.contains("  " + group)) {
                        assertThat(line).contains("/" + version + "/");
                    }
                });
            });
        }
    }

    /** One of each client's jars that its class path ends with: without it the client fails only when it is used. */
    @Test
    void theListsHaveAlsoWhatTheClientsNeed() throws Exception {
        Map.of("artemis", "artemis-selector", "activemq", "hawtbuf", "amqp", "proton-j", "kafka", "snappy-java").forEach((client, artifact) -> {
            try {
                assertThat(lines(client)).anyMatch(line -> line.contains("/" + artifact + "/"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static String version(String pom, String name) {
        Matcher matcher = Pattern.compile("<" + name + "\\.version>(.*?)<").matcher(pom);
        assertThat(matcher.find()).as(name).isTrue();
        return matcher.group(1);
    }
}
