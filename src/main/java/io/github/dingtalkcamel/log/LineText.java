package io.github.dingtalkcamel.log;

/**
 * Text within one line of a log. What could end the line, steer a terminal or turn the order of what is read is spelt out as {@code
 * \\u000a}: control characters but the tab, separators of lines and paragraphs, controls of writing direction, invisible marks and tags,
 * and halves of surrogate pairs. Joiners, which emoji and several scripts need, stay.
 */
final class LineText {

    private LineText() {
    }

    static void append(CharSequence text, StringBuilder line) {
        for (int i = 0; i < text.length();) {
            int c = Character.codePointAt(text, i);
            i += Character.charCount(c);
            if (!isUnsafe(c)) {
                line.appendCodePoint(c);
            } else if (Character.isBmpCodePoint(c)) {
                line.append(String.format("\\u%04x", c));
            } else {
                line.append(String.format("\\x{%x}", c));
            }
        }
    }

    static boolean isUnsafe(int c) {
        if (c < 0x20 || c >= 0x7f && c < 0xa0) {
            return c != '\t';
        }
        return c >= 0x61c && (c == 0x61c || c == 0x180e || c >= 0x200b && c <= 0x200f && c != 0x200c && c != 0x200d
                || c >= 0x2028 && c <= 0x202e
                || c >= 0x2060 && c <= 0x206f || c >= 0xd800 && c <= 0xdfff || c == 0xfeff || c >= 0xfff9 && c <= 0xfffb
                || c >= 0xe0000 && c <= 0xe007f);
    }
}
