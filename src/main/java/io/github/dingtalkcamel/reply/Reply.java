package io.github.dingtalkcamel.reply;

import java.util.List;

/**
 * A reply on its way out.
 *
 * @param chunks what to send, in order
 * @param sent   how many of them DingTalk has taken
 * @param kind   {@code answer}, or {@code notice} for a text of the bot's own
 */
public record Reply(List<String> chunks, int sent, String kind) {

    /** Exchange property that holds the reply. */
    public static final String PROPERTY = "CamelDingTalkReply";

    /** Kind of what an agent said. */
    public static final String ANSWER = "answer";

    public Reply {
        chunks = List.copyOf(chunks);
    }

    /** True while there are chunks to send. */
    public boolean isUnfinished() {
        return sent < chunks.size();
    }

    /** The chunk to send now. */
    public String next() {
        return chunks.get(sent);
    }

    /** True for a reply whose progress is worth keeping. */
    public boolean isLong() {
        return chunks.size() > 1;
    }

    /** True for a text of the bot's own. */
    public boolean isNotice() {
        return kind.equals("notice");
    }

    Reply advanced() {
        return new Reply(chunks, sent + 1, kind);
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return "Reply[" + kind + ", " + sent + " of " + chunks.size() + "]";
    }
}
