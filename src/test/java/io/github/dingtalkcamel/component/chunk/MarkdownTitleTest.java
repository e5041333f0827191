package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import java.time.Duration;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownTitleTest {

    @ParameterizedTest
    @CsvSource(delimiter = '→', value = {
            "'# Build **green**\n\ntext' → Build green",
            "'Here it is:\n\n## Report #7 ##\ntext' → Report #7",
            "'Report\n======\ntext' → Report",
            "'> ### Quoted' → Quoted",
            "'\n  \r\nfirst line\nsecond' → first line",
            "'```sh\n# no heading\n```' → no heading",
            "'- [the `docs`](https://e.invalid) _here_' → the docs here",
            "'![chart](https://e.invalid/p.png)' → chart",
            "'<font color=red>alarm</font> now' → alarm now",
            "'---\nafter a rule' → after a rule",
            "'text\n\n- # In a list' → In a list",
            "'text\n\n> quoted\n\n# Later' → Later",
            "'text\n\n> # Quoted\n\n# Later' → Quoted",
            "'bell&#7; rings' → bell rings",
            "'****' → ****"})
    void isTheFirstHeadingOrLineWithoutMarks(String text, String title) {
        assertThat(MarkdownTitle.of(text)).isEqualTo(title);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t", "\u0000\u0007"})
    void isNeverBlank(String text) {
        assertThat(MarkdownTitle.of(text)).isEqualTo("…");
    }

    @Test
    void isShortenedBetweenGraphemes() {
        assertThat(MarkdownTitle.of("a".repeat(64))).isEqualTo("a".repeat(64));
        assertThat(MarkdownTitle.of("a".repeat(65))).isEqualTo("a".repeat(63) + "…");
        assertThat(MarkdownTitle.of("a".repeat(60) + "👨‍👩‍👧‍👦")).isEqualTo("a".repeat(60) + "…");
    }

    @Property(tries = 500)
    void isShortAndWithoutControlCharacters(@ForAll @Chars({'#', '*', '`', '>', ' ', '\n', '[', ']', '\u0007', '\uD83D', '字', '-'})
                                            @CharRange(from = 'a', to = 'c') String text) {
        assertThat(MarkdownTitle.of(text)).isNotBlank().hasSizeLessThanOrEqualTo(64).doesNotContainPattern("\\p{Cntrl}");
    }

    @Property(tries = 2_000)
    void isTheSameWithAndWithoutAParser(
            @ForAll @Chars({'#', '*', '=', ' ', '\n', '\r', '\t', '(', ')', '.', '"', '1', '\u00A0', '\u2028', '，', '字', '-'})
                                        @CharRange(from = 'a', to = 'c') String text) {
        assertThat(MarkdownTitle.of("a" + text)).isEqualTo(MarkdownTitle.parsed("a" + text));
        assertThat(MarkdownTitle.of(text)).isEqualTo(MarkdownTitle.parsed(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*a ", "[", "![", "`", "> ", "- ", "#\n", "```\n", "<a ", "*", "e\u0301", "\u0301"})
    void takesLittleTimeForHostileText(String part) {
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> MarkdownTitle.of(part.repeat(20_000)));
    }

    /** It costs as much as all else that is done with a short reply. */
    @ParameterizedTest
    @CsvSource(delimiter = '→', value = {"'Plain words, 100%: \"so\" (a; b/c)?' → 33", "'字句，好。！' → 6", "'one line\nanother' → 8", "'a' → 1",
            "'' → 0", "'1a' → 0", "' a' → 0", "'a  b' → 0", "'a ' → 0", "'a \nb' → 0", "'a*b*' → 0", "'a\r\nb' → 0", "'a\nb #' → 0",
            "'a\n===' → 0", "'a\n---' → 0", "'a\n*b*' → 1"})
    void needsNoParserForALineOfWordsWithoutHeadingBelow(String text, int length) {
        assertThat(MarkdownTitle.plainBeginning(text)).isEqualTo(length);
    }

    @Test
    void looksAt500CharactersOfALine() {
        assertThat(MarkdownTitle.plainBeginning("a".repeat(500))).isEqualTo(500);
        assertThat(MarkdownTitle.plainBeginning("a".repeat(501))).isZero();
        assertThat(MarkdownTitle.of("*" + "a".repeat(498) + "*")).isEqualTo("a".repeat(63) + "…");
    }
}
