package io.github.dingtalkcamel.server;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers a request in JSON before any route has seen it. Of a body that has not come yet no more is waited for: the connection is closed
 * soon after.
 */
public final class Refusal {

    private static final String RETRY_SECONDS = "1";
    /** What is shorter is dropped faster than a new connection is made. */
    private static final int MOST_DROPPED_BYTES = 64 * 1024;

    private Refusal() {
    }

    public static void send(RoutingContext routing, int status, String code, String message) {
        send(routing.request(), status, code, message);
    }

    static void send(HttpServerRequest request, int status, String code, String message) {
        HttpServerResponse response = request.response();
        if (!request.isEnded() && sendsMore(request)) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                .end(Refusals.json(code, message));
    }

    /** 503: later it may work. */
    public static void busy(RoutingContext routing, String code, String message) {
        routing.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        send(routing, 503, code, message);
    }

    /**
     * The failure handler of routes with pages and files. Answers what they refuse with a status of 4xx, for which the router would log an
     * error; leaves everything else to the router.
     */
    public static void failed(RoutingContext routing) {
        int status = routing.statusCode();
        if (status >= 500) {
            routing.next();
        } else if (status == 404) {
            send(routing, status, "not_found", "There is nothing at this path");
        } else {
            send(routing, status, "refused", "Such a request is not answered here: " + HttpResponseStatus.valueOf(status).reasonPhrase());
        }
    }

    private static boolean sendsMore(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                // what is no length says nothing about how much comes
                : !length.matches("[0-9]{1,5}") || Integer.parseInt(length) > MOST_DROPPED_BYTES;
    }
}
