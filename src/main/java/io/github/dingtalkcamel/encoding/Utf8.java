package io.github.dingtalkcamel.encoding;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Decodes UTF-8 and nothing else. A byte order mark at the beginning is taken off, since Windows programs write one and it would become
 * part of the first word. What is not UTF-8 is refused: replacement characters are never used.
 */
public final class Utf8 {

    private static final char MARK = '\uFEFF';

    private Utf8() {
    }

    /**
     * The text of these bytes, without byte order marks before it.
     *
     * @param source what the bytes are, as the refusal's message names it: a path, or "standard input"
     * @throws NotUtf8Exception where they are not UTF-8, or hold a NUL, which no text does but UTF-16 is full of
     */
    public static String decode(byte[] bytes, String source) throws NotUtf8Exception {
        CharBuffer characters = CharBuffer.allocate(bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, characters, true);
        String text = characters.flip().toString();
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw refusal(bytes, source, text.substring(0, nul), "a NUL");
        }
        if (result.isError()) {
            throw refusal(bytes, source, text, String.format("the byte 0x%02X", bytes[in.position()]));
        }
        return withoutMark(text);
    }

    /** The text of these bytes, if they are UTF-8. A byte order mark stays. */
    static Optional<String> strictly(byte[] bytes) {
        CharBuffer characters = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), characters, true);
        return result.isError() ? Optional.empty() : Optional.of(characters.flip().toString());
    }

    private static String withoutMark(String text) {
        int start = 0;
        // some programs put a second mark before one that is there already
        while (start < text.length() && text.charAt(start) == MARK) {
            start++;
        }
        return text.substring(start);
    }

    private static NotUtf8Exception refusal(byte[] bytes, String source, String before, String what) {
        String sound = withoutMark(before);
        int lineStart = sound.lastIndexOf('\n') + 1;
        long line = 1 + sound.chars().filter(c -> c == '\n').count();
        int column = 1 + sound.codePointCount(lineStart, sound.length());
        return new NotUtf8Exception(source + " is not UTF-8: line " + line + ", character " + column + " is " + what + "; "
                + EncodingGuess.of(bytes).map(name -> "it looks like " + name).orElse("its encoding is not known")
                + ". Convert it to UTF-8");
    }
}
