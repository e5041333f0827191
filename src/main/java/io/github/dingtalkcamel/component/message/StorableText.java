package io.github.dingtalkcamel.component.message;

import io.github.dingtalkcamel.component.text.Truncation;

/** Text from outside in a form that every database takes and every reader can be shown. */
public final class StorableText {

    private StorableText() {
    }

    /** U+0000 and halves of surrogate pairs, which databases refuse or cut at, become U+FFFD. */
    public static String of(String text) {
        int bad = firstUnstorable(text, 0);
        if (bad < 0) {
            return text;
        }
        StringBuilder storable = new StringBuilder(text);
        for (; bad >= 0; bad = firstUnstorable(text, bad + 1)) {
            storable.setCharAt(bad, '\uFFFD');
        }
        return storable.toString();
    }

    /** The same in one line and cut, never within a surrogate pair: for names and titles, which are shown and logged. */
    static String label(String text, int maxLength) {
        StringBuilder line = new StringBuilder(of(Truncation.of(text, maxLength)));
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                line.setCharAt(i, ' ');
            }
        }
        return Blanks.trim(line.toString());
    }

    private static int firstUnstorable(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                return i;
            }
            if (Character.isHighSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
