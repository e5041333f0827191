package io.github.dingtalkcamel.simulator;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads a request's body whole, as bytes, whatever its Content-Type claims. More than the limit is answered 413 and the connection
 * closed.
 */
final class BodyCollector implements Handler<RoutingContext> {

    /** The context's entry that holds the body. */
    static final String BODY = "simulator.body";

    private final int limit;

    BodyCollector(int limit) {
        this.limit = limit;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() <= limit) {
                body.appendBuffer(part);
            } else if (!context.response().ended()) {
                context.response().setStatusCode(413).putHeader("Connection", "close").end()
                        .onComplete(sent -> request.connection().close());
            }
        });
        request.endHandler(end -> {
            if (!context.response().ended()) {
                context.put(BODY, body);
                context.next();
            }
        });
    }
}
