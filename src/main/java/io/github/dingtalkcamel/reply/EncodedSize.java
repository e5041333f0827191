package io.github.dingtalkcamel.reply;

/**
 * Counts the bytes of a markdown message as {@code msgParam} holds it: compact JSON in UTF-8,
 * <code>{"title":…,"text":…}</code>, with the escapes that Jackson writes (protocol 7.3).
 * <p>
 * A lone surrogate has no UTF-8 form: what writes it puts {@code ?} (1 byte) or U+FFFD (3 bytes), or refuses it.
 * It counts 3 here, so that the size is never too small.
 */
public final class EncodedSize {

    /** Most bytes that both channels take: the documented limit of {@code msgParam} (protocol 7.3). */
    public static final int LIMIT = 15_000;

    /** Bytes of the JSON around the content of its two strings. */
    static final int FRAME = "{\"title\":\"\",\"text\":\"\"}".length();

    private EncodedSize() {
    }

    /** Bytes of the markdown message with this text, the title being {@link MarkdownTitle#of}. */
    public static int of(String text) {
        return FRAME + content(MarkdownTitle.of(text)) + content(text);
    }

    /** Bytes of a JSON string's content, without its quotes. */
    static int content(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            bytes += at(text, i);
        }
        return bytes;
    }

    /** The element {@code i} of the result is the {@link #content} of the first {@code i} characters. */
    static int[] sums(String text) {
        int[] sums = new int[text.length() + 1];
        for (int i = 0; i < text.length(); i++) {
            sums[i + 1] = sums[i] + at(text, i);
        }
        return sums;
    }

    /** A surrogate pair counts at its first half, so that sums agree with the whole wherever no pair is cut. */
    private static int at(String text, int index) {
        char c = text.charAt(index);
        if (c < 0x20) {
            return switch (c) {
                case '\b', '\t', '\n', '\f', '\r' -> 2;
                default -> 6;
            };
        }
        if (c < 0x80) {
            return c == '"' || c == '\\' ? 2 : 1;
        }
        if (c < 0x800) {
            return 2;
        }
        if (Character.isHighSurrogate(c) && index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))) {
            return 4;
        }
        if (Character.isLowSurrogate(c) && index > 0 && Character.isHighSurrogate(text.charAt(index - 1))) {
            return 0;
        }
        return 3;
    }
}
