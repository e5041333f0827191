package io.github.dingtalkcamel.simulator;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** Turns a ticket into a WebSocket (protocol 2.2, 9.3). A bad ticket is answered 401: DingTalk documents nothing, clients take any refusal. */
final class ConnectApi {

    static final String PATH = "/connect";

    private final Vertx vertx;
    private final Platform platform;
    private final Troubles troubles;
    private final Tickets tickets;
    private final Lines lines;
    private final Welcome welcome;

    /** What is done with a WebSocket once it is there. */
    interface Welcome {
        Line accept(Tickets.Ticket ticket, HttpServerRequest request, ServerWebSocket socket);
    }

    ConnectApi(Vertx vertx, Platform platform, Troubles troubles, Tickets tickets, Lines lines, Welcome welcome) {
        this.vertx = vertx;
        this.platform = platform;
        this.troubles = troubles;
        this.tickets = tickets;
        this.lines = lines;
        this.welcome = welcome;
    }

    /** To be called before anything reads bodies: an upgrade has none, and what follows it is frames. */
    void register(Router router) {
        router.get(PATH).handler(this::connect);
    }

    private void connect(RoutingContext context) {
        HttpServerRequest request = context.request();
        Trouble trouble = troubles.strike(ApiFamily.CONNECT, PATH);
        if (trouble instanceof Trouble.DropBefore) {
            record(request, 0);
            request.connection().close();
        } else if (trouble instanceof Trouble.NeverAnswer) {
            record(request, 0);
        } else if (trouble instanceof Trouble.Canned canned) {
            refuse(request, canned.status(), canned.contentType(), canned.body());
        } else if (trouble instanceof Trouble.Fail fail) {
            refuse(request, fail.status());
        } else if (trouble instanceof Trouble.Busy) {
            refuse(request, 503);
        } else if (trouble instanceof Trouble.Throttle) {
            refuse(request, 429);
        } else if (trouble instanceof Trouble.NoPermission) {
            refuse(request, 403);
        } else if (trouble instanceof Trouble.ExpireToken) {
            tickets.use(ticket(request));
            refuse(request, 401);
        } else if (trouble instanceof Trouble.DropAfter) {
            upgrade(request, (line, socket) -> line.reset());
        } else {
            later(request, delayMillis(trouble));
        }
    }

    private static long delayMillis(Trouble trouble) {
        if (trouble instanceof Trouble.Slow slow) {
            return slow.delay().toMillis();
        }
        // an upgrade's answer has no body to trickle
        return trouble instanceof Trouble.Trickle trickle ? trickle.pause().toMillis() : 0;
    }

    private void later(HttpServerRequest request, long millis) {
        if (millis == 0) {
            upgrade(request, (line, socket) -> { });
            return;
        }
        request.pause();
        vertx.setTimer(millis, timer -> {
            if (!request.response().closed()) {
                upgrade(request, (line, socket) -> { });
            }
        });
    }

    private void upgrade(HttpServerRequest request, BiConsumer<Line, ServerWebSocket> then) {
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            refuse(request, 400);
            return;
        }
        if (lines.full()) {
            refuse(request, 503);
            return;
        }
        Tickets.Ticket ticket = tickets.use(ticket(request));
        if (ticket == null) {
            refuse(request, 401);
            return;
        }
        record(request, 101);
        request.toWebSocket().onSuccess(socket -> then.accept(welcome.accept(ticket, request, socket), socket));
    }

    /** Raw or percent-encoded; a plus is a plus (protocol 2.2). */
    private static String ticket(HttpServerRequest request) {
        String query = request.query() == null ? "" : request.query();
        for (String parameter : query.split("&")) {
            if (parameter.startsWith("ticket=")) {
                try {
                    return URLDecoder.decode(parameter.substring("ticket=".length()).replace("+", "%2B"), StandardCharsets.UTF_8);
                } catch (IllegalArgumentException notPercentEncoded) {
                    return null;
                }
            }
        }
        return null;
    }

    private void refuse(HttpServerRequest request, int status) {
        refuse(request, status, "text/plain", "");
    }

    private void refuse(HttpServerRequest request, int status, String contentType, String body) {
        record(request, status);
        request.response().setStatusCode(status).putHeader("Content-Type", contentType).end(body);
    }

    private void record(HttpServerRequest request, int status) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        request.headers().forEach(header ->
                headers.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1)).add(header.getValue()));
        platform.record(new RecordedRequest(platform.now(), request.method().name(), request.path(), request.query(), headers, "", status));
    }
}
