package io.github.dingtalkcamel.component.model;

import java.util.regex.Pattern;

/** What a reasoning model thinks before it answers, between {@code <think>} and {@code </think>} at the beginning of its text. */
final class Thinking {

    private static final String END = "</think>";
    private static final Pattern OPEN = Pattern.compile("^\\s*<think>", Pattern.CASE_INSENSITIVE);

    private Thinking() {
    }

    /** A text that still forms, without it; empty while it may be thinking. */
    static String withoutSoFar(String text) {
        String begun = text.stripLeading().toLowerCase(java.util.Locale.ROOT);
        return "<think>".startsWith(begun.substring(0, Math.min(begun.length(), "<think>".length()))) && !begun.contains(END) ? ""
                : without(text);
    }

    /** The text without it. Some servers leave the opening tag out; where the closing one is missing, all of the text is thinking. */
    static String without(String text) {
        String rest = text;
        while (OPEN.matcher(rest).find()) {
            int end = rest.indexOf(END);
            if (end < 0) {
                return "";
            }
            rest = rest.substring(end + END.length());
        }
        int end = rest.indexOf(END);
        if (end >= 0 && !rest.substring(0, end).contains("<think>")) {
            rest = rest.substring(end + END.length());
        }
        return rest.strip();
    }
}
