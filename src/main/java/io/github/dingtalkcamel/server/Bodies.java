package io.github.dingtalkcamel.server;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/** Reads the bodies of requests to Camel's servers, in the place of Vert.x's own handler, and refuses in JSON what breaks the rules. */
public final class Bodies {

    private static final String FORM = "application/x-www-form-urlencoded";

    private Bodies() {
    }

    /** Reads the body, unless it was read already, then calls {@code then}. */
    public static void read(RoutingContext request, BodyRules rules, Runnable then) {
        RoutingContextInternal routing = (RoutingContextInternal) request;
        if (routing.seenHandler(RoutingContextInternal.BODY_HANDLER)) {
            then.run();
            return;
        }
        routing.visitHandler(RoutingContextInternal.BODY_HANDLER);
        Consumer<Buffer> taker = body -> {
            routing.setBody(body);
            then.run();
        };
        BodyReader.read(request, rules, taker, why -> refuse(request, rules, why));
    }

    /** Puts the fields of a form where Camel's own routes' steps look for them. */
    public static void takeForm(RoutingContext request) {
        String type = request.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.regionMatches(true, 0, FORM, 0, FORM.length())) {
            for (Map.Entry<String, List<String>> field : new QueryStringDecoder(request.body().asString(), false).parameters().entrySet()) {
                request.request().formAttributes().add(field.getKey(), field.getValue());
            }
        }
    }

    private static void refuse(RoutingContext request, BodyRules rules, BodyReader.Refused why) {
        switch (why) {
            case TOO_LARGE -> Refusal.send(request, 413, "too_large", "The body may have at most " + rules.limit() + " bytes");
            case NO_ROOM -> Refusal.busy(request, "busy", "Too many bytes of other requests are being read. Try again later");
            default -> Refusal.send(request, 408, "too_slow", "The body took too long");
        }
    }
}
