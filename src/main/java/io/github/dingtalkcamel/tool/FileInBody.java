package io.github.dingtalkcamel.tool;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.util.ByteProcessor;

/**
 * The file that a call carries in its body as Base64, taken out before the rest is read as JSON: a JSON parser holds a text of that
 * length several times over, which a small heap has no room for.
 *
 * @param base64 the text, where it is in the body
 * @param rest   the body with an empty text in its place
 */
record FileInBody(EncodedFile base64, InputStream rest) {

    static final String ARGUMENT = "base64";

    /** Shorter texts are not worth it. */
    private static final int SHORTEST = 64 * 1024;
    private static final byte[] NAME = ARGUMENT.getBytes(StandardCharsets.US_ASCII);

    /**
     * The file, if the body has one that is long, and of nothing but characters that a parser would take as they are. Anything else,
     * faulty JSON too, is left to the parser.
     */
    static Optional<FileInBody> of(ByteBuf body) {
        return of(body, 1);
    }

    /** The same of a body in which the arguments are not the outermost object. @param level of the arguments, 1 for the outermost */
    static Optional<FileInBody> of(ByteBuf body, int level) {
        if (body.readableBytes() < SHORTEST) {
            return Optional.empty();
        }
        int depth = 0;
        boolean named = false;
        for (int at = body.readerIndex(); at < body.writerIndex(); at++) {
            byte character = body.getByte(at);
            if (character == '{' || character == '[') {
                depth++;
            } else if (character == '}' || character == ']') {
                depth--;
            } else if (character == '"') {
                int end = end(body, at + 1);
                if (end < 0) {
                    return Optional.empty();
                }
                if (depth == level && named && end - at > SHORTEST) {
                    return cut(body, at + 1, end);
                }
                named = depth == level && isName(body, at + 1, end);
                at = end;
            } else if (character == ',') {
                named = false;
            }
        }
        return Optional.empty();
    }

    /** Where the text ends that begins here; -1 where it does not end. */
    private static int end(ByteBuf body, int from) {
        int end = body.indexOf(from, body.writerIndex(), (byte) '"');
        while (end >= 0 && isEscaped(body, from, end)) {
            end = body.indexOf(end + 1, body.writerIndex(), (byte) '"');
        }
        return end;
    }

    private static boolean isEscaped(ByteBuf body, int from, int quote) {
        int backslashes = 0;
        while (quote - backslashes > from && body.getByte(quote - backslashes - 1) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static boolean isName(ByteBuf body, int from, int end) {
        if (end - from != NAME.length) {
            return false;
        }
        for (int i = 0; i < NAME.length; i++) {
            if (body.getByte(from + i) != NAME[i]) {
                return false;
            }
        }
        return true;
    }

    private static Optional<FileInBody> cut(ByteBuf body, int from, int end) {
        ByteBuf text = body.slice(from, end - from);
        if (text.forEachByte(new Plain()) >= 0) {
            // another escape, a template, or nothing that JSON allows
            return Optional.empty();
        }
        InputStream rest = new SequenceInputStream(new ByteBufInputStream(body.slice(body.readerIndex(), from - body.readerIndex())),
                new ByteBufInputStream(body.slice(end, body.writerIndex() - end)));
        return Optional.of(new FileInBody(new EncodedFile(text), rest));
    }

    /** Advances while characters are what a parser would take as they are, or escapes of such. */
    private static final class Plain implements ByteProcessor {

        private boolean escaped;

        @Override
        public boolean process(byte character) {
            if (escaped) {
                escaped = false;
                return resolved(character) != '\\';
            }
            escaped = character == '\\';
            return character >= ' ' && character != '{';
        }
    }

    /** The character that an escape means; a backslash for those that no Base64 has. */
    static byte resolved(byte escaped) {
        return switch (escaped) {
            case '/' -> '/';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> '\\';
        };
    }

    /** Says nothing of what is in it. */
    @Override
    public String toString() {
        return "FileInBody[" + base64.length() + " characters]";
    }
}
