package io.github.dingtalkcamel.turn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.tracing.Traced;

/**
 * One stored message on its way to an answer.
 *
 * @param id           its row in the store; rows are in order of arrival
 * @param kind         how it is answered
 * @param message      the message to answer
 * @param slot         its place in the queue
 * @param progress     the reply that a crash interrupted, or null
 * @param cancellation how to stop it
 * @param traceparent  the span that it was stored in, or null
 * @param lease        the right of this node to answer it
 * @param early        where its message was stored as running, else null
 */
public record Turn(long id, Kind kind, InboundMessage message, KeyedQueue.Slot slot, Progress progress, Cancellation cancellation,
        String traceparent, Lease lease, EarlyStart early) implements Traced {

    /** Exchange property that holds the turn. */
    public static final String PROPERTY = Traced.PROPERTY;

    /** What a turn holds in memory beside its message: its exchange, ids, and what the route notes. An estimate. */
    static final long LEAST_BYTES = 3 << 10;

    /** How a stored message is answered. */
    public enum Kind {
        /** An agent answers it. */
        TURN,
        /** A chat command, which the bot runs and answers. No agent sees it. */
        COMMAND,
        /** The access policy denies its sender, who gets a refusal. No agent sees it. */
        REFUSAL;

        /** As the store spells it. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    /** A turn whose start is still to be written. */
    public Turn(long id, Kind kind, InboundMessage message, KeyedQueue.Slot slot, Progress progress, Cancellation cancellation,
            String traceparent, Lease lease) {
        this(id, kind, message, slot, progress, cancellation, traceparent, lease, null);
    }

    /** A turn that is part of no trace, of a process that has its store for itself. */
    public Turn(long id, Kind kind, InboundMessage message, KeyedQueue.Slot slot, Progress progress, Cancellation cancellation) {
        this(id, kind, message, slot, progress, cancellation, null, Lease.ALONE);
    }

    /** A turn of an agent that is not stopped. */
    public Turn(long id, InboundMessage message, KeyedQueue.Slot slot, Progress progress) {
        this(id, Kind.TURN, message, slot, progress, new Cancellation());
    }

    /**
     * Says whether it ends soon: then a message that is stored from now on may count on starting right behind it. It does when at most
     * the last part of its reply is left to send, said before that is sent: the user's next message may be here before DingTalk's answer.
     *
     * @return whether it does not, and a message of its conversation may have counted on it
     */
    public boolean ends(boolean soon) {
        return slot != null && slot.ends(soon);
    }

    /** False where another node answers it, or this one after others that it has to read first: it is stored, and not queued here now. */
    public boolean isHere() {
        return lease.isHere();
    }

    /** True once another node may answer it: nothing more of it is sent or written by this one. */
    public boolean isLost() {
        return !lease.isValid();
    }

    /** The reference by which users and operators name the turn. */
    @Override
    public String reference() {
        return message.integration() + "-" + id;
    }

    /** True when a restart interrupted its reply: the rest is sent, and the agent is not asked again. */
    public boolean isReplying() {
        return progress != null;
    }

    /** True for a chat command. */
    public boolean isCommand() {
        return kind == Kind.COMMAND;
    }

    /** True for a command or a refusal, which the bot answers itself. */
    public boolean isForBot() {
        return kind != Kind.TURN;
    }

    /** True for a message whose sender gets the refusal that they may not talk to the bot. */
    public boolean isRefusal() {
        return kind == Kind.REFUSAL;
    }

    /** True once a user sent {@code /stop}, or another node may answer it: nothing more of it is sent. */
    public boolean isStopped() {
        return cancellation.isStopped() || isLost();
    }

    /** What the turn of a message holds in memory, by estimate: two bytes a character, so that every script is counted. */
    public static long bytes(String payload) {
        return LEAST_BYTES + 2L * payload.length();
    }

    /** The key of a conversation: turns with the same key run one after the other. */
    public static String key(InboundMessage message) {
        return message.integration() + '\n' + message.conversationId();
    }

    /**
     * The chunks and the files of a reply, and how many of them were sent: the chunks first.
     *
     * @param mentions whom each chunk mentions; may be empty where none does
     */
    public record Progress(List<String> chunks, int sent, List<Mentions> mentions, List<ReplyFile> files) {

        /** A reply without files. */
        public Progress(List<String> chunks, int sent, List<Mentions> mentions) {
            this(chunks, sent, mentions, List.of());
        }

        /** A reply without mentions. */
        public Progress(List<String> chunks, int sent) {
            this(chunks, sent, List.of());
        }

        /**
         * A reply of which only what is left is known. Its chunks keep their numbers, by which DingTalk knows them (docs/protocol.md 6.1).
         */
        static Progress left(int sent, List<String> left, List<Mentions> mentionsLeft, List<ReplyFile> filesLeft) {
            List<String> chunks = new ArrayList<>(Collections.nCopies(sent, ""));
            chunks.addAll(left);
            List<Mentions> mentions = new ArrayList<>();
            if (!mentionsLeft.isEmpty()) {
                mentions.addAll(Collections.nCopies(sent, Mentions.NONE));
                mentions.addAll(mentionsLeft);
            }
            return new Progress(List.copyOf(chunks), sent, List.copyOf(mentions), filesLeft);
        }

        /** The chunks that were not sent. */
        List<String> left() {
            return sent < chunks.size() ? chunks.subList(sent, chunks.size()) : List.of();
        }

        /** The files that were not sent. */
        List<ReplyFile> filesLeft() {
            return files.subList(Math.max(0, sent - chunks.size()), files.size());
        }

        /** Whom those mention. */
        List<Mentions> mentionsLeft() {
            return mentions.size() <= sent ? List.of() : mentions.subList(sent, mentions.size());
        }
    }
}
