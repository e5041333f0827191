package io.github.dingtalkcamel.tool;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The characters of a text in Base64, without white space and without what a data URL has before them; the text is not copied. */
final class Base64Text extends InputStream {

    private static final Pattern DATA_URL = Pattern.compile("data:[^,]{0,200};base64,");
    private static final int NOT_BASE64 = '?';

    private final String text;
    private int next;

    Base64Text(String text) {
        this.text = text;
        Matcher prefix = DATA_URL.matcher(text);
        this.next = prefix.lookingAt() ? prefix.end() : 0;
    }

    @Override
    public int read() {
        while (next < text.length()) {
            char character = text.charAt(next++);
            if (!isSpace(character)) {
                return character < 128 ? character : NOT_BASE64;
            }
        }
        return -1;
    }

    /** As {@code \s} of regular expressions. */
    private static boolean isSpace(char character) {
        return character == ' ' || character >= '\t' && character <= '\r';
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
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
