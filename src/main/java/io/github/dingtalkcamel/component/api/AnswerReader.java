package io.github.dingtalkcamel.component.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads one answer of HTTP/1.1 in the pieces in which it comes.
 * <p>
 * Promises: refuses a body of more than so many bytes before it is kept, a head or trailers of more than 64 KiB, and what leaves doubt
 * about where the answer ends. Of the headers only those that tell the length of the body and the life of the connection are looked at.
 */
final class AnswerReader {

    private static final int LARGEST_HEAD = 64 << 10;
    private static final int FIRST_SIZE = 4 << 10;
    /** Digits of a chunk's size in hexadecimal, or of a length in decimal: what has more is larger than any limit. */
    private static final int MOST_DIGITS = 10;
    private static final int DECIMAL = 10;
    private static final int HEXADECIMAL = 16;
    private static final int STATUS_FROM = 9;
    private static final int STATUS_TO = 12;

    private enum Part {
        STATUS, HEADERS, BODY, REST, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILERS, WHOLE
    }

    private final long limit;
    private Part part = Part.STATUS;
    private final StringBuilder line = new StringBuilder();
    private int headSize;
    private int status;
    private boolean kept;
    private boolean chunked;
    private long length = -1;
    /** Bytes to come of the body, or of a chunk. */
    private long left;
    private ByteArrayOutputStream body;

    /** @param limit bytes of the largest body */
    AnswerReader(long limit) {
        this.limit = limit;
    }

    /**
     * Takes the next bytes, and no more than belong to the answer.
     *
     * @param in an accessible array backs it
     * @return true when the answer is whole
     * @throws IOException where it is none of HTTP/1.1, or larger than the limits
     */
    boolean read(ByteBuffer in) throws IOException {
        while (part != Part.WHOLE && in.hasRemaining()) {
            switch (part) {
                case BODY, CHUNK -> {
                    left -= take(in, left);
                    if (left == 0) {
                        part = part == Part.BODY ? Part.WHOLE : Part.CHUNK_END;
                    }
                }
                case REST -> take(in, Long.MAX_VALUE);
                default -> {
                    String text = line(in);
                    if (text != null) {
                        line(text);
                    }
                }
            }
        }
        return part == Part.WHOLE;
    }

    /** The other side ended the connection. @return true where that is the end of a whole answer */
    boolean ended() {
        return part == Part.REST;
    }

    /** The answer. Only when it is whole. */
    WholeAnswer.Received answer() {
        return new WholeAnswer.Received(status, body == null ? new byte[0] : body.toByteArray());
    }

    /** Whether the connection can be used for another call. Only when the answer is whole. */
    boolean isKept() {
        return kept;
    }

    private int take(ByteBuffer in, long most) throws IOException {
        int size = (int) Math.min(in.remaining(), most);
        if (body.size() + (long) size > limit) {
            throw tooLarge();
        }
        body.write(in.array(), in.arrayOffset() + in.position(), size);
        in.position(in.position() + size);
        return size;
    }

    private IOException tooLarge() {
        return new BoundedAnswer.TooLargeException("the answer is larger than " + limit + " bytes");
    }

    /** The next line without its end, or null where that has not come yet. */
    private String line(ByteBuffer in) throws IOException {
        byte[] bytes = in.array();
        int from = in.arrayOffset() + in.position();
        int to = in.arrayOffset() + in.limit();
        int end = from;
        while (end < to && bytes[end] != '\n') {
            end++;
        }
        headSize += end - from + 1;
        if (headSize > LARGEST_HEAD) {
            throw new IOException("the answer's head is larger than " + LARGEST_HEAD + " bytes");
        }
        line.append(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1));
        in.position(Math.min(end + 1, to) - in.arrayOffset());
        if (end == to) {
            return null;
        }
        int size = line.length();
        String whole = line.substring(0, size > 0 && line.charAt(size - 1) == '\r' ? size - 1 : size);
        line.setLength(0);
        return whole;
    }

    private void line(String text) throws IOException {
        switch (part) {
            case STATUS -> status(text);
            case HEADERS -> {
                if (text.isEmpty()) {
                    headEnded();
                } else {
                    header(text);
                }
            }
            case CHUNK_SIZE -> {
                int end = text.indexOf(';');
                left = number((end < 0 ? text : text.substring(0, end)).strip(), HEXADECIMAL);
                part = left == 0 ? Part.TRAILERS : Part.CHUNK;
                // one that never ends its chunks is bounded by their bytes, not by their lines
                headSize = 0;
            }
            case CHUNK_END -> {
                if (!text.isEmpty()) {
                    throw notHttp();
                }
                part = Part.CHUNK_SIZE;
            }
            default -> part = text.isEmpty() ? Part.WHOLE : Part.TRAILERS;
        }
    }

    private void status(String text) throws IOException {
        if (text.length() < STATUS_TO || !text.startsWith("HTTP/1.") || text.charAt(STATUS_FROM - 1) != ' '
                || text.length() > STATUS_TO && text.charAt(STATUS_TO) != ' ') {
            throw notHttp();
        }
        status = (int) number(text.substring(STATUS_FROM, STATUS_TO), DECIMAL);
        kept = text.charAt(STATUS_FROM - 2) == '1';
        part = Part.HEADERS;
    }

    private void header(String text) throws IOException {
        if (text.charAt(0) == ' ' || text.charAt(0) == '\t') {
            // the old way to continue a header's value: a length is never that long
            return;
        }
        int end = text.indexOf(':');
        if (end <= 0) {
            throw notHttp();
        }
        if (isNamed(text, end, "content-length")) {
            long given = number(value(text, end), DECIMAL);
            if (length >= 0 && given != length) {
                throw notHttp();
            }
            length = given;
        } else if (isNamed(text, end, "transfer-encoding")) {
            if (chunked || !value(text, end).equalsIgnoreCase("chunked")) {
                throw notHttp();
            }
            chunked = true;
        } else if (isNamed(text, end, "connection")) {
            String value = value(text, end);
            // of HTTP/1.0 none is kept, whatever it says
            kept &= !value.toLowerCase(java.util.Locale.ROOT).contains("close");
        }
    }

    private static boolean isNamed(String text, int end, String name) {
        return end == name.length() && text.regionMatches(true, 0, name, 0, end);
    }

    private static String value(String text, int end) {
        return text.substring(end + 1).strip();
    }

    private void headEnded() throws IOException {
        boolean interim = status >= 100 && status < 200;
        if (interim && status != 101) {
            part = Part.STATUS;
            chunked = false;
            length = -1;
        } else if (interim || chunked && length >= 0) {
            // another protocol, or two lengths
            throw notHttp();
        } else if (status == 204 || status == 304) {
            part = Part.WHOLE;
        } else {
            bodyBegins();
        }
    }

    private void bodyBegins() throws IOException {
        if (length > limit) {
            throw tooLarge();
        }
        body = new ByteArrayOutputStream(length < 0 || length > FIRST_SIZE ? FIRST_SIZE : (int) length);
        if (chunked) {
            part = Part.CHUNK_SIZE;
        } else if (length < 0) {
            kept = false;
            part = Part.REST;
        } else {
            left = length;
            part = left == 0 ? Part.WHOLE : Part.BODY;
        }
    }

    private static long number(String digits, int radix) throws IOException {
        if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
            throw notHttp();
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            // not the digits of other scripts, and no sign
            int value = digit < 128 ? Character.digit(digit, radix) : -1;
            if (value < 0) {
                throw notHttp();
            }
            number = number * radix + value;
        }
        return number;
    }

    private static IOException notHttp() {
        return new IOException("the answer is not HTTP/1.1");
    }
}
