package io.github.dingtalkcamel.reply;
import java.util.List;

import io.github.dingtalkcamel.component.api.Mentions;

/**
 * A reply on its way out.
 *
 * @param chunks what to send, in order
 * @param sent   how many of them DingTalk has taken
 * @param kind   {@code answer}, or {@code notice} for a text of the bot's own
 * @param mentions whom each chunk mentions, beside the asker; may be empty where none does
 */
public record Reply(List<String> chunks, int sent, String kind, List<Mentions> mentions) {

    /** Exchange property that holds the reply. */
    public static final String PROPERTY = "CamelDingTalkReply";

    /** Kind of what an agent said. */
    public static final String ANSWER = "answer";

    public Reply {
        chunks = List.copyOf(chunks);
        mentions = List.copyOf(mentions);
    }

    /** A reply that mentions no one beside the asker. */
    public Reply(List<String> chunks, int sent, String kind) {
        this(chunks, sent, kind, List.of());
    }

    /** True while there are chunks to send. */
    public boolean isUnfinished() {
        return sent < chunks.size();
    }

    /** The chunk to send now. */
    public String next() {
        return chunks.get(sent);
    }

    /** Whom that mentions, beside the asker. */
    public Mentions nextMentions() {
        return sent < mentions.size() ? mentions.get(sent) : Mentions.NONE;
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
        return new Reply(chunks, sent + 1, kind, mentions);
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return "Reply[" + kind + ", " + sent + " of " + chunks.size() + "]";
    }
}
