package io.github.dingtalkcamel.component.chunk;
import java.util.List;
import java.util.Optional;

import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.InlineParser;
import org.commonmark.parser.Parser;
import org.commonmark.parser.SourceLines;
import org.commonmark.parser.block.AbstractBlockParserFactory;
import org.commonmark.parser.block.BlockStart;
import org.commonmark.parser.block.MatchedBlockParser;
import org.commonmark.parser.block.ParserState;

/**
 * Finds the blocks of a markdown text, and only them: what is inside a line is not looked at. The text may be hostile,
 * so the work is bounded: beyond the bounds there is no answer. They are on nesting ({@value #DEEPEST} levels; fewer if
 * the text has more than {@value #MOST_SPANS} / {@value #DEEPEST} lines, since every block remembers all its lines),
 * on table cells ({@value #MOST_CELLS}), and on the length of paragraphs, which the parser's table extension copies
 * again and again.
 */
final class BoundedParser {

    private static final int DEEPEST = 100;
    private static final int MOST_SPANS = 2_000_000;
    private static final int MOST_CELLS = 250_000;
    private static final long MOST_COPIED_LINES = 100_000_000;

    private BoundedParser() {
    }

    /** The document with the places of its blocks; empty if the text is beyond the bounds. */
    static Optional<Node> parse(String text) {
        int lines = 1 + (int) text.chars().filter(c -> c == '\n' || c == '\r').count();
        try {
            return Optional.of(Parser.builder()
                    .includeSourceSpans(IncludeSourceSpans.BLOCKS)
                    .customBlockParserFactory(new BlockBounds(Math.min(DEEPEST, MOST_SPANS / lines)))
                    .extensions(List.of(TablesExtension.create()))
                    .inlineParserFactory(context -> new CellCounter())
                    .build()
                    .parse(text));
        } catch (BeyondBounds | StackOverflowError e) {
            // the parser knows HTML tags by regular expressions, which recurse: a tag of 10,000 attributes is too much
            return Optional.empty();
        }
    }

    /** Starts no block; it is asked first at every place where one could start, and so sees how things grow. */
    private static final class BlockBounds extends AbstractBlockParserFactory {

        private final int deepest;
        private long copiedLines;

        BlockBounds(int deepest) {
            this.deepest = deepest;
        }

        @Override
        public BlockStart tryStart(ParserState state, MatchedBlockParser matched) {
            Node block = matched.getMatchedBlockParser().getBlock();
            if (block instanceof Paragraph) {
                copiedLines += matched.getParagraphLines().getLines().size();
            }
            int depth = 0;
            for (Node node = block; node != null; node = node.getParent()) {
                depth++;
            }
            if (depth > deepest || copiedLines > MOST_COPIED_LINES) {
                throw new BeyondBounds();
            }
            return BlockStart.none();
        }
    }

    /** In place of parsing what is inside the blocks: only counts it. */
    private static final class CellCounter implements InlineParser {

        private int cells;

        @Override
        public void parse(SourceLines lines, Node node) {
            if (!(node instanceof Paragraph) && ++cells > MOST_CELLS) {
                throw new BeyondBounds();
            }
        }
    }

    private static final class BeyondBounds extends RuntimeException {

        BeyondBounds() {
            super("markdown beyond bounds", null, false, false);
        }
    }
}
