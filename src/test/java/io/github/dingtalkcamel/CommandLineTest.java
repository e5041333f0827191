package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.util.List;

import io.github.dingtalkcamel.CommandLine.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void helpNamesEveryCommand(String word) throws Exception {
        CommandLine line = CommandLine.of(List.of(word));

        assertThat(line.command()).isEqualTo(Command.HELP);
        assertThat(line.help()).contains("jar send ", "jar eject NAME", "jar help ", "config/application.properties", "2 wrong use")
                .doesNotContain("router");
    }

    @Test
    void helpOfACommandSaysWhatItTakes() throws Exception {
        for (List<String> words : List.of(List.of("help", "send"), List.of("send", "--help"), List.of("send", "-h"))) {
            assertThat(CommandLine.of(words).help()).as(words.toString()).isEqualTo(SendWords.USAGE);
        }
        assertThat(CommandLine.of(List.of("eject", "--help")).help()).contains("--force");
    }

    @Test
    void commandsGetTheWordsBehindThem() throws Exception {
        assertThat(CommandLine.of(List.of())).isEqualTo(new CommandLine(Command.RUN, List.of()));
        assertThat(CommandLine.of(List.of("send", "help"))).isEqualTo(new CommandLine(Command.SEND, List.of("help")));
        assertThat(CommandLine.of(List.of("eject", "reply", "--force")))
                .isEqualTo(new CommandLine(Command.EJECT, List.of("reply", "--force")));
    }

    /** Camel's own options among them: what they do is set by properties. */
    @ParameterizedTest
    @ValueSource(strings = {"--verbose", "-d", "-pl", "sent", "", "-Ddingtalk.language=en"})
    void anyOtherWordIsRefused(String word) {
        assertThatThrownBy(() -> CommandLine.of(List.of(word))).isInstanceOf(CommandLine.WrongUseException.class)
                .hasMessageStartingWith("There is no ").hasMessageEndingWith(word);
    }
}
