package io.github.dingtalkcamel.tool;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The characters of a text in Base64, without white space and without what a data URL has before them; the text is not held in memory. */
final class Base64Text extends FilterInputStream {

    private static final Pattern DATA_URL = Pattern.compile("data:[^,]{0,200};base64,");
    private static final int LONGEST_DATA_URL = 300;

    /** @param text one byte a character */
    Base64Text(InputStream text) throws IOException {
        super(new BufferedInputStream(text));
        in.mark(LONGEST_DATA_URL);
        Matcher prefix = DATA_URL.matcher(new String(in.readNBytes(LONGEST_DATA_URL), StandardCharsets.ISO_8859_1));
        int skipped = prefix.lookingAt() ? prefix.end() : 0;
        in.reset();
        in.skipNBytes(skipped);
    }

    @Override
    public int read() throws IOException {
        int character = in.read();
        while (isSpace(character)) {
            character = in.read();
        }
        return character;
    }

    /** As {@code \s} of regular expressions. */
    private static boolean isSpace(int character) {
        return character == ' ' || character >= '\t' && character <= '\r';
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = 0;
        while (read < length) {
            int character = read();
            if (character < 0) {
                return read == 0 ? -1 : read;
            }
            bytes[offset + read++] = (byte) character;
        }
        return read;
    }
}
