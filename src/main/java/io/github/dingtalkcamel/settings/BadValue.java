package io.github.dingtalkcamel.settings;
import java.util.List;

/** A text that is no value of a setting. Says what is wrong without the text itself: whether that may be shown, the reader knows. */
final class BadValue extends Exception {

    private final String remedy;
    private final List<String> words;
    private final boolean showable;

    private BadValue(String problem, String remedy, List<String> words, boolean showable) {
        super(problem, null, false, false);
        this.remedy = remedy;
        this.words = words;
        this.showable = showable;
    }

    /** The problem, as a continuation of the value: "is not a port". */
    static BadValue of(String problem, String remedy) {
        return new BadValue(problem, remedy, List.of(), true);
    }

    /** Likewise, where the value may hold something secret although the setting as such does not. */
    static BadValue hidden(String problem, String remedy) {
        return new BadValue(problem, remedy, List.of(), false);
    }

    /** The value should have been one of these words. */
    static BadValue notOneOf(String what, List<String> words) {
        String all = String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.get(words.size() - 1);
        return new BadValue("is not " + what, "use " + all, words, true);
    }

    String remedy() {
        return remedy;
    }

    List<String> words() {
        return words;
    }

    boolean showable() {
        return showable;
    }
}
