package io.github.dingtalkcamel.component.text;

import java.nio.charset.StandardCharsets;

/** Text that every Unicode encoding can carry. */
public final class Encodable {

    private Encodable() {
    }

    /** Halves of surrogate pairs become question marks; null stays null. */
    public static String of(String text) {
        return text == null || !hasSurrogates(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }
}
