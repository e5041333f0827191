package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedParserTest {

    private static void isTheDeepest(String before, int levels) {
        assertThat(BoundedParser.parse(before + "> ".repeat(levels) + "x")).as("%d levels", levels).isPresent();
        assertThat(BoundedParser.parse(before + "> ".repeat(levels + 1) + "x")).as("one more").isEmpty();
    }

    @Test
    void parsesAHundredLevels() {
        isTheDeepest("", 100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r"})
    void parsesFewerLevelsOfALongerText(String lineBreak) {
        isTheDeepest(lineBreak.repeat(39_999), 50);
    }

    @Test
    void parsesAQuarterOfAMillionCells() {
        String row = "|a".repeat(500) + "|\n";
        String table = row + "|-".repeat(500) + "|\n" + row.repeat(499);
        assertThat(BoundedParser.parse("text\n\n" + table)).isPresent();
        assertThat(BoundedParser.parse("# heading\n\n" + table)).as("one more").isEmpty();
    }

    @Test
    void doesNotParseAParagraphOfSoManyLinesThatCopyingThemTakesLong() {
        assertThat(BoundedParser.parse(".\n".repeat(5_000))).isPresent();
        assertThat(BoundedParser.parse(".\n\n".repeat(15_000))).as("many short ones").isPresent();
        assertThat(BoundedParser.parse(".\n".repeat(15_000))).isEmpty();
    }
}
