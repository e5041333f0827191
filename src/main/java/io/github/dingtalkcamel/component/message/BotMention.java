package io.github.dingtalkcamel.component.message;

/**
 * Tells the robot's own mention at the head of a text from everything else that begins with {@code @}.
 *
 * <p>DingTalk sends no robot's name. It normally takes the mention out of plain text and leaves one space (docs/protocol.md 3.2), but not
 * out of rich text, and not always elsewhere. So the mention is found by counting: where a text holds more mentions than other people were
 * mentioned, one of them is the robot's. A mention before a command counts most readily, since only the robot takes commands. When unsure
 * the text stays as it is: an {@code @} too many is better than a lost word.
 *
 * @param direct    whether this is a DM
 * @param mentioned whether DingTalk says that the robot was mentioned
 * @param robotId   the robot's id in {@code atUsers}, or null
 * @param others    how many others were mentioned
 * @param first     whether the robot is the first of those mentioned, or the only one
 */
record BotMention(boolean direct, boolean mentioned, String robotId, int others, boolean first) {

    private static final int MAX_NAME_LENGTH = 64;
    /** Ends a mention in the middle of a line where the name itself has spaces; users do not type it. */
    private static final char MENTION_END = '\u2005';
    private static final String PUNCTUATION = ",;:!?，；：！？。、";

    /** Whether a mention that carries an id is the robot's. */
    boolean isRobot(String id) {
        return id != null && id.equals(robotId);
    }

    /** The text without the robot's mention at its head. */
    String takenOff(String text) {
        return takenOff(text, mentionsIn(text), text.startsWith(" "), false);
    }

    /**
     * The same for one part of a rich text.
     *
     * @param mentions  how many mentions the whole text holds
     * @param separated whether this part is followed by another text, so that it may be a mention of its own, spaces included
     */
    String takenOffPart(String part, int mentions, boolean separated) {
        return takenOff(part, mentions, false, separated);
    }

    private String takenOff(String text, int mentions, boolean alreadyTakenOff, boolean separated) {
        int start = Blanks.skip(text, 0);
        int end = nameEnd(text, start);
        if (end - start < 2 || end - start > MAX_NAME_LENGTH) {
            return text;
        }
        int rest = Blanks.skip(text, end);
        boolean command = rest > end && rest < text.length() && text.charAt(rest) == '/';
        if (!isOwn(mentions, command, alreadyTakenOff)) {
            return text;
        }
        boolean whole = separated && !command && text.length() - start <= MAX_NAME_LENGTH && text.indexOf('\n') < 0;
        return whole ? "" : text.substring(end);
    }

    private boolean isOwn(int mentions, boolean command, boolean alreadyTakenOff) {
        if (direct && !mentioned) {
            // only the robot can be mentioned in a DM, but plenty of other words begin with @
            return command;
        }
        if (!mentioned || mentions <= others) {
            return false;
        }
        return command || !alreadyTakenOff && (others == 0 || first);
    }

    /** The end of the name that begins with the @ at start; start itself where there is none. */
    private static int nameEnd(String text, int start) {
        if (start == text.length() || text.charAt(start) != '@') {
            return start;
        }
        int marked = text.indexOf(MENTION_END, start);
        if (marked > 0 && marked - start <= MAX_NAME_LENGTH && isName(text.substring(start + 1, marked))) {
            return marked;
        }
        int end = start + 1;
        while (end < text.length() && !Blanks.isBlank(text.charAt(end)) && PUNCTUATION.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static boolean isName(String text) {
        return text.indexOf('@') < 0 && text.indexOf('\n') < 0 && text.indexOf('/') < 0;
    }

    /** Words that begin with @; an e-mail address has its @ within. */
    static int mentionsIn(String text) {
        int mentions = 0;
        for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
            boolean begins = at == 0 || Blanks.isBlank(text.charAt(at - 1));
            boolean named = at + 1 < text.length() && !Blanks.isBlank(text.charAt(at + 1));
            if (begins && named) {
                mentions++;
            }
        }
        return mentions;
    }
}
