package io.github.dingtalkcamel.tool;
import java.util.List;

/**
 * An argument that a tool takes: what calls are checked by, and what OpenAPI says of it.
 *
 * @param name        as it is written
 * @param kind        what its value may be
 * @param description for callers
 * @param required    whether the tool does nothing without it
 * @param words       the possible values, of {@link Kind#WORD}; else empty
 * @param least       least value of a number
 * @param most        greatest value of a number, most characters of a text
 * @param usual       the value where it is left out, or null
 * @param schema      name of the OpenAPI schema of an object, or null for an object with any fields
 */
record Argument(String name, Kind kind, String description, boolean required, List<String> words, int least, int most, Object usual,
        String schema) {

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

    private Argument(String name, Kind kind, String description, List<String> words, int least, int most) {
        this(name, kind, description, false, words, least, most, null, null);
    }

    static Argument text(String name, String description) {
        return text(name, LONGEST_TEXT, description);
    }

    static Argument text(String name, int most, String description) {
        return new Argument(name, Kind.TEXT, description, List.of(), 0, most);
    }

    static Argument texts(String name, String description) {
        return new Argument(name, Kind.TEXTS, description, List.of(), 0, 512);
    }

    static Argument number(String name, int least, int most, String description) {
        return new Argument(name, Kind.NUMBER, description, List.of(), least, most);
    }

    static Argument word(String name, List<String> words, String description) {
        return new Argument(name, Kind.WORD, description, words, 0, 0);
    }

    static Argument object(String name, String description) {
        return new Argument(name, Kind.OBJECT, description, List.of(), 0, 0);
    }

    static Argument state(String description) {
        return new Argument("state", Kind.STATE, description, List.of(), 0, 0);
    }

    /** The same, required. */
    Argument needed() {
        return new Argument(name, kind, description, true, words, least, most, usual, schema);
    }

    /** The same, with a value where it is left out. */
    Argument usually(Object value) {
        return new Argument(name, kind, description, required, words, least, most, value, schema);
    }

    /** The same object, with the fields of a schema of OpenAPI. */
    Argument shaped(String schemaName) {
        return new Argument(name, kind, description, required, words, least, most, usual, schemaName);
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
