package io.github.dingtalkcamel.component.chunk;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** Cuts one reply, from its beginning to its end: each chunk takes as much as fits up to the best place for a cut. */
final class ChunkCutter {

    private static final Pattern FENCE = Pattern.compile("(?:[ \\t>]|[-*+] |\\d{1,9}[.)] )*+(?:```|~~~)");
    private static final int LOOKED_AT = 200;
    private static final Set<BreakKind> ANY = EnumSet.allOf(BreakKind.class);
    private static final Set<BreakKind> WORD_OR_BETTER = EnumSet.range(BreakKind.PARAGRAPH, BreakKind.WORD);
    private static final int NONE = -1;

    private final String reply;
    private final int firstMaxCharacters;
    private final int maxCharacters;
    /** Bytes of a chunk's text; leaves room for the longest title. */
    private final int maxBytes;
    private final int[] bytes;
    private final MarkdownBlocks blocks;

    /** @param firstMaxCharacters of the first chunk; of the others {@code maxCharacters} */
    ChunkCutter(String reply, int firstMaxCharacters, int maxCharacters, int reservedBytes) {
        this.reply = reply;
        this.firstMaxCharacters = firstMaxCharacters;
        this.maxCharacters = maxCharacters;
        this.maxBytes = EncodedSize.LIMIT - EncodedSize.FRAME - MarkdownTitle.MAX_BYTES - reservedBytes;
        this.bytes = EncodedSize.sums(reply);
        int least = Math.min(firstMaxCharacters, maxCharacters);
        this.blocks = new MarkdownBlocks(reply, addition ->
                addition.length() <= least / 2 && EncodedSize.content(addition) <= maxBytes / 2);
    }

    List<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        String before = "";
        int start = 0;
        while (start < reply.length()) {
            int reach = reach(start, before);
            int cut = reach == reply.length() ? reach : cut(start, reach, before);
            Optional<ContinuedBlock> divided = blocks.dividedAt(cut);
            chunks.add(chunk(before, start, cut, divided.map(block -> block.before(cut, reply)).orElse("")));
            before = divided.map(block -> block.after(cut, reply)).orElse("");
            start = cut;
        }
        return chunks;
    }

    /** Fences around nothing but white space are not worth a message. */
    private Chunk chunk(String before, int start, int end, String after) {
        String source = reply.substring(start, end);
        if (blocks.hasSubstance(start, end)) {
            return new Chunk(before + source + after, source);
        }
        return new Chunk(source.isBlank() ? source : "", source);
    }

    /** Most characters of the chunk that begins here. */
    private int max(int start) {
        return start == 0 ? firstMaxCharacters : maxCharacters;
    }

    /** The farthest place that fits into a chunk that begins so. */
    private int reach(int start, String before) {
        int beforeBytes = EncodedSize.content(before);
        int low = start;
        int high = Math.min(reply.length(), start + max(start) - before.length());
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (beforeBytes + bytes[middle] - bytes[start] <= maxBytes) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Where to end the chunk. The rules are given up one by one, so that there always is a place. */
    private int cut(int start, int reach, String before) {
        BreakPoints breaks = new BreakPoints(reply, blocks, start, reach);
        int half = start + (reach - start) / 2;
        IntPredicate fitting = cut -> fits(before, start, cut);
        IntPredicate sensible = fitting.and(cut -> leavesSubstance(start, cut) && !makesFence(cut));
        IntPredicate clean = sensible.and(cut -> !isInRow(cut));

        int cut = best(breaks, WORD_OR_BETTER, half, clean);
        if (cut == NONE) {
            cut = farthest(breaks, start, clean);
            if (cut != NONE && !hasBreakInReach(cut)) {
                // what follows must be cut in any case, so let it fill this chunk first
                cut = NONE;
            }
        }
        if (cut == NONE) {
            cut = best(breaks, ANY, half, sensible);
        }
        if (cut == NONE) {
            cut = best(breaks, ANY, start, sensible);
        }
        if (cut == NONE) {
            cut = best(breaks, ANY, start, fitting);
        }
        return cut == NONE ? lastCodePoint(start, reach, fitting) : cut;
    }

    private static int best(BreakPoints breaks, Set<BreakKind> kinds, int after, IntPredicate acceptable) {
        for (BreakKind kind : kinds) {
            int cut = breaks.last(kind, after, acceptable);
            if (cut != NONE) {
                return cut;
            }
        }
        return NONE;
    }

    private static int farthest(BreakPoints breaks, int after, IntPredicate acceptable) {
        return WORD_OR_BETTER.stream().mapToInt(kind -> breaks.last(kind, after, acceptable)).max().orElse(NONE);
    }

    /** Whether the word, or the table row, that begins here fits into a chunk by itself. */
    private boolean hasBreakInReach(int start) {
        String before = blocks.dividedAt(start).map(block -> block.after(start, reply)).orElse("");
        int reach = reach(start, before);
        return reach == reply.length()
                || best(new BreakPoints(reply, blocks, start, reach), WORD_OR_BETTER, start, cut -> !isInRow(cut)) != NONE;
    }

    private boolean fits(String before, int start, int cut) {
        String after = blocks.dividedAt(cut).map(block -> block.before(cut, reply)).orElse("");
        return before.length() + cut - start + after.length() <= max(start)
                && EncodedSize.content(before) + bytes[cut] - bytes[start] + EncodedSize.content(after) <= maxBytes;
    }

    /**
     * Whether there is something to read on both sides of the cut, also within the code or the rows it divides. Long
     * white space at the end of the reply may be left out: it shows nothing.
     */
    private boolean leavesSubstance(int start, int cut) {
        return blocks.hasSubstance(start, cut)
                && (blocks.hasSubstance(cut, reply.length()) || reply.length() - cut > maxCharacters / 2)
                && blocks.dividedAt(cut).map(block -> blocks.hasSubstance(Math.max(start, block.body()), cut)
                        && blocks.hasSubstance(cut, block.bodyEnd())).orElse(true);
    }

    /**
     * Fence characters within a line would become a fence at the beginning of a chunk, also behind the marks of a quote or list, and the
     * rest code.
     */
    private boolean makesFence(int cut) {
        return !Lines.isStart(reply, cut) && FENCE.matcher(reply).region(cut, Math.min(reply.length(), cut + LOOKED_AT)).lookingAt();
    }

    private boolean isInRow(int cut) {
        return blocks.dividedAt(cut).filter(ContinuedBlock::table).isPresent()
                && !Lines.isStart(reply, cut) && !Lines.isEnd(reply, cut);
    }

    private int lastCodePoint(int start, int reach, IntPredicate fitting) {
        int cut = reach;
        while (!fitting.test(cut) || Character.isSurrogatePair(reply.charAt(cut - 1), reply.charAt(cut))) {
            cut--;
        }
        return cut;
    }
}
