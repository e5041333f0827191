package io.github.dingtalkcamel.tool;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.server.HeldBodies;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.vertx.core.buffer.Buffer;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;

/**
 * Reads the JSON of a call by HTTP within the memory that calls may hold together. A long file in it stays where it came, see
 * {@link FileInBody}.
 */
public final class CallBody {

    static final int MAX_BYTES = 32 << 20;
    /** More values than any call has; a body of nothing but short ones takes many times its bytes. */
    static final long MOST_TOKENS = 500_000;
    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(Json.constraints().maxStringLength(MAX_BYTES).maxTokenCount(MOST_TOKENS).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
    /** How often a text is in memory while it is read: its bytes, what the parser collects at two bytes a character, and the text. */
    private static final int COPIES = 5;

    private final HeldBodies held;

    /** @param held the bodies of calls by HTTP */
    public CallBody(HeldBodies held) {
        this.held = held;
    }

    /**
     * Reads the object that the body of the request is.
     *
     * @param  request      its body is a {@link Buffer}
     * @param  arguments    the names that lead to the tool's arguments; none where the body is these
     * @param  takesFile    whether the call that was read, a file aside, is one of a tool that takes a file as it is
     * @throws IOException  where it is no JSON object, or one beyond the limits
     * @throws ApiException 413 where the body is too large, 503 where what calls hold leaves no room to read it
     */
    @SuppressWarnings("deprecation") // Vert.x 5 moves getByteBuf to an interface that 4 has not
    public ObjectNode read(Message request, List<String> arguments, Predicate<ObjectNode> takesFile) throws IOException, ApiException {
        Buffer body = (Buffer) request.getBody();
        if (body.length() > MAX_BYTES) {
            throw tooLarge();
        }
        // read where it is: a copy of a file's bytes is what a small heap has no room for
        ByteBuf bytes = body.getByteBuf();
        Optional<FileInBody> file = FileInBody.of(bytes, arguments.size() + 1);
        if (file.isPresent()) {
            hold(request, body.length(), file.get().base64().length());
            ObjectNode read = object(file.get().rest());
            JsonNode holder = read;
            for (String name : arguments) {
                holder = holder.path(name);
            }
            if (takesFile.test(read) && holder instanceof ObjectNode object
                    && object.path(FileInBody.ARGUMENT).isTextual() && object.path(FileInBody.ARGUMENT).textValue().isEmpty()) {
                object.set(FileInBody.ARGUMENT, file.get().base64().node());
                return read;
            }
        }
        hold(request, body.length(), 0);
        return object(new ByteBufInputStream(bytes.duplicate()));
    }

    private static ObjectNode object(InputStream json) throws IOException {
        if (JSON.readTree(json) instanceof ObjectNode object) {
            return object;
        }
        throw new IOException("no JSON object");
    }

    private void hold(Message request, int bytes, int inFile) throws ApiException {
        if (request instanceof HttpMessage http && !held.hold(http.getRequest(), bytes + (COPIES - 1) * (long) (bytes - inFile))) {
            throw ApiException.busy("busy", "The calls under way hold as much memory as they may. Try again later");
        }
    }

    static ApiException tooLarge() {
        return ApiException.tooLarge("The body may have at most " + MAX_BYTES + " bytes");
    }
}
