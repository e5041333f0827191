package io.github.dingtalkcamel.component.chunk;

/**
 * Counts the bytes of a markdown message as a request's body holds it: {@code msgParam} of the robot API, which is JSON in UTF-8,
 * <code>{"title":…,"text":…}</code>, within a JSON string. So a quote is 4 bytes there, a line break 3, an emoji 4 (docs/protocol.md 6.3,
 * 7.3). The same message by a webhook is JSON that is not within a string, and never larger.
 * <p>
 * Half of a surrogate pair counts the one byte of the question mark that is sent in its place.
 */
public final class EncodedSize {

    /** Most bytes that both channels take: the documented limit of {@code msgParam} (docs/protocol.md 7.3). */
    public static final int LIMIT = 15_000;

    /** Most bytes of one character (UTF-16 unit) that is no control character. */
    static final int MOST_BYTES = 4;

    /** Bytes of the JSON around the content of its two strings, its eight quotes escaped. */
    static final int FRAME = "{\\\"title\\\":\\\"\\\",\\\"text\\\":\\\"\\\"}".length();

    private EncodedSize() {
    }

    /** Bytes of the markdown message with this text, the title being {@link MarkdownTitle#of}. */
    public static int of(String text) {
        return of(MarkdownTitle.of(text), text);
    }

    /** Whether {@link #of} is at most so much; looks for the title only where that matters. */
    static boolean isWithin(int most, String text) {
        int untitled = FRAME + content(text);
        return untitled + MarkdownTitle.MAX_BYTES <= most || untitled + content(MarkdownTitle.of(text)) <= most;
    }

    /** Bytes of the markdown message with this title and text. */
    public static int of(String title, String text) {
        return FRAME + content(title) + content(text);
    }

    /** Bytes of a text's content, without the quotes around it. */
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

    /** A surrogate pair counts at its first half, so that sums agree with the whole as long as no pair is cut. */
    private static int at(String text, int index) {
        char c = text.charAt(index);
        if (c < 0x20) {
            // as \\n and \\u0001
            return switch (c) {
                case '\b', '\t', '\n', '\f', '\r' -> 3;
                default -> 7;
            };
        }
        if (c < 0x80) {
            // as \\\" and \\\\
            return c == '"' || c == '\\' ? 4 : 1;
        }
        if (c < 0x800) {
            return 2;
        }
        if (Character.isHighSurrogate(c)) {
            return index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1)) ? 4 : 1;
        }
        if (Character.isLowSurrogate(c)) {
            return index > 0 && Character.isHighSurrogate(text.charAt(index - 1)) ? 0 : 1;
        }
        return 3;
    }
}
