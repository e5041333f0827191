package io.github.dingtalkcamel.component.api;

import java.net.URI;
import java.util.Map;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;

/** An HTTP/1.1 request with a short body. */
final class ShortRequest {

    private ShortRequest() {
    }

    /** @throws IllegalArgumentException where something in it could be taken for the end of a line */
    static FullHttpRequest of(String method, URI uri, String authority, Map<String, String> headers, byte[] body) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), encoded(target),
                Unpooled.wrappedBuffer(body));
        request.headers().add("Host", authority).add("Content-Length", body.length);
        headers.forEach((name, value) -> request.headers().add(name, checked(name, value)));
        return request;
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

    /** Netty sends a question mark for what it can't encode. */
    private static String checked(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~') {
                throw new IllegalArgumentException("the value of header " + name + " has a character that no header has");
            }
        }
        return value;
    }
}
