package io.github.dingtalkcamel.simulator.api;

import io.github.dingtalkcamel.server.BodyReader;
import io.github.dingtalkcamel.server.BodyRules;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads a request's body whole, as bytes, ignoring its Content-Type. A body over the limit is answered 413, one that all bodies
 * together leave no room for 503, one that takes too long 408, each with the connection closed.
 */
public final class BodyCollector implements Handler<RoutingContext> {

    /** The context's entry that holds the body. */
    public static final String BODY = "simulator.body";

    private final BodyRules rules;

    public BodyCollector(BodyRules rules) {
        this.rules = rules;
    }

    @Override
    public void handle(RoutingContext context) {
        BodyReader.read(context, rules, body -> {
            context.put(BODY, body);
            context.next();
        }, why -> {
            if (why == BodyReader.Refused.NO_ROOM) {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
            }
            context.response().setStatusCode(statusOf(why)).putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE).end();
        });
    }

    private static int statusOf(BodyReader.Refused why) {
        return switch (why) {
            case TOO_LARGE -> 413;
            case NO_ROOM -> 503;
            case TOO_SLOW -> 408;
        };
    }
}
