package io.github.dingtalkcamel.reply;

/**
 * A text of the bot's own that is sent in place of an agent's reply. The type tells the two apart: an agent's reply is always a {@code
 * String}, so no agent can make its reply a notice.
 */
public record Notice(String text) {

    /** Without the text. */
    @Override
    public String toString() {
        return "Notice[" + text.length() + " characters]";
    }
}
