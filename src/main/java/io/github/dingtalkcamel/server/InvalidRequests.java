package io.github.dingtalkcamel.server;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Answers requests that no router may see, with an error in JSON. Nothing of them is repeated or logged: anyone can send them. Vert.x
 * closes the connection after the answer.
 */
final class InvalidRequests implements Handler<HttpServerRequest> {

    /** A target with a {@code %} that begins no escape: routers, file handlers and readers of parameters throw on it. */
    private static final class MalformedEscape extends IllegalArgumentException {

        private static final long serialVersionUID = 1;

        MalformedEscape() {
            super("a % that is not followed by two hexadecimal digits");
        }
    }

    /** Marks a request as invalid whose path or query cannot be decoded. */
    static void refuseMalformedTarget(HttpRequest request) {
        if (!isDecodable(request.uri())) {
            request.setDecoderResult(DecoderResult.failure(new MalformedEscape()));
        }
    }

    private static boolean isDecodable(String target) {
        for (int at = target.indexOf('%'); at >= 0; at = target.indexOf('%', at + 3)) {
            if (at + 2 >= target.length() || !isHexadecimal(target.charAt(at + 1)) || !isHexadecimal(target.charAt(at + 2))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHexadecimal(char letter) {
        return letter < 128 && Character.digit(letter, 16) >= 0;
    }

    @Override
    public void handle(HttpServerRequest request) {
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof MalformedEscape) {
            Refusal.send(request, 400, "malformed_address",
                    "The address holds a % that is not followed by two hexadecimal digits. Write a percent sign as %25");
        } else if (cause instanceof TooLongHttpLineException) {
            Refusal.send(request, 414, "address_too_long", "The address is too long");
        } else if (cause instanceof TooLongHttpHeaderException) {
            Refusal.send(request, 431, "headers_too_large", "The headers are too large");
        } else {
            Refusal.send(request, 400, "malformed_request", "This is not a valid request of HTTP/1.1");
        }
    }
}
