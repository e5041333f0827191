package io.github.dingtalkcamel.settings;

/** What came from outside, made fit for one line of a log: cut, and with its invisible characters spelt out. */
final class LogSafe {

    private static final int LENGTH = 80;

    private LogSafe() {
    }

    /** A value, in quotation marks. */
    static String value(String text) {
        return '"' + name(text.strip()) + '"';
    }

    /** A name. */
    static String name(String text) {
        StringBuilder shown = new StringBuilder();
        int end = Math.min(text.length(), LENGTH);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        text.substring(0, end).codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                    shown.append(Character.isBmpCodePoint(c) ? String.format("\\u%04x", c) : String.format("\\x{%x}", c));
                default -> shown.appendCodePoint(c);
            }
        });
        return end < text.length() ? shown.append('…').toString() : shown.toString();
    }
}
