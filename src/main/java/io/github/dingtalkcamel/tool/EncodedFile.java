package io.github.dingtalkcamel.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.node.POJONode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;

/**
 * A file in Base64 that stays where it came, in the body of a request: there is no second copy of it in memory. Written as JSON it is its
 * text.
 */
final class EncodedFile implements JsonSerializable {

    private final ByteBuf text;

    /** @param text the JSON text without its quotes; of escapes only those for a slash and for line breaks */
    EncodedFile(ByteBuf text) {
        this.text = text;
    }

    /** As an argument of a call. */
    POJONode node() {
        return new POJONode(this);
    }

    /** What an argument has of it, or null where it has no such file. */
    static EncodedFile of(Object node) {
        return node instanceof POJONode pojo && pojo.getPojo() instanceof EncodedFile file ? file : null;
    }

    /** Characters, escapes counted as they are written. */
    int length() {
        return text.readableBytes();
    }

    /** Its characters, one byte each, from the first. */
    InputStream characters() {
        return new Unescaped(new ByteBufInputStream(text.duplicate()));
    }

    @Override
    public void serialize(JsonGenerator json, SerializerProvider ignored) throws IOException {
        try (Reader characters = new InputStreamReader(characters(), StandardCharsets.ISO_8859_1)) {
            json.writeString(characters, -1);
        }
    }

    @Override
    public void serializeWithType(JsonGenerator json, SerializerProvider provider, TypeSerializer type) throws IOException {
        serialize(json, provider);
    }

    /** Says nothing of what is in it. */
    @Override
    public String toString() {
        return "EncodedFile[" + length() + " characters]";
    }

    private static final class Unescaped extends InputStream {

        private final InputStream escaped;

        Unescaped(InputStream escaped) {
            this.escaped = escaped;
        }

        @Override
        public int read() throws IOException {
            int character = escaped.read();
            return character == '\\' ? FileInBody.resolved((byte) escaped.read()) : character;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = escaped.read(bytes, offset, length);
            int kept = 0;
            for (int i = 0; i < read; i++) {
                byte character = bytes[offset + i];
                if (character == '\\') {
                    // its second half may not have been read yet
                    character = FileInBody.resolved(i + 1 < read ? bytes[offset + ++i] : (byte) escaped.read());
                }
                bytes[offset + kept++] = character;
            }
            return read < 0 ? read : kept;
        }
    }
}
