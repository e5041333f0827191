package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {

    @Test
    void beginAndEndAroundLineBreaksOfEachKind() {
        String text = "\na\r\nb\rc\n";
        assertThat(IntStream.rangeClosed(0, text.length()).filter(at -> Lines.isStart(text, at))).containsExactly(0, 1, 4, 6, 8);
        assertThat(IntStream.rangeClosed(0, text.length()).filter(at -> Lines.isEnd(text, at))).containsExactly(0, 2, 5, 7, 8);
        assertThat(Lines.isStart("a\r", 2)).as("behind a CR that ends the text").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0,0,1", "2,2,4", "5,5,6", "7,7,8", "8,8,8"})
    void aLineIsFollowedByTheNextBehindItsBreak(int end, int sameEnd, int next) {
        String text = "\na\r\nb\rc\n";
        assertThat(Lines.next(text, end)).isEqualTo(next);
        assertThat(Lines.lineBreak(text, end)).isEqualTo(text.substring(sameEnd, next));
    }

    @Test
    void theBeginningOfALineIsFoundFromWithinIt() {
        String text = "ab\ncd";
        assertThat(IntStream.rangeClosed(0, 5).map(at -> Lines.start(text, at))).containsExactly(0, 0, 0, 3, 3, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \t", " \nx", "\u3000\r\nx"})
    void areBlankWithNothingButWhiteSpace(String text) {
        assertThat(Lines.isBlank(text, 0)).isTrue();
        assertThat(Lines.isBlank("x\n" + text, 2)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", " \tx", "  x\n"})
    void areNotBlankWithAnythingElse(String text) {
        assertThat(Lines.isBlank(text, 0)).isFalse();
    }
}
