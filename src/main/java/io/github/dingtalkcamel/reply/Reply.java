package io.github.dingtalkcamel.reply;

import java.util.List;

import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.turn.ReplyFile;
import io.github.dingtalkcamel.turn.SentChunk;

/**
 * A reply that is being sent, with its progress. Its chunks are sent by exchanges of their own, one after the other, which share it: so
 * what the one before has sent is known to the next one, and to the dead letter of the turn.
 */
public final class Reply {

    /** Exchange property that holds the reply. */
    public static final String PROPERTY = "CamelDingTalkReply";

    /** Kind of what an agent said. */
    public static final String ANSWER = "answer";
    /** Kind of a text of the bot's own. */
    public static final String NOTICE = "notice";

    /** Kind of a line about a file that could not be sent. */
    static final String FILE = "file";

    private final List<String> chunks;
    private final String kind;
    private final List<Mentions> mentions;
    private final List<ReplyFile> files;
    private int sent;
    private int stored;
    private SentChunk last;

    /**
     * @param chunks   what to send, in order
     * @param sent     how many of them, and then of the files, DingTalk has taken
     * @param stored   how many of them the store says were taken; negative where the reply is not stored
     * @param kind     {@value #ANSWER} or {@value #NOTICE}
     * @param mentions mentions of each chunk beside the asker; may be empty
     * @param files    what to send after them, in order
     */
    public Reply(List<String> chunks, int sent, int stored, String kind, List<Mentions> mentions, List<ReplyFile> files) {
        this.files = List.copyOf(files);
        this.chunks = List.copyOf(chunks);
        this.sent = sent;
        this.stored = stored;
        this.kind = kind;
        this.mentions = List.copyOf(mentions);
    }

    /** A reply without files. */
    public Reply(List<String> chunks, int sent, int stored, String kind, List<Mentions> mentions) {
        this(chunks, sent, stored, kind, mentions, List.of());
    }

    public List<String> chunks() {
        return chunks;
    }

    public String kind() {
        return kind;
    }

    public List<Mentions> mentions() {
        return mentions;
    }

    public List<ReplyFile> files() {
        return files;
    }

    /** How many chunks and files it has. */
    int parts() {
        return chunks.size() + files.size();
    }

    /** Whom a chunk mentions, beside the asker. */
    Mentions mentions(int chunk) {
        return chunk < mentions.size() ? mentions.get(chunk) : Mentions.NONE;
    }

    /** How many chunks, and then files, DingTalk has taken. */
    public synchronized int sent() {
        return sent;
    }

    /** DingTalk took that chunk or file, the first is 0. Nothing where that is known. */
    synchronized void sent(int chunk) {
        sent = Math.max(sent, chunk + 1);
    }

    /** Whether its progress is in the store. */
    synchronized boolean isStored() {
        return stored >= 0;
    }

    /** Whether the store knows that this chunk was taken. */
    synchronized boolean isStored(int chunk) {
        return chunk < stored;
    }

    /** So many chunks were taken, according to the store. */
    synchronized void stored(int count) {
        stored = count;
    }

    /** The chunk to be recorded with the end of the turn, since the reply is not stored; null for none. */
    synchronized SentChunk last() {
        return last;
    }

    synchronized void last(SentChunk chunk) {
        last = chunk;
    }

    /** True for a text of the bot's own. */
    public boolean isNotice() {
        return kind.equals(NOTICE);
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return "Reply[" + kind + ", " + sent() + " of " + parts() + "]";
    }
}
