package io.github.dingtalkcamel.conversation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * What a tool sent into a conversation, as its history has it.
 *
 * @param at           when it was sent
 * @param afterMessage row of the last message that had been received by then, in any conversation
 * @param bytes        how much of the history's bound it takes: UTF-8 bytes of the text
 */
public record Notification(String text, Instant at, long afterMessage, long bytes) {

    Notification(String text, Instant at, long afterMessage) {
        this(text, at, afterMessage, text.getBytes(StandardCharsets.UTF_8).length);
    }

    /** Whether it was sent before the turn's message came in. After a loss of old rows, numbers start anew: then the time tells. */
    boolean isBefore(HistoryEntry said) {
        return said.messageId() > afterMessage && !said.repliedAt().isBefore(at);
    }

    Map<String, Object> entry() {
        return Map.of("role", "assistant", "text", text, "at", at.toString());
    }

    /** Without the text. */
    @Override
    public String toString() {
        return "Notification[" + at + "]";
    }
}
