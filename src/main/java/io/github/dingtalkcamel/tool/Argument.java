package io.github.dingtalkcamel.tool;
import java.util.List;

/**
 * An argument that a tool takes.
 *
 * @param name     as it is written
 * @param kind     what its value may be
 * @param required whether the tool does nothing without it
 * @param words    the values there are, of {@link Kind#WORD}; else empty
 * @param least    least value of a number
 * @param most     greatest value of a number, most characters of a text
 */
record Argument(String name, Kind kind, boolean required, List<String> words, int least, int most) {

    /** What a value may be. */
    enum Kind {
        /** a text that is not blank */
        TEXT,
        /** one text or a list of them */
        TEXTS,
        /** a whole number */
        NUMBER,
        /** one of some words */
        WORD,
        /** an object, or a text that holds one as JSON */
        OBJECT,
        /** an object and nothing else */
        STATE
    }

    private static final int LONGEST_TEXT = 200_000;

    static Argument text(String name) {
        return text(name, LONGEST_TEXT);
    }

    static Argument text(String name, int most) {
        return new Argument(name, Kind.TEXT, false, List.of(), 0, most);
    }

    static Argument texts(String name) {
        return new Argument(name, Kind.TEXTS, false, List.of(), 0, 512);
    }

    static Argument number(String name, int least, int most) {
        return new Argument(name, Kind.NUMBER, false, List.of(), least, most);
    }

    static Argument word(String name, List<String> words) {
        return new Argument(name, Kind.WORD, false, words, 0, 0);
    }

    static Argument object(String name) {
        return new Argument(name, Kind.OBJECT, false, List.of(), 0, 0);
    }

    static Argument state() {
        return new Argument("state", Kind.STATE, false, List.of(), 0, 0);
    }

    Argument needed() {
        return new Argument(name, kind, true, words, least, most);
    }

    /** What it may be, in words. */
    String mayBe() {
        return switch (kind) {
            case TEXT -> "a text of 1 to " + most + " characters";
            case TEXTS -> "a text or a list of texts, each of 1 to " + most + " characters";
            case NUMBER -> "a whole number from " + least + " to " + most;
            case WORD -> "one of " + String.join(", ", words);
            case OBJECT -> "an object, or a text that holds one as JSON";
            case STATE -> "an object";
        };
    }
}
