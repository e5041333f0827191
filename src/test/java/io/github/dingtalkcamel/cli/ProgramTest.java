package io.github.dingtalkcamel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The words behind the jar's name. */
class ProgramTest {

    private final FakeWork work = new FakeWork();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(String... words) {
        return run(work, words);
    }

    private int run(Program.Work does, String... words) {
        return Program.run(List.of(words), does, new ByteArrayInputStream(new byte[0]), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    private String printed() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void helpNamesEveryCommand(String word) {
        assertThat(run(word)).isZero();

        assertThat(printed()).startsWith("Usage: java -jar dingtalk-camel.jar ")
                .contains("jar send ", "jar eject NAME", "jar help ", "config/application.properties", "2 wrong use")
                .doesNotContain("router");
        assertThat(work.called).isEmpty();
    }

    @Test
    void helpOfACommandSaysWhatItTakes() {
        run("help", "send");
        String usage = printed();
        assertThat(usage).startsWith("Usage: send [OPTION]... [TEXT | -]\n")
                .contains("--to=TYPE:ID", "--webhook", "--markdown", "--title=TEXT", "--file=PATH", "--at=WHOM", "--integration=ID",
                        "--timeout=SECONDS", "standard input", "Status: 0 all was sent");
        for (String option : List.of("--help", "-h", "-help", "-?")) {
            assertThat(run("send", option)).isZero();
            assertThat(printed()).as(option).isEqualTo(usage);
        }
        run("eject", "--help");
        assertThat(printed()).startsWith("Usage: eject NAME [--force]\n").contains("--force", "Status: 0 done");
        run("help", "nosuch");
        assertThat(printed()).startsWith("Usage: java -jar");
        assertThat(work.called).isEmpty();
    }

    @Test
    void startsWithoutWords() {
        assertThat(run()).isZero();

        assertThat(work.called).containsExactly("prepare", "start");
    }

    /** Camel's own options among them: what they do is set by properties. */
    @ParameterizedTest
    @ValueSource(strings = {"--verbose", "-d", "-pl", "-Ddingtalk.language=en", "--helpp"})
    void anUnknownOptionIsRefused(String word) {
        assertThat(run(word)).isEqualTo(2);

        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("There is no option " + word + "\nUsage: java -jar");
        assertThat(work.called).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sent", "", "@file"})
    void anUnknownCommandIsRefused(String word) {
        assertThat(run(word)).isEqualTo(2);

        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("There is no command " + word + "\nUsage: java -jar");
        assertThat(work.called).isEmpty();
    }

    @Test
    void wordsWithLostCharactersAreRefusedBeforeAnything() {
        FakeWork lossy = new FakeWork() {
            @Override
            public List<String> lostCharacters() {
                return List.of("Argument 2 holds characters that were lost");
            }
        };
        for (String[] words : new String[][] {{}, {"send", "?"}, {"eject", "reply"}, {"--nosuch"}}) {
            errors.reset();
            assertThat(run(lossy, words)).isEqualTo(2);
            assertThat(errors.toString(StandardCharsets.UTF_8)).isEqualTo("Argument 2 holds characters that were lost\n");
        }
        assertThat(run(lossy, "help")).isZero();
        assertThat(lossy.called).isEmpty();
    }

    @Test
    void aMissingValueIsNamed() {
        assertThat(run("send", "hello", "--title")).isEqualTo(2);

        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("--title needs a value after it\nUsage: send ");
    }
}
