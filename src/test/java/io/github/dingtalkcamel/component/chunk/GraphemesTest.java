package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphemesTest {

    @ParameterizedTest
    @ValueSource(strings = {"👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "e\u0301\u0323", "각", "\r\n"})
    void areOneForTheReader(String grapheme) {
        assertThat(Graphemes.boundaries(grapheme + grapheme).stream().toArray())
                .containsExactly(0, grapheme.length(), 2 * grapheme.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"👨‍👩‍👧‍👦", "🇩🇪", "e\u0301"})
    void areKeptWholeAtTheBeginningOfAText(String grapheme) {
        String text = "a" + grapheme.repeat(3);
        for (int length = 1; length <= text.length(); length++) {
            int whole = (length - 1) / grapheme.length();
            assertThat(Graphemes.beginning(text, length)).isEqualTo("a" + grapheme.repeat(whole));
        }
    }
}
