package io.github.dingtalkcamel.component.secrets;
import java.util.ArrayList;
import java.util.List;

/**
 * A text as another program would read it, and the position of each of its characters in the original. Escapes may be mixed in any way
 * ({@code \/} beside {@code =}), so they are undone in the text rather than made in what is looked for.
 */
final class DecodedText {

    private static final int MOST_LAYERS = 2;

    private final StringBuilder text;
    private final int[] from;
    private final int[] to;

    private DecodedText(int length) {
        text = new StringBuilder(length);
        from = new int[length];
        to = new int[length];
    }

    /** The text itself, and what comes out where up to two layers of JSON escapes and URL encoding are undone. */
    static List<DecodedText> viewsOf(String original) {
        DecodedText itself = new DecodedText(original.length());
        for (int i = 0; i < original.length(); i++) {
            itself.add(original.charAt(i), i, i + 1);
        }
        List<DecodedText> views = new ArrayList<>(List.of(itself));
        addDecoded(itself, MOST_LAYERS, views);
        return views;
    }

    private static void addDecoded(DecodedText view, int layers, List<DecodedText> views) {
        for (char escape : new char[] { '\\', '%' }) {
            if (layers > 0 && view.text.indexOf(String.valueOf(escape)) >= 0) {
                DecodedText decoded = escape == '%' ? view.urlDecoded() : view.jsonUnescaped();
                views.add(decoded);
                addDecoded(decoded, layers - 1, views);
            }
        }
    }

    private void add(char c, int start, int end) {
        from[text.length()] = start;
        to[text.length()] = end;
        text.append(c);
    }

    String text() {
        return text.toString();
    }

    /** Where a character begins in the original. */
    int from(int index) {
        return from[index];
    }

    /** Where it ends there. */
    int to(int index) {
        return to[index];
    }

    private DecodedText jsonUnescaped() {
        DecodedText decoded = new DecodedText(text.length());
        for (int at = 0; at < text.length();) {
            char c = text.charAt(at);
            int end = at + 1;
            if (c == '\\' && end < text.length()) {
                int unicode = text.charAt(end) == 'u' ? hex(end + 1, 4) : -1;
                c = unicode >= 0 ? (char) unicode : unescaped(text.charAt(end));
                end += unicode >= 0 ? 5 : 1;
            }
            decoded.add(c, from[at], to[end - 1]);
            at = end;
        }
        return decoded;
    }

    private static char unescaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> c;
        };
    }

    private DecodedText urlDecoded() {
        DecodedText decoded = new DecodedText(text.length());
        for (int at = 0; at < text.length();) {
            int first = text.charAt(at) == '%' ? hex(at + 1, 2) : -1;
            if (first < 0) {
                decoded.add(text.charAt(at), from[at], to[at]);
                at++;
                continue;
            }
            int bytes = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
            int codePoint = bytes == 1 ? first : first & 0xff >> bytes + 1;
            int end = at + 3;
            for (int i = 1; i < bytes; i++) {
                int next = end < text.length() && text.charAt(end) == '%' ? hex(end + 1, 2) : -1;
                if (next < 0 || (next & 0xc0) != 0x80) {
                    // no UTF-8: the byte as it is
                    codePoint = first;
                    end = at + 3;
                    break;
                }
                codePoint = codePoint << 6 | next & 0x3f;
                end += 3;
            }
            for (char c : Character.toChars(Character.isValidCodePoint(codePoint) ? codePoint : first)) {
                decoded.add(c, from[at], to[end - 1]);
            }
            at = end;
        }
        return decoded;
    }

    /** The number in so many hexadecimal digits from there on; -1 where they are none. */
    private int hex(int start, int digits) {
        if (start + digits > text.length()) {
            return -1;
        }
        int number = 0;
        for (int i = start; i < start + digits; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            number = number << 4 | digit;
        }
        return number;
    }
}
