package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkdownBlocksTest {

    private static MarkdownBlocks blocks(String reply) {
        return new MarkdownBlocks(reply, addition -> true);
    }

    private static ContinuedBlock only(String reply) {
        return IntStream.range(0, reply.length()).mapToObj(blocks(reply)::dividedAt).flatMap(Optional::stream).distinct()
                .reduce((one, other) -> {
                    throw new AssertionError(one + " and " + other);
                }).orElseThrow();
    }

    @Test
    void aFenceIsDividedBetweenItsFirstAndItsLastLine() {
        String reply = "a\n```sh\ncode\n```\nb";
        ContinuedBlock fence = new ContinuedBlock(2, 8, 13, 16, "```sh", "```", "", "\n", false);
        assertThat(only(reply)).isEqualTo(fence);
        assertThat(blocks(reply).dividedAt(2)).as("its beginning").isEmpty();
        assertThat(blocks(reply).dividedAt(3)).contains(fence);
        assertThat(blocks(reply).dividedAt(15)).contains(fence);
        assertThat(blocks(reply).dividedAt(16)).as("its end").isEmpty();
    }

    @Test
    void aFenceThatIsNeverClosedEndsWithItsCode() {
        assertThat(only("```sh\r\ncode\r\n")).isEqualTo(new ContinuedBlock(0, 7, 11, 11, "```sh", "```", "", "\r\n", false));
        assertThat(only("~~~~")).isEqualTo(new ContinuedBlock(0, 4, 4, 4, "~~~~", "~~~~", "", "\n", false));
    }

    @Test
    void aTableHasABodyOfRows() {
        assertThat(only("| a |\n|---|\n| 1 |\n| 2 |\n\nb"))
                .isEqualTo(new ContinuedBlock(0, 12, 23, 23, "| a |\n|---|", "", "", "\n", true));
        assertThat(blocks("| a |\n|---|\n").dividedAt(6)).as("one without rows is not continued").isEmpty();
    }

    @Test
    void fencesAndHeadersOfTablesSayNothing() {
        MarkdownBlocks fence = blocks("```sh\n c\n```\n");
        assertThat(fence.hasSubstance(0, 6)).isFalse();
        assertThat(fence.hasSubstance(6, 7)).as("white space").isFalse();
        assertThat(fence.hasSubstance(7, 8)).isTrue();
        assertThat(fence.hasSubstance(8, 13)).isFalse();
        assertThat(fence.hasSubstance(8, 7)).isFalse();
        assertThat(blocks("```\nc\nd").hasSubstance(6, 7)).as("the last line of one that is not closed").isTrue();

        MarkdownBlocks table = blocks("| a |\n|---|\n| 1 |\n");
        assertThat(table.hasSubstance(0, 12)).isFalse();
        assertThat(table.hasSubstance(12, 18)).isTrue();
        assertThat(blocks("| a |\n|---|\n").hasSubstance(0, 6)).as("a table of a header only").isTrue();
        assertThat(new MarkdownBlocks("| a |\n|---|\n| 1 |\n", addition -> false).hasSubstance(0, 12)).as("one that is not continued")
                .isTrue();
    }

    @Test
    void itemsBeginBlocksOfALooseListAndNotOfATightOne() {
        String loose = "- a\n\n- b\n";
        assertThat(IntStream.rangeClosed(0, loose.length()).filter(blocks(loose)::startsAt)).containsExactly(0, 5);
        String tight = "- a\n- b\n";
        assertThat(IntStream.rangeClosed(0, tight.length()).filter(blocks(tight)::startsAt)).containsExactly(0);
        String quoted = "> a\n>\n> b\n";
        assertThat(IntStream.rangeClosed(0, quoted.length()).filter(blocks(quoted)::startsAt)).containsExactly(0, 6);
    }

    /** Indented by more than three columns it would be indented code. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "'- ```\n  c\n  ```\n' | '  ```'", "'1. ```\n   c\n   ```\n' | '   ```'", "'-  ```\n   c\n   ```\n' | '   ```'",
            "'10. ```\n    c\n    ```\n' | '10. ```'", "'- ```\n  c\n   ```\n' | '  ```'", "'- ```\n  c\n    ```\n' | '- ```'",
            "'- ```\n  c' | '  ```'", "'- ```\n  c\n\n' | '  ```'", "'- ```\n  c\nb' | '- ```'", "'> - ```\n>   c\n>   ```\n' | '>   ```'"})
    void aFenceInAListIsContinuedWithoutTheListWhereItMeansTheSame(String reply, String opening) {
        assertThat(only(reply).opening()).isEqualTo(opening);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'1. | a |\n   |---|\n   | 1 |\n' | '   | a |\n   |---|'",
            "'10. | a |\n    |---|\n    | 1 |\n' | '10. | a |\n    |---|'"})
    void aTableInAListIsContinuedWithoutTheListWhereItMeansTheSame(String reply, String opening) {
        assertThat(only(reply).opening()).isEqualTo(opening);
    }

    @Test
    void aLongFirstLineOfAFenceIsShortenedToWhatIsAffordable() {
        String reply = "```java title=\"x\"\nc\n```";
        assertThat(new MarkdownBlocks(reply, addition -> addition.length() <= 17).dividedAt(18)).get()
                .extracting(ContinuedBlock::opening).isEqualTo("```java");
        assertThat(new MarkdownBlocks(reply, addition -> addition.length() <= 16).dividedAt(18)).as("text, not a fence's first line")
                .isEmpty();
    }

    @Test
    void aCutAtTheBodyRepeatsTheFirstLineAndOneWithinALineTheMarksOfTheLine() {
        String reply = "> ```\n> ab\n> ```";
        ContinuedBlock fence = only(reply);
        assertThat(fence.before(6, reply)).isEqualTo("> ```");
        assertThat(fence.after(6, reply)).isEqualTo("> ```\n");
        assertThat(fence.before(9, reply)).isEqualTo("\n> ```");
        assertThat(fence.after(9, reply)).isEqualTo("> ```\n> ");
        assertThat(fence.after(10, reply)).as("at the end of a line, whose break follows").isEqualTo("> ```");
        assertThat(fence.before(3, reply)).isEmpty();
        assertThat(fence.after(3, reply)).isEmpty();
    }
}
