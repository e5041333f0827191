package io.github.dingtalkcamel.simulator.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.FaultRequest;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.simulator.stream.CardClickResult;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import io.github.dingtalkcamel.simulator.stream.Redelivery;
import io.github.dingtalkcamel.simulator.stream.SimulatedAck;
import io.github.dingtalkcamel.simulator.stream.SimulatedConnection;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import io.github.dingtalkcamel.simulator.stream.StreamSide;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The Stream side's controls under {@code /simulator/stream}, for people with curl and for scripts. Where a connection can be named
 * ({@code {"connection":…}}) and is not, all are meant.
 *
 * <table>
 * <caption>Paths</caption>
 * <tr><td>GET connections</td><td>those that are open</td></tr>
 * <tr><td>GET opens, GET acks</td><td>calls that asked for a connection; what clients sent; {@code ?limit=} (200)</td></tr>
 * <tr><td>POST disconnect</td><td>connection, reason, silenceMs, ending (NORMAL, GOING_AWAY, RESET, NONE)</td></tr>
 * <tr><td>POST close</td><td>connection, code (1000), reason</td></tr>
 * <tr><td>POST reset, POST black-hole</td><td>connection</td></tr>
 * <tr><td>POST write</td><td>connection, text: any text as a frame</td></tr>
 * <tr><td>POST push</td><td>app, type, topic, data: a frame of any type and topic; answers the ack</td></tr>
 * <tr><td>POST click</td><td>app, outTrackId, user, group, actionIds, params, with; answers the response</td></tr>
 * <tr><td>POST event</td><td>app, type, id, data; answers the ack</td></tr>
 * <tr><td>POST redelivery</td><td>mode (NONE, ON_MISSING_ACK, DUPLICATE_ALWAYS), afterMs (60000)</td></tr>
 * <tr><td>POST fragments</td><td>pieces</td></tr>
 * </table>
 *
 * Refused upgrades and unanswered open calls are faults, see {@link FaultRequest}: {@code {"kind":"fail","on":"CONNECT","status":503}}.
 */
final class StreamControls {

    private static final String ROOT = "/stream";

    static final String PATHS = "GET /simulator/stream/connections, opens and acks, POST /simulator/stream/disconnect, close, reset, "
            + "black-hole, write, push, click, event, redelivery and fragments";

    private final Platform platform;
    private final StreamSide stream;

    StreamControls(Platform platform, StreamSide stream) {
        this.platform = platform;
        this.stream = stream;
    }

    void register(Router router) {
        ControlApi.on(router, HttpMethod.GET, ROOT + "/connections", context ->
                ControlApi.json(context, 200, ControlApi.list(stream.connections(), StreamControls::json)));
        ControlApi.on(router, HttpMethod.GET, ROOT + "/opens", context ->
                ControlApi.json(context, 200, ControlApi.list(ControlApi.last(context, stream.openCalls()), StreamControls::json)));
        ControlApi.on(router, HttpMethod.GET, ROOT + "/acks", context ->
                ControlApi.json(context, 200, ControlApi.list(ControlApi.last(context, stream.acks()), StreamControls::json)));
        order(router, "/disconnect", this::disconnect);
        order(router, "/close",
                order -> each(order, connection -> connection.close(order.path("code").asInt(1000), Json.text(order, "reason"))));
        order(router, "/reset", order -> each(order, SimulatedConnection::reset));
        order(router, "/black-hole", order -> each(order, SimulatedConnection::blackHole));
        order(router, "/write", order -> {
            String text = required(order, "text");
            each(order, connection -> connection.write(text));
        });
        order(router, "/redelivery", this::redelivery);
        order(router, "/fragments", order -> stream.fragments(order.path("pieces").asInt(1)));
        ControlApi.on(router, HttpMethod.POST, ROOT + "/push", this::push);
        ControlApi.on(router, HttpMethod.POST, ROOT + "/click", this::click);
        ControlApi.on(router, HttpMethod.POST, ROOT + "/event", this::event);
    }

    private static void order(Router router, String path, Consumer<ObjectNode> control) {
        ControlApi.on(router, HttpMethod.POST, ROOT + path, context -> {
            control.accept(ControlApi.bodyJson(context));
            ControlApi.done(context);
        });
    }

    private void each(ObjectNode order, Consumer<SimulatedConnection> action) {
        String connection = Json.text(order, "connection");
        if (connection == null) {
            stream.openConnections().all().forEach(action);
        } else {
            action.accept(stream.openConnections().byId(connection));
        }
    }

    private void disconnect(ObjectNode order) {
        Disconnect disconnect = Disconnect.after(Duration.ofMillis(order.path("silenceMs").asLong(stream.silence().toMillis())));
        disconnect = order.hasNonNull("reason") ? disconnect.reason(Json.text(order, "reason")) : disconnect;
        disconnect = order.hasNonNull("ending") ? disconnect.ending(oneOf(Disconnect.Ending.values(), order, "ending")) : disconnect;
        Disconnect userMessage = disconnect;
        each(order, connection -> connection.leave(userMessage));
    }

    private void redelivery(ObjectNode order) {
        stream.redelivery(switch (oneOf(Redelivery.Mode.values(), order, "mode")) {
            case NONE -> Redelivery.none();
            case ON_MISSING_ACK -> Redelivery.onMissingAck(Duration.ofMillis(order.path("afterMs").asLong(60_000)));
            case DUPLICATE_ALWAYS -> Redelivery.duplicateAlways();
        });
    }

    private void push(RoutingContext context) {
        ObjectNode order = ControlApi.bodyJson(context);
        tell(context, stream.push().anything(platform.app(Json.text(order, "app")), required(order, "type"), required(order, "topic"),
                jsonText(order, "data"), Json.text(order, "connection")).map(StreamControls::json));
    }

    private void event(RoutingContext context) {
        ObjectNode order = ControlApi.bodyJson(context);
        SimulatedEvent made = SimulatedEvent.of(required(order, "type"), jsonText(order, "data")).to(Json.text(order, "app"));
        SimulatedEvent event = order.hasNonNull("id") ? made.id(Json.text(order, "id")) : made;
        tell(context, stream.events().send(platform.app(event.app()), event)
                .map(sent -> json(sent).put("eventId", event.id())));
    }

    private void click(RoutingContext context) {
        ObjectNode order = ControlApi.bodyJson(context);
        List<String> actions = new ArrayList<>();
        order.path("actionIds").forEach(action -> actions.add(action.asText()));
        String user = Json.text(order, "user");
        CardClick click = new CardClick(Json.text(order, "app"), required(order, "outTrackId"), user == null ? "staff001" : user,
                Json.text(order, "group"), actions, jsonText(order, "params"),
                order.path("with").isObject() ? Json.write(order.path("with")) : null);
        tell(context, stream.push().click(platform.app(click.app()), click).map(StreamControls::json));
    }

    private static void tell(RoutingContext context, Future<ObjectNode> answer) {
        answer.onSuccess(json -> ControlApi.json(context, 200, Json.write(json)))
                .onFailure(failure -> ControlApi.json(context, 500, Json.write(Json.object().put("message", failure.getMessage()))));
    }

    private static String required(ObjectNode order, String field) {
        String value = Json.text(order, field);
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    /** An object as its JSON, a string as it is. */
    private static String jsonText(ObjectNode order, String field) {
        JsonNode value = order.path(field);
        if (value.isTextual()) {
            return value.asText();
        }
        return value.isObject() ? Json.write(value) : "{}";
    }

    private static <E extends Enum<E>> E oneOf(E[] all, ObjectNode order, String field) {
        String value = Json.text(order, field);
        return Arrays.stream(all).filter(one -> one.name().equalsIgnoreCase(value)).findAny().orElseThrow(() ->
                new IllegalArgumentException(field + " must be one of " + Arrays.toString(all) + ", not " + value));
    }

    private static ObjectNode json(Connection connection) {
        ObjectNode json = Json.object().put("id", connection.id()).put("app", connection.appKey())
                .put("since", connection.since().toString())
                .put("state", connection.state().name().toLowerCase(Locale.ROOT)).put("sent", connection.sent())
                .put("acked", connection.acked())
                .put("socketPongs", connection.socketPongs()).put("secure", connection.secure());
        ArrayNode subscriptions = json.putArray("subscriptions");
        connection.subscriptions().forEach(subscription ->
                subscriptions.addObject().put("type", subscription.type()).put("topic", subscription.topic()));
        return json;
    }

    private static ObjectNode json(OpenCall call) {
        return Json.object().put("time", call.time().toString()).put("clientId", call.clientId()).put("status", call.status());
    }

    private static ObjectNode json(SimulatedAck ack) {
        ObjectNode json = Json.object().put("time", ack.time().toString()).put("connection", ack.connectionId())
                .put("messageId", ack.messageId())
                .put("topic", ack.topic()).put("code", ack.code()).put("message", ack.message()).put("data", ack.data());
        return json.put("tookMs", ack.took() == null ? null : ack.took().toMillis()).put("fault", ack.fault());
    }

    private static ObjectNode json(PushResult sent) {
        return Json.object().put("accepted", sent.accepted()).put("code", sent.status()).put("data", sent.body()).put("fault", sent.fault())
                .put("connection", sent.connectionId()).put("messageId", sent.messageId()).put("tookMs", sent.took().toMillis());
    }

    private static ObjectNode json(CardClickResult clicked) {
        return Json.object().put("accepted", clicked.accepted()).put("code", clicked.code()).put("response", clicked.response())
                .put("fault", clicked.fault()).put("connection", clicked.connectionId()).put("messageId", clicked.messageId())
                .put("tookMs", clicked.took().toMillis());
    }
}
