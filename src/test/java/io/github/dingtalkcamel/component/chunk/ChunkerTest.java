package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.message.MessageParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkerTest {

    private static final Chunker HUNDRED = new Chunker(100);

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, 99, 20_001})
    void refusesSizesNoChunkMayHave(int maxCharacters) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Chunker(maxCharacters)).withMessageContaining("" + maxCharacters);
    }

    @Test
    void makesNothingOfNothing() {
        assertThat(HUNDRED.chunks(null)).isEmpty();
        assertThat(HUNDRED.chunks("")).isEmpty();
        assertThat(HUNDRED.chunks(" \r\n\t" + " ".repeat(500))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "  hello \r\n\r\n", "```java\n```", "| a |\n|---|\n"})
    void leavesAReplyThatFitsUnchanged(String reply) {
        assertThat(HUNDRED.chunks(reply)).containsExactly(new Chunk(reply, reply));
    }

    @Test
    void cutsAtParagraphBeforeLine() {
        String first = "a".repeat(30) + "\n" + "b".repeat(30) + "\n\n";
        String second = "c".repeat(20) + "\n" + "d".repeat(60);
        assertThat(texts(first + second)).containsExactly(first, second);
    }

    @Test
    void cutsBeforeABlockThatNoBlankLinePrecedes() {
        String first = "a".repeat(30) + "\n" + "b".repeat(30) + "\n";
        String second = "# c\n" + "d".repeat(40) + "\n" + "e".repeat(40);
        assertThat(texts(first + second)).containsExactly(first, second);
    }

    @Test
    void cutsAtLineBeforeSentence() {
        String first = "a".repeat(60) + "\n";
        String second = "b".repeat(20) + ". " + "c".repeat(60);
        assertThat(texts(first + second)).containsExactly(first, second);
    }

    @ParameterizedTest
    @ValueSource(strings = {". ", "! ", "?  ", ".) ", "。", "！", "？”", "；", "…… "})
    void cutsAtSentenceBeforeWord(String end) {
        String first = "字 ".repeat(20) + "a".repeat(20) + end;
        String second = "b".repeat(10) + " " + "c".repeat(60);
        assertThat(texts(first + second)).containsExactly(first, second);
    }

    @Test
    void cutsAtWordBeforeGrapheme() {
        String first = "word ".repeat(15);
        String second = "https://docs.example/a-rather-long/address.html and more";
        assertThat(texts(first + second)).containsExactly(first, second);
    }

    @Test
    void keepsAWordWholeThatFitsAChunk() {
        String word = "b".repeat(85);
        assertThat(texts("short " + "a".repeat(10) + " " + word + " " + word))
                .containsExactly("short " + "a".repeat(10) + " ", word + " ", word);
    }

    @Test
    void fillsTheChunkWhenAWordMustBeCutAnyway() {
        assertThat(texts("short " + "a".repeat(194))).containsExactly("short " + "a".repeat(94), "a".repeat(100));
    }

    @Test
    void cutsChineseBetweenWordsButNotBeforePunctuation() {
        String reply = "字".repeat(99) + "，" + "字".repeat(50);
        assertThat(texts(reply)).containsExactly("字".repeat(99) + "，", "字".repeat(50));
        assertThat(texts("字" + reply).get(0)).isEqualTo("字".repeat(99));
    }

    @ParameterizedTest
    @ValueSource(strings = {"👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "e\u0301\u0323", "क्षि", "\r\n"})
    void neverCutsInsideAGrapheme(String grapheme) {
        assertThat(texts("x" + grapheme.repeat(200))).allSatisfy(text ->
                assertThat((text.startsWith("x") ? text.length() - 1 : text.length()) % grapheme.length()).isZero());
    }

    @Test
    void cutsAGraphemeThatNoChunkHoldsBetweenCodePoints() {
        String reply = "a" + "\uD834\uDD65".repeat(120);
        assertThat(texts(reply)).hasSize(3).allSatisfy(text -> assertThat(Character.isLowSurrogate(text.charAt(0))).isFalse());
        assertThat(String.join("", texts(reply))).isEqualTo(reply);
    }

    @Test
    void closesAndReopensACodeFenceWithItsLanguage() {
        String line = "int number = 42;\n";
        assertThat(texts("```java title\n" + line.repeat(6) + "```\n")).containsExactly(
                "```java title\n" + line.repeat(4) + "```",
                "```java title\n" + line.repeat(2) + "```\n");
    }

    @Test
    void reopensTheSameFence() {
        String line = "say '```' twice\n";
        assertThat(texts("  ~~~~~ md\n" + line.repeat(8) + "  ~~~~~")).containsExactly(
                "  ~~~~~ md\n" + line.repeat(5) + "  ~~~~~",
                "  ~~~~~ md\n" + line.repeat(3) + "  ~~~~~");
    }

    @Test
    void keepsCarriageReturns() {
        String line = "0123456789012345678\r\n";
        assertThat(texts("```\r\n" + line.repeat(6) + "```")).containsExactly(
                "```\r\n" + line.repeat(4) + "```", "```\r\n" + line.repeat(2) + "```");
    }

    @Test
    void closesAnUnclosedFenceOnlyWhereItIsCut() {
        String line = "0123456789012345678\n";
        assertThat(texts("```sh\n" + line.repeat(6))).containsExactly(
                "```sh\n" + line.repeat(4) + "```", "```sh\n" + line.repeat(2));
    }

    @Test
    void cutsALongLineOfCode() {
        assertThat(texts("> ```\n> " + "x".repeat(130) + "\n> ```")).containsExactly(
                "> ```\n> " + "x".repeat(86) + "\n> ```", "> ```\n> " + "x".repeat(44) + "\n> ```");
    }

    @Test
    void keepsTheQuoteMarksOfAFence() {
        String line = "> 012345678901234567\n";
        assertThat(texts("> ```sh\n" + line.repeat(6) + "> ```\nafter")).containsExactly(
                "> ```sh\n" + line.repeat(4) + "> ```", "> ```sh\n" + line.repeat(2) + "> ```\nafter");
    }

    @Test
    void keepsTheIndentationOfAFenceInAList() {
        String line = "  012345678901234567\n";
        assertThat(texts("- ```sh\n" + line.repeat(6) + "  ```\nafter")).containsExactly(
                "- ```sh\n" + line.repeat(4) + "  ```", "  ```sh\n" + line.repeat(2) + "  ```\nafter");
    }

    @Test
    void repeatsTheListMarkersOfAFenceThatWouldElseBeIndentedCode() {
        String line = "     0123456789\n";
        assertThat(texts("1. a\n   - ```sh\n" + line.repeat(6) + "     ```\nafter")).containsExactly(
                "1. a\n   - ```sh\n" + line.repeat(4) + "     ```",
                "1. - ```sh\n" + line.repeat(2) + "     ```\nafter");
    }

    @Test
    void repeatsTheListMarkerOfAFenceThatOnlyTheListEnds() {
        String line = "  012345678901234567\n";
        assertThat(texts("- ```sh\n" + line.repeat(6) + "after")).containsExactly(
                "- ```sh\n" + line.repeat(4) + "  ```", "- ```sh\n" + line.repeat(2) + "after");
    }

    @Test
    void leavesNoOpeningFenceAtTheEndOfAChunk() {
        String text = "a".repeat(80) + "\n";
        String code = "```sh\n" + "b".repeat(50) + "\n```";
        assertThat(texts(text + code)).containsExactly(text, code);
    }

    @Test
    void leavesNoClosingFenceForTheNextChunk() {
        String line = "0123456789012345678\n";
        String reply = "```\n" + line.repeat(4) + "012345678901\n```\n";
        assertThat(reply).hasSize(101);
        assertThat(texts(reply)).containsExactly("```\n" + line.repeat(4) + "```", "```\n012345678901\n```\n");
    }

    @Test
    void makesNoChunkOfAnEmptyFence() {
        String text = "word ".repeat(20);
        assertThat(texts(text.strip() + "\n\n```\n```\n\n" + text)).noneMatch(text1 -> text1.replace("`", "").isBlank());
    }

    @Test
    void putsNoFencesAroundBlankLines() {
        List<String> texts = texts("```\n" + "\n".repeat(500) + "code\n```");
        assertThat(texts).filteredOn(text -> text.replace("`", "").isBlank()).allMatch(String::isBlank);
        assertThat(texts).last().asString().startsWith("```\n").endsWith("code\n```");
    }

    @Test
    void shortensTheInfoOfAReopenedFenceToItsLanguageIfItIsLong() {
        String reply = "```java " + "x".repeat(40) + "\n" + "code\n".repeat(20) + "```";
        assertThat(texts(reply)).element(1).asString().startsWith("```java\ncode\n");
    }

    @Test
    void makesNoFenceOfBackticksWithinALine() {
        String reply = "word ".repeat(19) + "```code``` " + "word ".repeat(10);
        assertThat(texts(reply)).containsExactly("word ".repeat(18), "word ```code``` " + "word ".repeat(10));
    }

    @Test
    void cutsNoWordForTheSakeOfWhiteSpaceAtTheEnd() {
        assertThat(texts("two words" + " ".repeat(200)).get(0)).isEqualTo("two words" + " ".repeat(91));
    }

    @Test
    void losesNothingThatIsWrittenBehindAFence() {
        String reply = "```" + "word ".repeat(50);
        assertThat(String.join("", texts(reply))).isEqualTo(reply);
    }

    @Test
    void repeatsTheHeaderOfATable() {
        String header = "| name | size |\n|------|-----:|\n";
        String row = "| file | 1024 |\n";
        assertThat(texts(header + row.repeat(6))).containsExactly(header + row.repeat(4), header + row.repeat(2));
    }

    @Test
    void keepsTheQuoteMarksOfATable() {
        String header = "> | name | size |\n> |---|---|\n";
        String row = "> | file | 1024 |\n";
        assertThat(texts(header + row.repeat(6))).containsExactly(header + row.repeat(3), header + row.repeat(3));
    }

    @Test
    void leavesNoTableHeaderWithoutARow() {
        String text = "a".repeat(60) + "\n\n";
        String table = "| name | size |\n|---|---|\n| " + "b".repeat(40) + " | c |";
        assertThat(texts(text + table)).containsExactly(text, table);
    }

    @Test
    void cutsBeforeARowRatherThanInIt() {
        String header = "| a |\n|---|\n";
        String shortRow = "| b |\n";
        String longRow = "| " + "word ".repeat(16) + "|\n";
        assertThat(texts(header + shortRow + longRow)).containsExactly(header + shortRow, header + longRow);
    }

    @Test
    void cutsARowThatDoesNotFitLikeText() {
        String header = "| a |\n|---|\n";
        String row = "| " + "word ".repeat(30) + "|\n";
        assertThat(texts(header + row)).containsExactly(header + "| " + "word ".repeat(17), "word ".repeat(13) + "|\n");
    }

    @Test
    void doesNotRepeatAHeaderThatTakesMoreThanHalfAChunk() {
        String header = "| " + "a".repeat(50) + " |\n|---|\n";
        assertThat(texts(header + "| b |\n".repeat(20))).hasSize(2).last().asString().startsWith("| b |");
    }

    @Test
    void measuresBytesAsWellAsCharacters() {
        List<String> texts = texts(new Chunker(20_000), "字".repeat(12_000));
        assertThat(texts).hasSize(3).allSatisfy(text -> assertThat(EncodedSize.of(text)).isLessThanOrEqualTo(15_000));
    }

    @Test
    void leavesRoomForMentionsInCharactersAndBytes() {
        Mentions few = new Mentions(List.of("staff001"), List.of("13800000000"), false);
        assertThat(texts(Chunker.withRoomFor(few, 100), "word ".repeat(60))).allSatisfy(text ->
                assertThat("@staff001 @13800000000\n\n" + text).hasSizeLessThanOrEqualTo(100));

        Mentions many = new Mentions(IntStream.range(0, 50).mapToObj(i -> "p%063d".formatted(i)).toList(), List.of(), false);
        int beside = DingTalkJson.bytes(many.at()).length;
        assertThat(texts(Chunker.withRoomFor(many, 20_000), "字".repeat(20_000))).allSatisfy(text ->
                assertThat(EncodedSize.of(many.missingIn(text) + "\n\n" + text) + beside).isLessThanOrEqualTo(15_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u200d", "👩\u200d", "e\u0301\u0323\u200d", "\uD83C\uDFFD\u0301"})
    void cutsAGraphemeLongerThanAChunkBetweenTwoCodePointsRatherThanLoseIt(String piece) {
        String endless = "a" + piece.repeat(12_000 / piece.length());
        for (String reply : List.of(endless, "Before. " + endless + "\n\nAfter.", "```\n" + endless + "\n```\n",
                "|a|b|\n|-|-|\n|" + endless + "|c|\n")) {
            for (int size : new int[] {100, 6_000}) {
                List<Chunk> chunks = new Chunker(size).chunks(reply);
                assertThat(String.join("", chunks.stream().map(Chunk::source).toList())).isEqualTo(reply);
                assertThat(chunks).allSatisfy(chunk -> {
                    assertThat(chunk.text()).hasSizeLessThanOrEqualTo(size).contains(chunk.source().replace("```", "").strip());
                    assertThat(chunk.text()).as("whole code points")
                            .isEqualTo(new String(chunk.text().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
                });
            }
        }
    }

    private static List<String> texts(String reply) {
        return texts(HUNDRED, reply);
    }

    private static List<String> texts(Chunker chunker, String reply) {
        List<Chunk> chunks = chunker.chunks(reply);
        assertThat(String.join("", chunks.stream().map(Chunk::source).toList())).isEqualTo(reply);
        return chunks.stream().map(Chunk::text).toList();
    }

    @Test
    void makesNoFenceOfFenceCharactersWithinALineBehindAQuotesMark() {
        String reply = "A sentence. ".repeat(9) + "> ```\n";

        assertThat(new Chunker(108).chunks(reply)).noneMatch(chunk -> chunk.text().startsWith("> ```"));
    }

    private static final int MOST_BYTES = 15_000 - EncodedSize.FRAME - MarkdownTitle.MAX_BYTES;

    @Test
    void fillsAChunkToItsLastByte() {
        Chunker large = new Chunker(20_000);
        assertThat(texts(large, "a".repeat(20_000)).get(0)).hasSize(MOST_BYTES);
        assertThat(texts(large, "字".repeat(7_000)).get(0)).hasSize(MOST_BYTES / 3);
        Mentions ten = new Mentions(IntStream.range(0, 10).mapToObj(i -> "p%063d".formatted(i)).toList(), List.of(), false);
        int reserved = EncodedSize.content(ten.missingIn("") + "\n\n") + DingTalkJson.bytes(ten.at()).length;
        assertThat(texts(Chunker.withRoomFor(ten, 20_000), "a".repeat(20_000)).get(0)).hasSize(MOST_BYTES - reserved);
        String fitsAlone = "a".repeat(14_800);
        assertThat(texts(large, fitsAlone)).hasSize(1);
        assertThat(texts(Chunker.withRoomFor(ten, 20_000), fitsAlone)).hasSize(2);
    }

    @Test
    void needsNoRoomForNoMentions() {
        assertThat(texts(Chunker.withRoomFor(Mentions.NONE, 100), "a".repeat(101))).containsExactly("a".repeat(100), "a");
    }

    @Test
    void theFirstChunkMayHaveAnotherSize() {
        Chunker large = new Chunker(200);
        assertThat(large.chunks("a".repeat(400), 100)).extracting(Chunk::text)
                .containsExactly("a".repeat(100), "a".repeat(200), "a".repeat(100));
        assertThat(HUNDRED.chunks("a".repeat(400), 300)).extracting(Chunk::text).containsExactly("a".repeat(300), "a".repeat(100));
        assertThat(large.chunks("a", 100)).containsExactly(new Chunk("a", "a"));
        assertThat(large.chunks(null, 100)).isEmpty();
        assertThat(large.chunks(" ", 100)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> large.chunks("a", 99)).withMessageContaining("not 99");
    }

    @Test
    void closesTheFenceThatIsOpenAtTheEndOfAText() {
        assertThat(Chunker.closed("words")).isEqualTo("words");
        assertThat(Chunker.closed("```sh\ncode")).isEqualTo("```sh\ncode\n```");
        assertThat(Chunker.closed("```sh\ncode\n")).isEqualTo("```sh\ncode\n```");
        assertThat(Chunker.closed("> ~~~~\n> code")).as("the end of a quote closes its fence").isEqualTo("> ~~~~\n> code");
        assertThat(Chunker.closed("```sh\ncode\n```\n")).isEqualTo("```sh\ncode\n```\n");
    }

    @Test
    void repeatsAFirstLineOfAtMostHalfAChunk() {
        String code = "\n" + "c\n".repeat(60) + "```";
        // with the line break behind it, and that before the closing fence and the fence
        assertThat(texts("```" + "x".repeat(42) + code).get(1)).startsWith("```" + "x".repeat(42) + "\n");
        assertThat(texts("```" + "x".repeat(43) + code).get(1)).startsWith("```\nc\n");
    }

    @Test
    void doesNotRepeatAHeaderThatTakesMoreThanHalfOfTheBytes() {
        String header = "| " + "字".repeat(2_600) + " |\n|---|\n";
        List<String> texts = texts(new Chunker(20_000), header + "| b |\n".repeat(3_000));
        assertThat(texts.get(1)).startsWith("| b |");
    }

    @Test
    void aBetterPlaceMustFillHalfOfEachChunk() {
        String first = "a".repeat(99) + "\n";
        assertThat(texts(first + "b".repeat(49) + "\n\n" + "c ".repeat(60))).element(1).isEqualTo("b".repeat(49) + "\n\n");
        assertThat(texts(first + "b".repeat(46) + "\n\n" + "c ".repeat(60))).element(1).asString().startsWith("b".repeat(46) + "\n\nc ");
    }

    @Test
    void aGroupsReplyMentionsItsAskerAndADmsDoesNot() throws Exception {
        String json = "{\"msgId\":\"m\",\"msgtype\":\"text\",\"conversationType\":\"%s\",\"conversationId\":\"c\",\"senderId\":\"s\"%s}";
        MessageParser parser = new MessageParser(Language.EN);
        assertThat(Asker.of(parser.parse("main", json.formatted("2", ",\"senderStaffId\":\"staff001\"")))).contains("staff001");
        assertThat(Asker.of(parser.parse("main", json.formatted("2", "")))).isEmpty();
        assertThat(Asker.of(parser.parse("main", json.formatted("1", ",\"senderStaffId\":\"staff001\"")))).isEmpty();
    }
}
