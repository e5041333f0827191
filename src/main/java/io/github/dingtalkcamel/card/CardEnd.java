package io.github.dingtalkcamel.card;

/**
 * How a card ends.
 *
 * @param text   what it shows from then on, never blank
 * @param failed whether it shows that the reply failed
 */
public record CardEnd(String text, boolean failed) {

    /** Without what it says. */
    @Override
    public String toString() {
        return "CardEnd[" + text.length() + " characters" + (failed ? ", failed]" : "]");
    }
}
