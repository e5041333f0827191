package io.github.dingtalkcamel.turns;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.dingtalkcamel.inbound.InboundMessage;

/**
 * One stored message on its way to an answer.
 *
 * @param id       its row in the store; rows are in order of arrival
 * @param message  what was said
 * @param slot     its place among the waiting turns
 * @param progress the reply that a crash interrupted, or null
 */
public record Turn(long id, InboundMessage message, KeyedQueue.Slot slot, Progress progress) {

    /** Exchange property that holds the turn. */
    public static final String PROPERTY = "CamelDingTalkTurn";

    /** What a person can name when asking what became of it. */
    public String reference() {
        return message.integration() + "-" + id;
    }

    /** True when a reply was being sent already: the agent is not asked again. */
    public boolean isReplying() {
        return progress != null;
    }

    /** Turns with the same key run one after the other. */
    public static String key(InboundMessage message) {
        return message.integration() + '\n' + message.conversationId();
    }

    /** Chunks of a reply, and how many of them went out. */
    public record Progress(List<String> chunks, int sent) {

        /** A reply of which only what is left is known. Its chunks keep their numbers, by which DingTalk knows them (protocol 6.1). */
        static Progress left(int sent, List<String> left) {
            List<String> chunks = new ArrayList<>(Collections.nCopies(sent, ""));
            chunks.addAll(left);
            return new Progress(List.copyOf(chunks), sent);
        }

        /** What did not go out. */
        List<String> left() {
            return chunks.subList(sent, chunks.size());
        }
    }
}
