package io.github.dingtalkcamel.simulator.stream;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.Fault;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;

/**
 * Turns a ticket into a WebSocket (docs/protocol.md 2.2, 9.3). A bad ticket is answered 401: DingTalk documents nothing, clients take any
 * refusal.
 */
public final class SimulatedConnectApi {

    public static final String PATH = "/connect";

    private final Vertx vertx;
    private final Platform platform;
    private final FaultInjector faults;
    private final Tickets tickets;
    private final SimulatedConnections openConnections;
    private final Welcome welcome;

    /** What is done with a WebSocket before the client knows that it is accepted. */
    interface Welcome {
        SimulatedConnection accept(Tickets.Ticket ticket, ServerWebSocket socket);
    }

    SimulatedConnectApi(Vertx vertx, Platform platform, FaultInjector faults, Tickets tickets, SimulatedConnections openConnections,
            Welcome welcome) {
        this.vertx = vertx;
        this.platform = platform;
        this.faults = faults;
        this.tickets = tickets;
        this.openConnections = openConnections;
        this.welcome = welcome;
    }

    /** Requests that forgot to ask for an upgrade. */
    void register(Router router) {
        router.route(PATH).handler(context -> context.response().setStatusCode(400).end("this is a WebSocket"));
    }

    /** Decides about an upgrade. */
    @SuppressWarnings("deprecation") // what replaces setHandshake is of Vert.x 5
    void upgrade(ServerWebSocket socket) {
        Promise<Integer> handshake = Promise.promise();
        socket.setHandshake(handshake.future());
        if (!socket.path().equals(PATH)) {
            refuse(socket, handshake, 404);
            return;
        }
        Fault fault = faults.trigger(ApiFamily.CONNECT, PATH);
        if (fault instanceof Fault.DropBefore) {
            record(socket, 0);
            SimulatedConnection.reset(socket);
        } else if (fault instanceof Fault.NeverAnswer) {
            record(socket, 0);
        } else if (fault instanceof Fault.ExpireToken) {
            tickets.use(ticket(socket));
            refuse(socket, handshake, 401);
        } else if (fault instanceof Fault.DropAfter) {
            accept(socket, handshake).ifPresent(SimulatedConnection::reset);
        } else if (fault instanceof Fault.Slow slow) {
            later(socket, handshake, slow.delay());
        } else if (fault instanceof Fault.Trickle trickle) {
            // the answer to an upgrade has no body to trickle
            later(socket, handshake, trickle.pause());
        } else if (fault != null) {
            refuse(socket, handshake, refusal(fault));
        } else {
            accept(socket, handshake);
        }
    }

    private static int refusal(Fault fault) {
        if (fault instanceof Fault.Canned canned) {
            return canned.status();
        }
        if (fault instanceof Fault.Fail fail) {
            return fail.status();
        }
        if (fault instanceof Fault.Throttle) {
            return 429;
        }
        return fault instanceof Fault.NoPermission ? 403 : 503;
    }

    private void later(ServerWebSocket socket, Promise<Integer> handshake, Duration delay) {
        vertx.setTimer(delay.toMillis(), timer -> accept(socket, handshake));
    }

    private Optional<SimulatedConnection> accept(ServerWebSocket socket, Promise<Integer> handshake) {
        if (openConnections.full()) {
            refuse(socket, handshake, 503);
            return Optional.empty();
        }
        Tickets.Ticket ticket = tickets.use(ticket(socket));
        if (ticket == null) {
            refuse(socket, handshake, 401);
            return Optional.empty();
        }
        record(socket, 101);
        return Optional.of(openConnections.admit(() -> {
            SimulatedConnection connection = welcome.accept(ticket, socket);
            handshake.complete(101);
            return connection;
        }));
    }

    private void refuse(ServerWebSocket socket, Promise<Integer> handshake, int status) {
        record(socket, status);
        handshake.complete(status);
    }

    /** Raw or percent-encoded; a plus is a plus (docs/protocol.md 2.2). */
    private static String ticket(ServerWebSocket socket) {
        String query = socket.query() == null ? "" : socket.query();
        for (String parameter : query.split("&")) {
            if (parameter.startsWith("ticket=")) {
                // Vert.x accepted only what can be decoded
                return URLDecoder.decode(parameter.substring("ticket=".length()).replace("+", "%2B"), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private void record(ServerWebSocket socket, int status) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        socket.headers().forEach(header ->
                headers.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1)).add(header.getValue()));
        platform.record(new RecordedRequest(platform.now(), "GET", socket.path(), socket.query(), headers, "", status));
    }
}
