package io.github.dingtalkcamel.encoding;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CoderResult;
import java.util.Optional;

/**
 * What bytes that are not UTF-8 look like, for a message to a person. Only a guess: short texts look alike in several encodings, so
 * nothing is ever decoded by it.
 */
final class EncodingGuess {

    private static final int LOOKED_AT = 64 * 1024;

    private EncodingGuess() {
    }

    /** The name of the encoding, where the bytes look like one that Windows or Linux machines write. */
    static Optional<String> of(byte[] bytes) {
        if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0, 0, 0xfe, 0xff)) {
            return Optional.of("UTF-32");
        }
        if (startsWith(bytes, 0xff, 0xfe)) {
            return Optional.of("UTF-16 (little endian, Notepad's \"Unicode\")");
        }
        if (startsWith(bytes, 0xfe, 0xff)) {
            return Optional.of("UTF-16 (big endian)");
        }
        return withNuls(bytes).or(() -> chinese(bytes));
    }

    private static boolean startsWith(byte[] bytes, int... mark) {
        if (bytes.length < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if ((bytes[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** UTF-16 without its mark: each ASCII character has a NUL on the same side of it. */
    private static Optional<String> withNuls(byte[] bytes) {
        int[] nuls = new int[2];
        int length = Math.min(bytes.length, LOOKED_AT);
        for (int i = 0; i < length; i++) {
            if (bytes[i] == 0) {
                nuls[i & 1]++;
            }
        }
        if (nuls[0] + nuls[1] == 0) {
            return Optional.empty();
        }
        if (nuls[0] == 0 && nuls[1] * 8 >= length) {
            return Optional.of("UTF-16 (little endian) without a byte order mark");
        }
        if (nuls[1] == 0 && nuls[0] * 8 >= length) {
            return Optional.of("UTF-16 (big endian) without a byte order mark");
        }
        return Optional.of("no text at all");
    }

    /** GBK where all that is not ASCII decodes to Chinese characters and punctuation; else an encoding of one byte a character. */
    private static Optional<String> chinese(byte[] bytes) {
        int length = Math.min(bytes.length, LOOKED_AT);
        CharBuffer text = CharBuffer.allocate(length);
        // a character that is cut at the end is no error: more bytes may follow
        CoderResult result = Charset.forName("GB18030").newDecoder().decode(ByteBuffer.wrap(bytes, 0, length), text, false);
        boolean chinese = !result.isError() && text.flip().chars().filter(c -> c > 0x7f).allMatch(EncodingGuess::isChinese);
        return chinese ? Optional.of("GBK") : latin(bytes);
    }

    private static boolean isChinese(int c) {
        return c >= 0x2000 && c <= 0x9fff || c >= 0xff00 && c <= 0xffef || c == 0xb7;
    }

    private static Optional<String> latin(byte[] bytes) {
        for (byte each : bytes) {
            if (each >= 0 && each < ' ' && each != '\n' && each != '\r' && each != '\t' && each != '\f') {
                return Optional.empty();
            }
        }
        return Optional.of("ISO-8859-1 or Windows-1252");
    }
}
