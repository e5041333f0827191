package io.github.dingtalkcamel.component.chunk;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

import com.ibm.icu.text.BreakIterator;

/** The places within a stretch of the reply where it may be cut, by kind. None is inside a grapheme. */
final class BreakPoints {

    /** From Thai on, Unicode's scripts are mostly those that write without spaces; before it, none is. */
    private static final int WITHOUT_SPACES = 0x0E00;
    private static final String SENTENCE_ENDS_BEFORE_SPACE = ".!?…";
    private static final String SENTENCE_ENDS = "。！？；．｡";
    private static final String CLOSING_MARKS = "\"')]}”’」』）】》〉";

    private final String reply;
    private final MarkdownBlocks blocks;
    private final int from;
    private final int to;
    private final String window;
    private final Map<BreakKind, BitSet> found = new EnumMap<>(BreakKind.class);
    private BitSet graphemes;

    /** The places after {@code from}, which is one itself, up to and including {@code to}. */
    BreakPoints(String reply, MarkdownBlocks blocks, int from, int to) {
        this.reply = reply;
        this.blocks = blocks;
        this.from = from;
        this.to = to;
        this.window = reply.substring(from, Math.min(reply.length(), to + Graphemes.LOOK_AHEAD));
    }

    /** The last place of this kind that is after {@code after} and is acceptable; -1 if there is none. */
    int last(BreakKind kind, int after, IntPredicate acceptable) {
        BitSet places = found.computeIfAbsent(kind, this::find);
        for (int at = places.previousSetBit(to - from); at > after - from; at = places.previousSetBit(at - 1)) {
            if (acceptable.test(from + at)) {
                return from + at;
            }
        }
        return -1;
    }

    private BitSet find(BreakKind kind) {
        return switch (kind) {
            case PARAGRAPH -> select(lineBreaks(), this::isBetweenParagraphs);
            case LINE -> lineBreaks();
            case SENTENCE -> select(graphemes(), this::isAfterSentence);
            case WORD -> wordBreaks();
            case GRAPHEME -> graphemes();
        };
    }

    private BitSet lineBreaks() {
        BitSet places = new BitSet();
        for (int at = from + 1; at <= to; at++) {
            if (Lines.isStart(reply, at) || Lines.isEnd(reply, at)) {
                places.set(at - from);
            }
        }
        return places;
    }

    /** Blank lines in code do not count: they are as good as any other of its lines. */
    private boolean isBetweenParagraphs(int at) {
        if (blocks.dividedAt(at).isPresent()) {
            return false;
        }
        boolean lineStart = Lines.isStart(reply, at);
        int next = lineStart ? at : Lines.next(reply, at);
        return blocks.startsAt(next) || Lines.isBlank(reply, next)
                || lineStart && Lines.isBlank(reply, Lines.start(reply, at - 1));
    }

    /** Unicode breaks lines in web addresses and after hyphens, too: those are not ends of words. */
    private BitSet wordBreaks() {
        BitSet places = Graphemes.boundaries(window, BreakIterator.getLineInstance(Locale.ROOT));
        places.and(graphemes());
        return select(places, at -> Character.isWhitespace(reply.charAt(at - 1))
                || reply.codePointBefore(at) >= WITHOUT_SPACES
                || at < reply.length() && reply.codePointAt(at) >= WITHOUT_SPACES);
    }

    private boolean isAfterSentence(int at) {
        if (at < reply.length() && continuesSentence(reply.charAt(at))) {
            return false;
        }
        int end = at;
        while (end > from && Character.isWhitespace(reply.charAt(end - 1))) {
            end--;
        }
        boolean space = end < at || at == reply.length();
        while (end > from && CLOSING_MARKS.indexOf(reply.charAt(end - 1)) >= 0) {
            end--;
        }
        return end > from && (SENTENCE_ENDS.indexOf(reply.charAt(end - 1)) >= 0
                || space && SENTENCE_ENDS_BEFORE_SPACE.indexOf(reply.charAt(end - 1)) >= 0);
    }

    private static boolean continuesSentence(char next) {
        return Character.isWhitespace(next) || CLOSING_MARKS.indexOf(next) >= 0
                || SENTENCE_ENDS.indexOf(next) >= 0 || SENTENCE_ENDS_BEFORE_SPACE.indexOf(next) >= 0;
    }

    private BitSet graphemes() {
        if (graphemes == null) {
            graphemes = Graphemes.boundaries(window);
        }
        return graphemes;
    }

    private BitSet select(BitSet places, IntPredicate wanted) {
        BitSet selected = new BitSet();
        for (int at = places.nextSetBit(1); at >= 0 && at <= to - from; at = places.nextSetBit(at + 1)) {
            if (wanted.test(from + at)) {
                selected.set(at);
            }
        }
        return selected;
    }
}
