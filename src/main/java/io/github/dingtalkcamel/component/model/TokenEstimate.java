package io.github.dingtalkcamel.component.model;

/**
 * How many tokens a text takes, estimated: each model counts in its own way, and none of their tables is here. Four ASCII characters, or
 * one other character, count as a token, which is rather too many than too few for the models in use.
 */
final class TokenEstimate {

    /** What a message takes beside its text. */
    private static final int OVERHEAD = 4;
    private static final int ASCII_PER_TOKEN = 4;

    private TokenEstimate() {
    }

    static int of(String text) {
        long ascii = text.codePoints().filter(character -> character < 0x80).count();
        long others = text.codePoints().count() - ascii;
        return (int) Math.min(Integer.MAX_VALUE, OVERHEAD + (ascii + ASCII_PER_TOKEN - 1) / ASCII_PER_TOKEN + others);
    }
}
