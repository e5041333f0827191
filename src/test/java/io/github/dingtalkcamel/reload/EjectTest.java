package io.github.dingtalkcamel.reload;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import io.github.dingtalkcamel.cli.FakeWork;
import io.github.dingtalkcamel.cli.Program;
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
        return eject(Map.of("reply.camel.yaml", REPLY, "turns.camel.yaml", ""), words);
    }

    private int eject(Map<String, String> packaged, String... words) {
        FakeWork work = new FakeWork() {
            @Override
            public Eject eject(PrintStream toOut, PrintStream toErrors) {
                return new Eject(packaged, home.resolve("new/routes"), "1.2.3", toOut, toErrors);
            }
        };
        return Program.run(Stream.concat(Stream.of("eject"), Stream.of(words)).toList(), work, InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(errors, true, StandardCharsets.UTF_8));
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
    void anOptionThatThereIsNotIsRefused() {
        assertThat(eject("reply", "--forced")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("There is no option --forced\nUsage: eject NAME");
        assertThat(home.resolve("new")).doesNotExist();
    }

    @Test
    void namesTheFilesThatHoldTheRoutesOfAFormerOne() {
        Map<String, String> packaged = Map.of("turn-answer.camel.yaml", "", "turn-queue.camel.yaml", "", "tool-call.camel.yaml", "",
                "tool-send.camel.yaml", "");

        assertThat(eject(packaged, "turns")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith("There is no packaged file \"turns\". Its routes are in: turn-answer, turn-queue\n");
        errors.reset();
        assertThat(eject(packaged, "tools.camel.yaml")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("Its routes are in: tool-call, tool-send\n");
        errors.reset();
        assertThat(eject(packaged, "webhook")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("There is no packaged file \"webhook\".\nThere are: ");
    }

    @Test
    void knowsTheFilesOfThisProgram() throws IOException {
        Eject.ofThisProgram(home, new PrintStream(out, true, StandardCharsets.UTF_8), System.err).run("turn-answer", false);

        String packaged = Files.readString(Path.of("src/main/resources/routes/turn-answer.camel.yaml"));
        assertThat(EjectedVersion.of(Files.readString(home.resolve("turn-answer.camel.yaml"))).orElseThrow().isOf(packaged)).isTrue();
    }
}
