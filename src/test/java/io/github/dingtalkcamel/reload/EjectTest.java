package io.github.dingtalkcamel.reload;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code java -jar dingtalk-camel.jar eject NAME}. */
class EjectTest {

    private static final String REPLY = "- route:\n    id: reply # 答案\n";

    @TempDir
    private Path home;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int eject(String... words) {
        return new Eject(Map.of("reply.camel.yaml", REPLY, "turns.camel.yaml", ""), home.resolve("new/routes"), "1.2.3",
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(errors, true, StandardCharsets.UTF_8)).run(List.of(words));
    }

    @Test
    void copiesAPackagedFileByEitherNameWithAStampThatTellsItsOrigin() throws IOException {
        Path file = home.resolve("new/routes/reply.camel.yaml");
        assertThat(eject("reply")).isZero();

        String text = Files.readString(file);
        assertThat(text).startsWith("# ejected from dingtalk-camel 1.2.3, ").endsWith("\n" + REPLY);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains(file.toString());
        EjectedVersion stamp = EjectedVersion.of(text).orElseThrow();
        assertThat(stamp.isOf(REPLY)).isTrue();
        assertThat(stamp.isOf(REPLY + "#")).isFalse();
        assertThat(EjectedVersion.of(REPLY)).isEmpty();

        Files.delete(file);
        assertThat(eject("reply.camel.yaml")).isZero();
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    @Test
    void neverOverwritesAFileUnlessForced() throws IOException {
        Path file = home.resolve("new/routes/reply.camel.yaml");
        eject("reply");
        Files.writeString(file, "mine");

        assertThat(eject("reply")).isEqualTo(1);
        assertThat(file).hasContent("mine");
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(file.toString(), "--force");

        assertThat(eject("--force", "reply")).isZero();
        assertThat(Files.readString(file)).endsWith(REPLY);
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void listsWhatThereIsForANameThatThereIsNot() {
        for (String[] words : new String[][] { { "replay" }, { "../reply" }, {}, { "reply", "turns" } }) {
            errors.reset();
            assertThat(eject(words)).isEqualTo(2);
            assertThat(errors.toString(StandardCharsets.UTF_8)).contains("There are: reply, turns");
        }
        assertThat(home.resolve("new")).doesNotExist();
    }

    @Test
    void knowsTheFilesOfThisProgram() throws IOException {
        Eject.ofThisProgram(home, new PrintStream(out, true, StandardCharsets.UTF_8), System.err).run(List.of("turns"));

        String packaged = Files.readString(Path.of("src/main/resources/routes/turns.camel.yaml"));
        assertThat(EjectedVersion.of(Files.readString(home.resolve("turns.camel.yaml"))).orElseThrow().isOf(packaged)).isTrue();
    }
}
