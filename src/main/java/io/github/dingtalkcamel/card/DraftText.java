package io.github.dingtalkcamel.card;

/** What a card shows of a reply that forms: as much as a card holds, and under it what the agent does, if that is known. */
final class DraftText {

    private static final int WORDS = 200;

    private DraftText() {
    }

    /** @param activity empty for none */
    static String of(String text, String activity) {
        String tail = activity.isEmpty() ? "" : (text.isEmpty() ? "" : "\n\n") + "*" + activity + "*";
        int room = StreamingCard.MOST_CHARACTERS - tail.length();
        if (text.length() <= room) {
            return text + tail;
        }
        int cut = Character.isHighSurrogate(text.charAt(room - 2)) ? room - 2 : room - 1;
        return text.substring(0, cut) + "…" + tail;
    }

    /** Words in one line, and no more than fit into it. */
    static String words(String said) {
        String line = said == null ? "" : said.strip().replaceAll("\\s+", " ");
        return line.length() <= WORDS ? line : line.substring(0, WORDS);
    }
}
