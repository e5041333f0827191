package io.github.dingtalkcamel.component.chunk;
import java.util.List;

import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.api.Mentions;

/**
 * Cuts a reply into chunks that each fit one message, on either channel (docs/promises.md 5, "Chunks"; docs/protocol.md 7.3).
 * <p>
 * Promised of every chunk: its text has at most {@code maxCharacters} characters, and the markdown message made of it
 * at most {@value EncodedSize#LIMIT} bytes. A cut is between paragraphs, else at a line end, else after a sentence,
 * else after a word, else between graphemes. A better place is taken if it fills at least half of what fits; a word is
 * cut only if it would not fit a chunk by itself. A code fence that is cut is closed, and opened again in the next chunk; a
 * table that is cut between rows gets its header again. No chunk has only fences, or only a table's header.
 * <p>
 * Not promised: a grapheme larger than a chunk is cut between two code points, and a table row that does not fit
 * below its header is cut like text. Fences and table headers that would take more than half of a chunk are not repeated, and a
 * reply that is nested too deeply to be parsed is cut like plain text. Lists and quotes that are cut are not begun anew.
 * <p>
 * Immutable; may be used by many threads.
 */
public final class Chunker {

    /** Least and most characters that may be set for a chunk (docs/settings.md, {@code dingtalk.max-message-length}). */
    public static final int MIN_CHARACTERS = 100;
    public static final int MAX_CHARACTERS = 20_000;

    private final int maxCharacters;
    private final int reservedBytes;

    /**
     * @param maxCharacters most characters (UTF-16 units) of a chunk
     * @throws IllegalArgumentException if that is less than {@value #MIN_CHARACTERS} or more than {@value #MAX_CHARACTERS}
     */
    public Chunker(int maxCharacters) {
        if (maxCharacters < MIN_CHARACTERS || maxCharacters > MAX_CHARACTERS) {
            throw new IllegalArgumentException("A chunk must have between %d and %d characters, not %d"
                    .formatted(MIN_CHARACTERS, MAX_CHARACTERS, maxCharacters));
        }
        this.maxCharacters = maxCharacters;
        this.reservedBytes = 0;
    }

    private Chunker(int maxCharacters, int reservedBytes) {
        this.maxCharacters = maxCharacters;
        this.reservedBytes = reservedBytes;
    }

    /**
     * One whose chunks leave room for mentions, in their text and beside it. Where these take more than half of a chunk's characters, a
     * chunk is longer by what they take more.
     *
     * @param most most characters of a chunk with its mentions, as may be set for a chunk
     */
    public static Chunker withRoomFor(Mentions mentions, int most) {
        if (mentions.isEmpty()) {
            return new Chunker(most);
        }
        String words = mentions.missingIn("") + "\n\n";
        return new Chunker(Math.max(most / 2, most - words.length()),
                EncodedSize.content(words) + DingTalkJson.bytes(mentions.at()).length);
    }

    /** The chunks of a reply, in order: one if it fits whole, none if it is null or blank. */
    public List<Chunk> chunks(String reply) {
        if (reply == null || reply.isBlank()) {
            return List.of();
        }
        if (reply.length() <= maxCharacters && EncodedSize.isWithin(EncodedSize.LIMIT - reservedBytes, reply)) {
            return List.of(new Chunk(reply, reply));
        }
        return new ChunkCutter(reply, maxCharacters, maxCharacters, reservedBytes).chunks();
    }

    /**
     * The same for a reply whose first chunk goes to another place than the others.
     *
     * @param first most characters of the first chunk, at least {@value #MIN_CHARACTERS}
     */
    public List<Chunk> chunks(String reply, int first) {
        if (first < MIN_CHARACTERS) {
            throw new IllegalArgumentException("A chunk must have at least " + MIN_CHARACTERS + " characters, not " + first);
        }
        return reply == null || reply.isBlank() ? List.of() : new ChunkCutter(reply, first, maxCharacters, reservedBytes).chunks();
    }

    /** A text that may end anywhere, with the line that closes a code fence which is open at its end; the text itself where none is. */
    public static String closed(String text) {
        String continued = text + (text.endsWith("\n") ? "x" : "\nx");
        return new MarkdownBlocks(continued, addition -> true).dividedAt(text.length())
                .map(block -> text + block.before(text.length(), continued)).orElse(text);
    }
}
