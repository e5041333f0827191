package io.github.dingtalkcamel.component.message;

/**
 * What looks like nothing at the ends of a text: white space of every width, no-break and zero-width spaces, byte order and direction
 * marks, control characters. Clients put these around mentions (docs/protocol.md 3.2), and {@code String.strip} leaves half of them.
 */
public final class Blanks {

    private Blanks() {
    }

    /** Whether a reader sees nothing there. */
    public static boolean isBlank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c)
                || c >= '\u200B' && c <= '\u200F' || c == '\u2060' || c == '\uFEFF' || c == '\u00AD' || c == '\u180E';
    }

    /** The position of the first character from there on that is not blank; the length if there is none. */
    public static int skip(String text, int from) {
        int i = from;
        while (i < text.length() && isBlank(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Without the blanks at both ends. */
    public static String trim(String text) {
        int start = skip(text, 0);
        int end = text.length();
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }
}
