package io.github.dingtalkcamel.component.agent;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.json.Json;

/**
 * Reads server-sent events whose data are pieces of a reply: text, or {@code {"delta":"…"}}. Lines end with CR, LF or both; several data
 * lines of an event are joined by a newline. The reply is at most 1 MiB, and so is a line; all of the stream is at most
 * 32 MiB. Not safe for use by several threads.
 */
final class EventStream {

    private static final String DONE = "[DONE]";
    /** Bytes of all events together: their form takes more than the reply does. */
    private static final int MOST_OF_A_STREAM = 32 << 20;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final List<String> data = new ArrayList<>();
    private final StringBuilder reply = new StringBuilder();
    private boolean afterCarriageReturn;
    private boolean done;
    private int dataLength;
    private int read;

    /** Reads more of the stream. @return true once {@code [DONE]} was read: what follows is nothing */
    boolean read(ByteBuffer bytes) throws AgentFailedException {
        while (bytes.hasRemaining() && !done) {
            byte next = bytes.get();
            read++;
            if (read > MOST_OF_A_STREAM) {
                throw AgentAnswer.tooLarge(MOST_OF_A_STREAM);
            }
            if (next == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
                continue;
            }
            afterCarriageReturn = next == '\r';
            if (next == '\n' || next == '\r') {
                endLine();
            } else {
                line.write(next);
                if (line.size() > AgentAnswer.MOST) {
                    throw AgentAnswer.tooLarge(AgentAnswer.MOST);
                }
            }
        }
        return done;
    }

    /** How many characters the reply has so far. */
    int length() {
        return reply.length();
    }

    /** The reply as far as its events are whole. */
    String soFar() {
        return reply.toString();
    }

    /** The reply; to be asked when the stream has ended. */
    AgentAnswer end() throws AgentFailedException {
        if (!done) {
            if (line.size() > 0) {
                endLine();
            }
            endEvent();
        }
        return AgentAnswer.text(reply.toString());
    }

    private void endLine() throws AgentFailedException {
        String text = AgentAnswer.decoded(StandardCharsets.UTF_8, line.toByteArray());
        line.reset();
        if (text.isEmpty()) {
            endEvent();
        } else if (text.equals("data")) {
            add("");
        } else if (text.startsWith("data:")) {
            add(text.startsWith(" ", 5) ? text.substring(6) : text.substring(5));
        }
    }

    private void add(String piece) throws AgentFailedException {
        dataLength += piece.length() + 1;
        if (dataLength > AgentAnswer.MOST) {
            throw AgentAnswer.tooLarge(AgentAnswer.MOST);
        }
        data.add(piece);
    }

    private void endEvent() throws AgentFailedException {
        String piece = String.join("\n", data);
        data.clear();
        dataLength = 0;
        if (piece.equals(DONE)) {
            done = true;
            return;
        }
        reply.append(delta(piece));
        if (reply.length() > AgentAnswer.MOST) {
            throw AgentAnswer.tooLarge(AgentAnswer.MOST);
        }
    }

    private static String delta(String piece) {
        if (!piece.startsWith("{")) {
            return piece;
        }
        try {
            JsonNode delta = Json.MAPPER.readTree(piece).get("delta");
            return delta != null && delta.isTextual() ? delta.textValue() : piece;
        } catch (JsonProcessingException e) {
            // a text that begins with a brace
            return piece;
        }
    }
}
