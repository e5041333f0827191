package io.github.dingtalkcamel.component.model;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.http.BoundedInputStream;
import io.github.dingtalkcamel.component.json.Json;

/**
 * The answer of a server that does not stream: one JSON object, although a stream was asked for. It becomes the stream that it could have
 * been, with one piece and the end mark. Its first letter tells it from a stream, since servers send either with any Content-Type, and no
 * line of a stream of events begins with a brace.
 */
final class WholeAnswer {

    /** Far more than 1 MiB of reply takes in JSON. */
    private static final int MAX_BYTES = 4 << 20;
    /** Blank lines and a byte order mark before the first letter. */
    private static final int MAX_BLANKS = 1_024;

    private WholeAnswer() {
    }

    /**
     * The answer as a stream of events; what is one already is passed on. Waits for the first letter, and for the end of JSON.
     *
     * @throws IOException where JSON is broken or too large
     */
    static InputStream asEvents(InputStream answer) throws IOException {
        InputStream in = new BufferedInputStream(answer);
        if (!beginsWithBrace(in)) {
            return in;
        }
        byte[] bytes = new BoundedInputStream(in, MAX_BYTES,
                () -> new IOException("the model's answer has more bytes than any reply needs"))
                .readAllBytes();
        ObjectNode chunk = chunk(bytes);
        return new ByteArrayInputStream(("data: " + Json.MAPPER.writeValueAsString(chunk) + "\n\ndata: " + StreamListener.DONE + "\n\n")
                .getBytes(StandardCharsets.UTF_8));
    }

    private static boolean beginsWithBrace(InputStream in) throws IOException {
        in.mark(MAX_BLANKS);
        int read = in.read();
        for (int blanks = 1; blanks < MAX_BLANKS && isBlank(read); blanks++) {
            read = in.read();
        }
        in.reset();
        return read == '{';
    }

    private static boolean isBlank(int read) {
        return read == ' ' || read == '\t' || read == '\n' || read == '\r' || read == 0xEF || read == 0xBB || read == 0xBF;
    }

    private static ObjectNode chunk(byte[] bytes) throws IOException {
        JsonNode answer;
        try {
            answer = Json.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(bytes);
        } catch (JsonProcessingException e) {
            // its message could repeat the answer
            throw new IOException("it is JSON that is broken or cut off, at line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr());
        }
        for (JsonNode choice : answer.path("choices")) {
            if (choice instanceof ObjectNode object && object.remove("message") instanceof ObjectNode message) {
                number(message.path("tool_calls"));
                object.set("delta", message);
            }
        }
        return (ObjectNode) answer;
    }

    /** In a stream each call of a tool has its index, by which its pieces belong together. */
    private static void number(JsonNode calls) {
        if (calls instanceof ArrayNode array) {
            for (int at = 0; at < array.size(); at++) {
                if (array.get(at) instanceof ObjectNode call) {
                    call.put("index", at);
                }
            }
        }
    }
}
