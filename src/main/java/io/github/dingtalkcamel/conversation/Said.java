package io.github.dingtalkcamel.conversation;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One turn of a session's history: what somebody said, and what the agent answered.
 *
 * @param messageId the message's row; later turns have larger ones
 * @param reply     null where the agent chose to say nothing
 * @param bytes     how much of the bound it takes: UTF-8 bytes of both texts
 */
record Said(long messageId, Instant saidAt, String said, Instant repliedAt, String reply, long bytes) {

    Said(long messageId, Instant saidAt, String said, Instant repliedAt, String reply) {
        this(messageId, saidAt, said, repliedAt, reply, length(said) + (reply == null ? 0 : length(reply)));
    }

    private static long length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** As agents see it (contract 5): maps of strings, so that every language of Camel and every JSON library can read them. */
    List<Map<String, Object>> entries() {
        Map<String, Object> user = Map.of("role", "user", "text", said, "at", saidAt.toString());
        return reply == null ? List.of(user) : List.of(user, Map.of("role", "assistant", "text", reply, "at", repliedAt.toString()));
    }

    /** Without the texts. */
    @Override
    public String toString() {
        return "Said[" + messageId + "]";
    }
}
