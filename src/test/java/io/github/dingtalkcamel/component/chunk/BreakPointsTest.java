package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a stretch of a reply may be cut, kind by kind. */
class BreakPointsTest {

    private static BreakPoints within(String reply, int from, int to) {
        return new BreakPoints(reply, new MarkdownBlocks(reply, addition -> true), from, to);
    }

    /** All places of a kind, by asking for the one before each. */
    private static List<Integer> all(String reply, BreakKind kind) {
        BreakPoints breaks = within(reply, 0, reply.length());
        List<Integer> places = new ArrayList<>();
        for (int at = breaks.last(kind, 0, place -> true); at >= 0;) {
            places.add(0, at);
            int before = at;
            at = breaks.last(kind, 0, place -> place < before);
        }
        return places;
    }

    @Test
    void linesEndBeforeTheirBreakAndBeginBehindIt() {
        assertThat(all("ab\ncd\r\ne", BreakKind.LINE)).containsExactly(2, 3, 5, 7, 8);
    }

    @Test
    void findsTheLastPlaceAfterAndUpToAPlaceWhereverTheStretchBegins() {
        String reply = "aa\nbb\ncc\ndd\nee";
        assertThat(within(reply, 3, 9).last(BreakKind.LINE, 3, at -> true)).isEqualTo(9);
        assertThat(within(reply, 3, 10).last(BreakKind.LINE, 3, at -> true)).isEqualTo(9);
        assertThat(within(reply, 3, 9).last(BreakKind.LINE, 3, at -> at < 8)).isEqualTo(6);
        assertThat(within(reply, 3, 9).last(BreakKind.LINE, 8, at -> at < 9)).as("not the place itself").isEqualTo(-1);
        assertThat(within(reply, 3, 9).last(BreakKind.LINE, 7, at -> at < 9)).isEqualTo(8);
        assertThat(within(reply, 3, 9).last(BreakKind.GRAPHEME, 3, at -> at < 5)).isEqualTo(4);
        assertThat(within("One. Two. Three", 5, 10).last(BreakKind.SENTENCE, 5, at -> true)).isEqualTo(10);
        assertThat(within("One. Two. Three", 5, 9).last(BreakKind.SENTENCE, 5, at -> true)).as("the space belongs to it").isEqualTo(-1);
    }

    @Test
    void paragraphsAreSeparatedByBlankLinesOrByTheBeginningOfABlock() {
        assertThat(all("a\nb\n\nc", BreakKind.PARAGRAPH)).containsExactly(3, 4, 5, 6);
        assertThat(all("a\n# b\nc", BreakKind.PARAGRAPH)).as("the text under a heading belongs to it").containsExactly(1, 2, 7);
    }

    @Test
    void blankLinesWithinCodeSeparateNoParagraphs() {
        assertThat(all("a\n\n```\nb\n\nc\n```", BreakKind.PARAGRAPH)).containsExactly(1, 2, 3, 15);
    }

    @Test
    void blankLinesSeparateParagraphsAlsoWhereTheReplyIsNestedTooDeeplyToBeParsed() {
        String reply = "> ".repeat(200) + "x\n\ny\nz";
        assertThat(all(reply, BreakKind.PARAGRAPH)).containsExactly(401, 402, 403, reply.length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'One. Two! Three' | 5 10", "'One.Two' | ''", "'他说。好' | 3", "'他说。\"好' | 4", "'好。。好' | 3",
            "'好。.好' | ''", "'好。 好' | 3", "'One?!  Two' | 7", "'(One.) Two' | 7", "'(x' | ''", "')x' | ''", "'  x' | ''", "'…x… y' | 4",
            "'End.' | 4", "'好。' | 2", "'x \"' | ''", "'a… \"b' | ''", "'3.5 x' | ''"})
    void sentencesEndBehindTheirMarksAndTheSpaceThatFollows(String reply, String places) {
        assertThat(all(reply, BreakKind.SENTENCE).stream().map(String::valueOf)).isEqualTo(
                places.isEmpty() ? List.of() : List.of(places.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'ab cd' | 3", "'a字b' | 1 2", "'a-b/c?d=e' | ''", "'字，字' | 2", "'ab \u0301cd ef' | 7",
            "'ab\tcd' | 3"})
    void wordsEndBehindSpacesAndBetweenCharactersOfScriptsWithoutThem(String reply, String places) {
        List<Integer> found = all(reply, BreakKind.WORD);
        found.remove((Integer) reply.length());
        assertThat(found.stream().map(String::valueOf)).isEqualTo(places.isEmpty() ? List.of() : List.of(places.split(" ")));
    }
}
