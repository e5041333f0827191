package io.github.dingtalkcamel.component.text;

import java.util.function.IntFunction;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;

/**
 * Text from outside in a form fit for logs, errors and health: one short line without invisible characters, and without the secrets that it
 * may quote.
 */
public final class LogSafe {

    private static final int LENGTH = 120;
    private static final int NAME_LENGTH = 80;

    private LogSafe() {
    }

    /** Words of the other side: at most {@value #LENGTH} characters, with blanks in place of invisible ones. */
    public static String of(String words) {
        return of(words, LENGTH);
    }

    /** The same, with at most so many characters. */
    public static String of(String words, int length) {
        return visible(KnownSecrets.clean(words), length, c -> " ").strip();
    }

    /**
     * A name that an operator must be able to recognise: at most {@value #NAME_LENGTH} characters, of which invisible ones are spelt out.
     */
    public static String name(String name) {
        return visible(KnownSecrets.clean(name), NAME_LENGTH,
                c -> Character.isBmpCodePoint(c) ? String.format("\\u%04x", c) : String.format("\\x{%x}", c));
    }

    /** A value, like a name, in quotation marks. */
    public static String value(String value) {
        return '"' + name(value.strip()) + '"';
    }

    private static String visible(String text, int length, IntFunction<String> instead) {
        StringBuilder shown = new StringBuilder();
        Truncation.marked(text, length).codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                    shown.append(instead.apply(c));
                default -> shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
