package io.github.dingtalkcamel.conversation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One turn of a session's history: what a user wrote, and what the agent answered.
 *
 * @param messageId  the message's row; later turns have larger ones
 * @param senderId   staff id of the sender, null for senders without one
 * @param senderNick the name shown, or null
 * @param reply      null where the agent chose to say nothing
 * @param bytes      how much of the bound it takes: UTF-8 bytes of both texts
 */
record HistoryEntry(long messageId, Instant saidAt, String said, String senderId, String senderNick, Instant repliedAt, String reply,
        long bytes) {

    HistoryEntry(long messageId, Instant saidAt, String said, String senderId, String senderNick, Instant repliedAt, String reply) {
        this(messageId, saidAt, said, senderId, senderNick, repliedAt, reply, length(said) + (reply == null ? 0 : length(reply)));
    }

    /** How much of the bound these take. */
    static long bytes(List<HistoryEntry> entries) {
        long bytes = 0;
        for (HistoryEntry each : entries) {
            bytes += each.bytes;
        }
        return bytes;
    }

    private static long length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** As agents see it: maps of strings, so that every language of Camel and every JSON library can read them. */
    Map<String, Object> userEntry() {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("role", "user");
        user.put("text", said);
        user.put("at", saidAt.toString());
        if (senderId != null) {
            user.put("senderId", senderId);
        }
        if (senderNick != null) {
            user.put("senderNick", senderNick);
        }
        return Map.copyOf(user);
    }

    /** The reply likewise; null where there was none. */
    Map<String, Object> assistantEntry() {
        return reply == null ? null : Map.of("role", "assistant", "text", reply, "at", repliedAt.toString());
    }

    /** Without the texts. */
    @Override
    public String toString() {
        return "Said[" + messageId + "]";
    }
}
