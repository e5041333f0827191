package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The start script of the distribution: where it runs, which Java it takes, its archive of classes, signals and exit statuses. */
class DistributionIT {

    private static final int TERMINATED = 143;
    private static final int WRONG_SETTINGS = 2;
    private static final int MANY_CLASSES = 5_000;

    // JDK 17 archives no class of a jar in a directory whose name a URL would encode
    private static final String PLAIN_NAME = "opt";
    private static final String ODD_NAME = "分发 of dingtalk";

    private Distribution distribution;
    private List<String> loaded = List.of();

    /** What a user's jar brings. */
    public static final class FromTheUsersJar {
        public String greeting() {
            return "Greetings from a jar in ext";
        }
    }

    @AfterEach
    void delete() throws Exception {
        distribution.close();
    }

    /** Both jars and the distribution say under which licence they are, and the distribution lists that of each jar in lib. */
    @Test
    void holdsTheLicencesOfTheProgramAndOfItsJars() throws Exception {
        distribution = Distribution.unpackedInto(PLAIN_NAME);

        assertThat(Files.readString(distribution.app().resolve("LICENSE"))).startsWith("SPDX-License-Identifier: Apache-2.0");
        assertThat(Files.readString(distribution.app().resolve("NOTICE"))).contains("Apache Software Foundation");
        for (String jar : List.of("dingtalk-camel.jar", "dingtalk-camel-component.jar")) {
            try (JarFile file = new JarFile(Path.of("target", jar).toFile())) {
                assertThat(file.getEntry("META-INF/LICENSE")).as(jar).isNotNull();
                assertThat(file.getEntry("META-INF/NOTICE")).as(jar).isNotNull();
            }
        }
        String licences = Files.readString(distribution.app().resolve("THIRD-PARTY.txt"));
        try (Stream<Path> lib = Files.list(distribution.app().resolve("lib"))) {
            assertThat(lib.map(file -> file.getFileName().toString()).filter(file -> !licences.contains(artifact(file)))).isEmpty();
        }
    }

    /** {@code camel-api-4.18.0.jar} is {@code :camel-api:4.18.0} in the list. */
    private static String artifact(String jar) {
        return ":" + jar.replaceFirst("-(\\d[^/]*)\\.jar$", ":$1");
    }

    @Test
    void theFirstStartMakesTheClassArchiveThatTheSecondUses() throws Exception {
        distribution = Distribution.unpackedInto(PLAIN_NAME);
        userJar(distribution.app().resolve("ext/user.jar"));
        Files.writeString(distribution.app().resolve("routes/greeting.yaml"), """
                - route:
                    from:
                      uri: timer:greeting
                      parameters: { repeatCount: 1, delay: 0 }
                      steps:
                        - bean: { beanType: "%s", method: greeting }
                        - log: "${body}"
                """.formatted(FromTheUsersJar.class.getName()));

        Distribution.Run first = distribution.start(Map.of()).awaitStart().await("Greetings from a jar in ext");
        assertThat(first.program()).as("the script has become the program").endsWith("java");
        assertThat(first.terminate().exitStatus()).isEqualTo(TERMINATED);
        assertThat(quiet(first)).isEmpty();
        assertThat(Distribution.archives(distribution.app())).singleElement().satisfies(archive ->
                assertThat(archive.getFileName().toString()).matches("classes-\\d+\\.jsa"));
        Path archive = Distribution.archives(distribution.app()).get(0);

        // neither a further link to a jar nor the time zone makes it another one
        distribution.sh("ln app/dingtalk-camel.jar linked.jar");
        assertThat(classesFromArchive(Map.of("TZ", "Asia/Shanghai"))).isGreaterThan(MANY_CLASSES);
        assertThat(Distribution.archives(distribution.app())).containsExactly(archive);
        assertThat(loaded).as("what the usual start has no need of").isNotEmpty()
                .noneMatch(type -> type.contains(" picocli.CommandLine ") || type.contains(" org.flywaydb.core.Flyway ")
                        || type.contains("HttpClientConnectionManagerBuilder "));

        damage(archive);
        assertThat(classesFromArchive(Map.of())).as("of a damaged archive").isZero();
    }

    @Test
    void theArchiveThatAnImageOrAnUpgradeMakesBesideTheProgramIsUsed() throws Exception {
        distribution = Distribution.unpackedInto(PLAIN_NAME);

        Distribution.Run making = distribution.start(Map.of(),
                "cd / && exec '" + distribution.root().resolve("bin/start") + "' class-archive");

        assertThat(making.exitStatus()).as(making.output()).isZero();
        assertThat(Path.of(making.output().strip())).exists().hasParent(distribution.app().resolve("lib").toRealPath());
        assertThat(classesFromArchive(Map.of())).isGreaterThan(MANY_CLASSES);
        assertThat(Distribution.archives(distribution.app())).as("archives in the data directory").isEmpty();
    }

    @Test
    void startsWithoutAnArchiveWhereTheDiskHasNoRoomForOne() throws Exception {
        distribution = Distribution.unpackedInto(ODD_NAME);
        Path home = Files.createDirectories(distribution.root().resolve("home/routes")).getParent();
        Files.writeString(home.resolve("routes/own.yaml"), """
                - route:
                    from:
                      uri: agent:of-another-home
                      steps:
                        - setBody: { constant: "hello" }
                """);

        // no file may become larger: to a program that is as a disk without room
        Distribution.Run run = distribution.start(Map.of("DINGTALK_HOME", home.toString()),
                "ulimit -f 20000; cd / && exec '" + distribution.root().resolve("bin/start") + "'").awaitStart();

        assertThat(run.output()).contains("Agents: echo, of-another-home");
        assertThat(home.resolve("data/dingtalk.db")).exists();
        assertThat(distribution.app().resolve("data")).doesNotExist();
        assertThat(run.terminate().exitStatus()).isEqualTo(TERMINATED);
        assertThat(quiet(run)).isEmpty();
        assertThat(Distribution.archives(home)).isEmpty();
    }

    @Test
    void sigtermEndsItAlsoWhileTheArchiveIsMade() throws Exception {
        distribution = Distribution.unpackedInto(ODD_NAME);
        Distribution.Run run = distribution.start(Map.of());
        Path making = distribution.app().resolve("data/classes-making");
        Awaitility.await().until(() -> Files.exists(making.resolve("log")));

        assertThat(run.terminate().exitStatus()).isEqualTo(TERMINATED);
        assertThat(making).doesNotExist();
        assertThat(run.output()).isEmpty();
    }

    @Test
    void wrongSettingsEndItWithTheirStatusAndNoMoreThanTheirLines() throws Exception {
        distribution = Distribution.unpackedInto(ODD_NAME);
        Distribution.Run run = distribution.start(Map.of("DINGTALK_CLASS_ARCHIVE", "false", "DINGTALK_WEBHOOK_PORT", "abc"));

        assertThat(run.exitStatus()).isEqualTo(WRONG_SETTINGS);
        assertThat(run.output().lines()).singleElement().asString().contains("webhook-port");
    }

    @Test
    void saysWhichJavaIsMissing() throws Exception {
        distribution = Distribution.unpackedInto(ODD_NAME);
        Path old = distribution.root().resolve("old java");
        distribution.sh("mkdir -p 'old java/bin' && printf '#!/bin/sh\\necho \"openjdk version \\\\\"11.0.2\\\\\" 2019-01-15\" >&2\\n' "
                + ">'old java/bin/java'"
                + " && chmod 755 'old java/bin/java' && mkdir none && for each in dirname readlink; do ln -s \"$(command -v $each)\" "
                + "none/; done");

        assertThat(failure(Map.of("JAVA_HOME", old.toString())))
                .isEqualTo("dingtalk-camel: " + old
                        + "/bin/java is openjdk version \"11.0.2\" 2019-01-15. 17 or newer is needed: set JAVA_HOME\n");
        assertThat(failure(Map.of("JAVA_HOME", "/nowhere")))
                .isEqualTo("dingtalk-camel: JAVA_HOME names /nowhere, where there is no bin/java. Correct it, or unset it to use the java "
                + "of PATH\n");
        assertThat(failure(Map.of("JAVA_HOME", "", "PATH", distribution.root().resolve("none").toString())))
                .isEqualTo("dingtalk-camel: no Java was found. Install a JRE or JDK 17 or newer, and set JAVA_HOME or PATH\n");
        assertThat(failure(Map.of("DINGTALK_HOME", "/nowhere")))
                .contains("dingtalk-camel: DINGTALK_HOME names /nowhere, which can't be entered. Make the directory, or name another\n");
    }

    private String failure(Map<String, String> environment) {
        Distribution.Run run = distribution.start(environment, "cd / && exec /bin/sh '" + distribution.root().resolve("bin/start") + "'");
        assertThat(run.exitStatus()).isEqualTo(1);
        return run.output();
    }

    /** How many classes a start takes from the archive; nothing but the log of the program may be seen. */
    private long classesFromArchive(Map<String, String> environment) throws IOException {
        Path classes = distribution.root().resolve("classes");
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_OPTS", "-Xlog:class+load:file=" + classes);
        Distribution.Run run = distribution.start(all).awaitStart();
        assertThat(run.terminate().exitStatus()).isEqualTo(TERMINATED);
        assertThat(quiet(run)).isEmpty();
        loaded = Files.readAllLines(classes);
        return loaded.stream().filter(line -> line.contains("shared objects file (top)")).count();
    }

    /** Lines that are not the program's own at level INFO. */
    private static List<String> quiet(Distribution.Run run) {
        return run.output().lines().filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\d \\S+ INFO  .*")).toList();
    }

    /** Keeps its size and its header, as a bad block of a disk would. */
    private static void damage(Path archive) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.seek(file.length() / 2);
            byte[] block = new byte[4_096];
            Arrays.fill(block, (byte) 0xA5);
            file.write(block);
        }
    }

    private static void userJar(Path jar) throws IOException {
        String entry = FromTheUsersJar.class.getName().replace('.', '/') + ".class";
        try (InputStream type = DistributionIT.class.getClassLoader().getResourceAsStream(entry);
                OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry(entry));
            type.transferTo(out);
            out.closeEntry();
        }
    }
}
