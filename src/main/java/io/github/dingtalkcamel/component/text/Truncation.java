package io.github.dingtalkcamel.component.text;

/** Shortens texts without leaving half of a surrogate pair. */
public final class Truncation {

    private Truncation() {
    }

    /**
     * The beginning of a text: at most so many characters (UTF-16 units), one less where the last one would be the first half of a pair.
     */
    public static String of(String text, int maxLength) {
        if (text.length() <= maxLength) {
            return text;
        }
        return text.substring(0, maxLength > 0 && Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength);
    }

    /** The same, with {@code …} behind a text that was shortened. */
    public static String marked(String text, int maxLength) {
        String beginning = of(text, maxLength);
        return beginning.length() < text.length() ? beginning + "…" : beginning;
    }
}
