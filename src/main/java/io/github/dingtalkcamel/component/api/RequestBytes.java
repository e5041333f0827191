package io.github.dingtalkcamel.component.api;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An HTTP/1.1 request as it is sent. */
final class RequestBytes {

    private RequestBytes() {
    }

    /**
     * @param headers lines, each with its end
     * @throws IllegalArgumentException where something in it could be taken for the end of a line
     */
    static byte[] of(String method, URI uri, String authority, String headers, byte[] body) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        String head = method + " " + encoded(target) + " HTTP/1.1\r\nHost: " + authority + "\r\nContent-Length: " + body.length + "\r\n"
                + headers + "\r\n";
        byte[] start = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, bytes, start.length, body.length);
        return bytes;
    }

    /** A {@link URI} has no blanks and control characters, but may have letters that HTTP does not know. */
    private static String encoded(String target) {
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) > '~') {
                return URI.create(target).toASCIIString();
            }
        }
        return target;
    }

    /** One header. @throws IllegalArgumentException where the value has characters that no header has */
    static String header(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~') {
                throw new IllegalArgumentException("the value of header " + name + " has a character that no header has");
            }
        }
        return name + ": " + value + "\r\n";
    }
}
