package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.ibm.icu.text.BreakIterator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;

class ChunkerPropertiesTest {

    private static final Parser PARSER = Parser.builder().extensions(List.of(TablesExtension.create())).build();

    @Property(tries = 100)
    void sourcesJoinedAreTheReply(@ForAll("replies") String reply, @ForAll("sizes") int size) {
        List<Chunk> chunks = new Chunker(size).chunks(reply);
        assertThat(String.join("", chunks.stream().map(Chunk::source).toList())).isEqualTo(reply.isBlank() ? "" : reply);
    }

    @Property(tries = 100)
    void everyChunkFitsBothChannels(@ForAll("replies") String reply, @ForAll("sizes") int size) {
        assertThat(new Chunker(size).chunks(reply)).allSatisfy(chunk -> {
            assertThat(chunk.text()).hasSizeLessThanOrEqualTo(size);
            assertThat(EncodedSize.of(chunk.text())).isLessThanOrEqualTo(15_000);
        });
    }

    @Property(tries = 100)
    void aTextWithoutFencesAndTablesIsSentAsItIs(@ForAll("plain") String reply, @ForAll("sizes") int size) {
        assertThat(new Chunker(size).chunks(reply)).allMatch(chunk -> chunk.text().equals(chunk.source()));
    }

    @Property(tries = 100)
    void noCutIsInsideAGrapheme(@ForAll("replies") String reply, @ForAll("sizes") int size) {
        BreakIterator graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);
        graphemes.setText(reply);
        int cut = 0;
        for (Chunk chunk : new Chunker(size).chunks(reply)) {
            cut += chunk.source().length();
            assertThat(graphemes.isBoundary(cut)).as("cut at %d", cut).isTrue();
        }
    }

    @Property(tries = 100)
    void noThreeNeighboursWouldFitOneChunk(@ForAll("plain") String reply, @ForAll("sizes") int size) {
        List<Chunk> chunks = new Chunker(size).chunks(reply);
        for (int i = 0; i + 2 < chunks.size(); i++) {
            String joined = chunks.get(i).text() + chunks.get(i + 1).text() + chunks.get(i + 2).text();
            assertThat(joined.length() > size || EncodedSize.of(joined) > 14_500).as("chunks too small at %d", i).isTrue();
        }
    }

    @Property(tries = 100)
    void noChunkIsOnlyFences(@ForAll("replies") String reply, @ForAll("sizes") int size) {
        List<Chunk> chunks = new Chunker(size).chunks(reply);
        if (chunks.size() > 1) {
            assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.text().isBlank() || saysSomething(PARSER.parse(chunk.text())))
                    .as("says something").isTrue());
        }
    }

    @Property(tries = 100)
    void nothingIsLeftOutThatSaysSomething(@ForAll("replies") String reply, @ForAll("sizes") int size) {
        assertThat(new Chunker(size).chunks(reply)).filteredOn(chunk -> chunk.text().isBlank())
                .allSatisfy(chunk -> assertThat(saysSomething(PARSER.parse(chunk.source()))).isFalse());
    }

    @Property(tries = 100)
    void onlyLongBlankRunsMakeABlankChunk(@ForAll("plain") String reply, @ForAll("sizes") int size) {
        if (new Chunker(size).chunks(reply).stream().anyMatch(chunk -> chunk.text().isBlank())) {
            assertThat(Arrays.stream(reply.split("\\S+")).mapToInt(String::length).max().orElse(0)).isGreaterThan(size / 2);
        }
    }

    private static boolean saysSomething(Node parent) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
            boolean says = node instanceof FencedCodeBlock fence ? !fence.getLiteral().isBlank()
                    : node.getFirstChild() == null || saysSomething(node);
            if (says) {
                return true;
            }
        }
        return false;
    }

    /** Fences and tables at the top level: what is read in the chunks is what was written in the reply. */
    @Property(tries = 100)
    void codeStaysCodeAndRowsStayRows(@ForAll("blocks") List<Piece> pieces, @ForAll("sizes") int size) {
        String reply = String.join("", pieces.stream().map(piece -> piece.markdown() + "\n").toList());
        StringBuilder code = new StringBuilder();
        for (Chunk chunk : new Chunker(size).chunks(reply)) {
            Node document = PARSER.parse(chunk.text());
            for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
                if (node instanceof FencedCodeBlock fence) {
                    code.append(fence.getInfo()).append(':').append(fence.getLiteral().replaceAll("\\s", ""));
                }
                if (node instanceof TableBlock table) {
                    assertThat(table.getFirstChild().getNext()).as("rows of a table").isNotNull();
                }
            }
            // a line of a table is never seen outside of a table
            assertThat(chunk.text().lines().filter(line -> line.startsWith("|")).findFirst().orElse("|h")).startsWith("|h");
        }
        String written = String.join("", pieces.stream().map(Piece::code).flatMap(Optional::stream).toList());
        assertThat(code.toString().replaceAll("(java|sh):", "")).isEqualTo(written);
    }

    /** A piece of markdown, and the code in it without white space. */
    record Piece(String markdown, Optional<String> code) {
    }

    @Provide
    Arbitrary<List<Piece>> blocks() {
        return Arbitraries.oneOf(
                Arbitraries.of("word ", "字句。", "👨‍👩‍👧‍👦").flatMap(word -> Arbitraries.integers().between(1, 60)
                        .map(times -> new Piece("p" + word.repeat(times) + "\n", Optional.empty()))),
                Combinators.combine(Arbitraries.of("```", "~~~~", "`````"), Arbitraries.of("java", "sh"),
                        Arbitraries.integers().between(1, 300),
                        Arbitraries.of("x = 1;\n", "\n\ny\n", "  字  \n", "long".repeat(40) + "\n", "# a\n", "b | c\n")).as(
                        (fence, language, times, line) -> new Piece(fence + language + "\n" + line.repeat(times) + fence + "\n",
                                Optional.of(line.repeat(times).replaceAll("\\s", "")))),
                Combinators.combine(Arbitraries.of("| 1 | 2 |\n", "| 字 | |\n"), Arbitraries.integers().between(1, 300)).as(
                        (row, times) -> new Piece("|h|i|\n|-|-|\n" + row.repeat(times), Optional.empty())))
                .list().ofMinSize(1).ofMaxSize(8);
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.integers().between(100, 400)),
                net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(100, 20_000)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(6000)));
    }

    @Provide
    Arbitrary<String> plain() {
        return text(List.of("word ", "A sentence. ", "字", "句子。", "，", "👨‍👩‍👧‍👦", "🇩🇪", "🇫🇷", "👍🏽", "e\u0301\u0323", "\n", "\r\n", "  \n",
                "\n\n", "\r\n\r\n", "- item\n", "  - nested\n", "1. one\n", "> quote\n", "# heading\n", "\t", "\u0001", "\"", "\\",
                "\uD83D", "\uDE00x", "สวัสดี", "a".repeat(30_000), "https://docs.example/a/b-c?d=e ", "*em* ", "`code` ", "é", "-", "x",
                " ".repeat(150), "\n".repeat(300), "e\u0301\u0323".repeat(400)));
    }

    @Provide
    Arbitrary<String> replies() {
        return text(List.of("word ", "A sentence. ", "字", "句子。", "👨‍👩‍👧‍👦", "🇩🇪", "e\u0301", "\n", "\r\n", "\n\n", "\r\n\r\n", "- item\n",
                "```java\ncode\n```\n", "```java\n" + "int x = 1;\n".repeat(40) + "```\n", "```sh\r\n", "~~~\n", "~~~~~ md\n", "\n```\n",
                "\n> ```py\n> code\n", "> more code of a quote\n", "> ```\n", "- ```\n  code\n", "  more\n",
                "1. a\n   - b\n     ```c\n     code\n     ```\n", "     deep\n", "\n\n| h | i |\n|---|---|\n| 1 | 2 |\n", "| 3 | 4 |\n",
                "| 3 | 4 |\n".repeat(300), "| " + "wide ".repeat(60) + "|\n", "a".repeat(30_000), "e\u0301".repeat(400), "|", "\uD83D"));
    }

    /** Pieces repeated a few times each, so that some are larger than a chunk and many are smaller. */
    private static Arbitrary<String> text(List<String> pieces) {
        Arbitrary<String> repeated = Combinators.combine(Arbitraries.of(pieces), Arbitraries.integers().between(1, 40))
                .as((piece, times) -> piece.isBlank() || piece.length() > 1000 || piece.contains("```") || piece.contains("~~~")
                        ? piece : piece.repeat(times));
        return repeated.list().ofMaxSize(40).map(list -> String.join("", list));
    }
}
