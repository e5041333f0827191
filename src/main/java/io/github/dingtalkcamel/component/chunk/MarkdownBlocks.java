package io.github.dingtalkcamel.component.chunk;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.node.Block;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.ListBlock;
import org.commonmark.node.Node;
import org.commonmark.node.SourceSpan;

/**
 * The blocks of a reply as CommonMark (with GitHub's tables) sees them: where one begins, and which must be closed and
 * begun anew if they are cut. A text that is beyond the parser's bounds has no blocks: it is cut like plain text.
 */
final class MarkdownBlocks {

    /** Indentation, fence, gap and language of the first line of a code block. */
    private static final Pattern FENCE = Pattern.compile("([ \t]*)(`+|~+)([ \t]*)(\\S*)");
    /** A line indented by more is code by itself, and no fence. */
    private static final int WIDEST_INDENTATION = 3;

    private final String reply;
    private final Predicate<String> affordable;
    private final BitSet starts = new BitSet();
    private final int visibleEnd;
    private final int[] substanceBefore;
    private final TreeMap<Integer, ContinuedBlock> continued = new TreeMap<>();

    /** {@code affordable} tells whether what a cut adds to two chunks, all in all, leaves enough room for the reply. */
    MarkdownBlocks(String reply, Predicate<String> affordable) {
        this.reply = reply;
        this.affordable = affordable;
        this.visibleEnd = reply.stripTrailing().length();
        BitSet substance = new BitSet();
        setSubstance(substance, 0, reply.length());
        BoundedParser.parse(reply).ifPresent(document -> visitChildren(document, true, substance));
        this.substanceBefore = sums(substance);
    }

    /** Whether a block begins with the line that begins here, and is not the text right under a heading. */
    boolean startsAt(int position) {
        return starts.get(position);
    }

    /** The code block or table that a cut here would divide. */
    Optional<ContinuedBlock> dividedAt(int position) {
        return Optional.ofNullable(continued.floorEntry(position))
                .map(Map.Entry::getValue)
                .filter(block -> block.divides(position));
    }

    /** Whether there is anything to read between the two: more than white space, fences, and headers of tables. */
    boolean hasSubstance(int from, int to) {
        return to > from && substanceBefore[to] > substanceBefore[from];
    }

    private void visitChildren(Node parent, boolean apart, BitSet substance) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
            List<SourceSpan> spans = node.getSourceSpans();
            if (!(node instanceof Block) || spans.isEmpty()) {
                continue;
            }
            if (apart && !(node.getPrevious() instanceof Heading)) {
                starts.set(Lines.start(reply, spans.get(0).getInputIndex()));
            }
            if (node instanceof FencedCodeBlock fence) {
                visitFence(fence, spans, substance);
            } else if (node instanceof TableBlock) {
                visitTable(node, spans, substance);
            } else {
                visitChildren(node, node instanceof ListBlock list ? !list.isTight() : apart, substance);
            }
        }
    }

    private void visitFence(FencedCodeBlock fence, List<SourceSpan> spans, BitSet substance) {
        SourceSpan first = spans.get(0);
        SourceSpan last = spans.get(spans.size() - 1);
        if (!affordable.test(slice(first))) {
            // an answer written behind the fence instead of under it: to be read like any text
            return;
        }
        boolean closed = fence.getClosingFenceLength() != null && spans.size() > 1;
        int start = Lines.start(reply, first.getInputIndex());
        int bodyStart = Lines.next(reply, end(first));
        int bodyEnd = closed ? Lines.start(reply, last.getInputIndex()) : end(last);
        Containers containers = Containers.around(fence, reply);
        String prefix = mayDropLists(containers, fence, last, closed)
                ? containers.linePrefix() : containers.restartPrefix();
        String newline = newline(end(first));
        String closing = containers.linePrefix() + " ".repeat(fence.getFenceIndent())
                + fence.getFenceCharacter().repeat(fence.getOpeningFenceLength());
        for (String opening : openings(slice(first))) {
            ContinuedBlock block = new ContinuedBlock(start, Math.min(bodyStart, end(last)), bodyEnd, end(last),
                    prefix + opening, closing, containers.linePrefix(), newline, false);
            if (isAffordable(block)) {
                continued.put(start, block);
                break;
            }
        }
        substance.clear(start, end(last));
        for (SourceSpan line : spans.subList(1, closed ? spans.size() - 1 : spans.size())) {
            setSubstance(substance, line.getInputIndex(), end(line));
        }
    }

    /**
     * A block in a list continues without the list if its lines are indented so little that they mean the same alone;
     * else the list marker has to be repeated. A fence that only the end of the list closes needs the list, too.
     */
    private boolean mayDropLists(Containers containers, FencedCodeBlock fence, SourceSpan last, boolean closed) {
        String lastLine = slice(last);
        int closingIndent = closed ? lastLine.length() - lastLine.stripLeading().length() : 0;
        return containers.indentation() + Math.max(fence.getFenceIndent(), closingIndent) <= WIDEST_INDENTATION
                && (closed || end(last) >= visibleEnd);
    }

    /** The first line of a code block, then shorter forms of it in case it is very long. */
    private static List<String> openings(String line) {
        Matcher fence = FENCE.matcher(line);
        if (!fence.lookingAt()) {
            return List.of(line);
        }
        String bare = fence.group(1) + fence.group(2);
        return List.of(line.stripTrailing(), bare + fence.group(3) + fence.group(4), bare);
    }

    private void visitTable(Node table, List<SourceSpan> spans, BitSet substance) {
        if (spans.size() < 3) {
            return;
        }
        SourceSpan header = spans.get(0);
        SourceSpan delimiter = spans.get(1);
        int end = end(spans.get(spans.size() - 1));
        int start = Lines.start(reply, header.getInputIndex());
        int body = Lines.next(reply, end(delimiter));
        Containers containers = Containers.around(table, reply);
        String prefix = containers.indentation() <= WIDEST_INDENTATION
                ? containers.linePrefix() : containers.restartPrefix();
        String newline = newline(end(header));
        String opening = prefix + slice(header).strip() + newline + containers.linePrefix() + slice(delimiter).strip();
        ContinuedBlock block = new ContinuedBlock(start, body, end, end, opening, "", containers.linePrefix(), newline, true);
        if (isAffordable(block)) {
            continued.put(start, block);
            substance.clear(start, body);
        }
    }

    private boolean isAffordable(ContinuedBlock block) {
        return affordable.test(block.opening() + block.newline() + block.linePrefix() + block.newline() + block.closing());
    }

    private void setSubstance(BitSet substance, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Character.isWhitespace(reply.charAt(i))) {
                substance.set(i);
            }
        }
    }

    private int[] sums(BitSet substance) {
        int[] sums = new int[reply.length() + 1];
        for (int i = 0; i < reply.length(); i++) {
            sums[i + 1] = sums[i] + (substance.get(i) ? 1 : 0);
        }
        return sums;
    }

    private String newline(int lineEnd) {
        String lineBreak = Lines.lineBreak(reply, lineEnd);
        return lineBreak.isEmpty() ? "\n" : lineBreak;
    }

    private String slice(SourceSpan span) {
        return reply.substring(span.getInputIndex(), end(span));
    }

    private static int end(SourceSpan span) {
        return span.getInputIndex() + span.getLength();
    }
}
