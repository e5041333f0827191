package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;
import java.util.List;

import io.github.dingtalkcamel.simulator.api.SimulatedGateway;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.Ring;
import io.github.dingtalkcamel.simulator.platform.SimulatorMemory;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;

/**
 * The Stream side of a simulator (docs/protocol.md 2, 9.2 to 9.6): who is connected, what they answered, and how to make their life hard.
 * Messages of users are pushed by {@code Simulator.say}; this class pushes card clicks, events, and frames that no client expects.
 *
 * <p>Refused or unanswered upgrades and open calls are {@link FaultInjector} like any others, on {@link ApiFamily#CONNECT} and
 * {@link ApiFamily#STREAM}. Safe for use by several threads.
 */
public final class StreamSide {

    private static final int REMEMBERED_ACKS = 20_000;
    private static final long ACK_BYTES = SimulatorMemory.share(64, 64);
    private static final int MAX_FRAGMENTS = 1_000;

    private final Vertx vertx;
    private final Platform platform;
    private final StreamOptions options;
    private final Tickets tickets;
    private final SimulatedConnectApi connect;
    private final SimulatedConnections openConnections = new SimulatedConnections();
    private final Ring<SimulatedAck> acks = new Ring<>(REMEMBERED_ACKS, ACK_BYTES, SimulatedAck::weight);
    private final StreamPush push;
    private final SimulatedEvents events;
    private volatile String endpoint;
    private volatile int fragments = 1;

    public long heldBytes() {
        return acks.held();
    }

    public long maxHeldBytes() {
        return acks.maxWeight();
    }

    public StreamSide(Vertx vertx, Platform platform, FaultInjector faults, SimulatorOptions options) {
        this.vertx = vertx;
        this.platform = platform;
        this.options = options.stream();
        tickets = new Tickets(options.clock());
        connect = new SimulatedConnectApi(vertx, platform, faults, tickets, openConnections, this::accept);
        push = new StreamPush(vertx, platform, openConnections, options.pushTimeout());
        events = new SimulatedEvents(vertx, push, this.options.eventRetries());
    }

    public void register(Router router) {
        connect.register(router);
    }

    public void upgrade(ServerWebSocket socket) {
        connect.upgrade(socket);
    }

    public void register(SimulatedGateway gateway) {
        new StreamApi(platform, tickets, () -> endpoint).register(gateway);
    }

    public void listensAt(String itsEndpoint) {
        endpoint = itsEndpoint;
    }

    public StreamPush push() {
        return push;
    }

    private SimulatedConnection accept(Tickets.Ticket ticket, ServerWebSocket socket) {
        SimulatedConnection connection = new SimulatedConnection(vertx, platform, acks, () -> fragments, ticket, socket);
        socket.exceptionHandler(broken -> { });
        socket.closeHandler(closed -> {
            openConnections.remove(connection);
            connection.ended();
        });
        // once the handshake is through: before it, nothing may be written
        vertx.runOnContext(accepted -> {
            connection.begin(options);
            if (ticket.subscriptions().contains(Subscription.EVENTS)) {
                events.connected(ticket.appKey());
            }
        });
        return connection;
    }

    // who is there, and what they did

    /** The endpoint that clients get. */
    public String endpoint() {
        return endpoint;
    }

    /** The connections whose socket is open, oldest first. */
    public List<Connection> connections() {
        return openConnections.all().stream().map(SimulatedConnection::snapshot).toList();
    }

    public List<Connection> connections(String appKey) {
        return connections().stream().filter(connection -> connection.appKey().equals(appKey)).toList();
    }

    /** The requests for a connection, accepted or not; oldest first, the last 10,000. */
    public List<OpenCall> openCalls() {
        return platform.openCalls().all();
    }

    /** The frames that clients sent, oldest first; the last 20,000. */
    public List<SimulatedAck> acks() {
        return acks.all();
    }

    /** How many events wait for a connection or for their next try. */
    public int waitingEvents() {
        return events.waiting();
    }

    public void clearRecords() {
        acks.clear();
        platform.openCalls().clear();
    }

    // pushes

    /** Pushes the click on a card's button. Returns with the answer, or after 2 s without one. */
    public CardClickResult click(CardClick click) {
        return FutureResult.await(push.click(platform.app(click.app()), click));
    }

    /**
     * Pushes an event. Returns with the answer to the first push; {@link PushResult#accepted()} means consumed. An event that is not
     * consumed is kept and pushed again, see {@link StreamOptions#eventRetries()}.
     */
    public PushResult event(SimulatedEvent event) {
        return FutureResult.await(events.send(platform.app(event.app()), event));
    }

    /**
     * A frame of any type and topic, known or not, to any open connection of an app, regardless of its subscriptions.
     *
     * @param appKey null: the first app
     * @param data   goes out as it is
     */
    public PushResult push(String appKey, String type, String topic, String data) {
        return FutureResult.await(push.anything(platform.app(appKey), type, topic, data, null));
    }

    /** Any text, as one WebSocket message: broken JSON, frames without headers. */
    public void write(String connectionId, String text) {
        openConnections.byId(connectionId).write(text);
    }

    // faults

    /** Disconnects a client as DingTalk does: disconnect frame, {@link StreamOptions#silence()}, close code 1000. */
    public void disconnect(String connectionId) {
        disconnect(connectionId, Disconnect.after(options.silence()));
    }

    /** Disconnects a client. */
    public void disconnect(String connectionId, Disconnect disconnect) {
        openConnections.byId(connectionId).leave(disconnect);
    }

    public Duration silence() {
        return options.silence();
    }

    /** Closes a connection with a close frame, without a disconnect frame before. */
    public void close(String connectionId, int code) {
        close(connectionId, code, null);
    }

    /** The same with a reason of at most 123 bytes in the frame. */
    public void close(String connectionId, int code, String reason) {
        openConnections.byId(connectionId).close(code, reason);
    }

    /** Resets the socket: the client sees its connection break. */
    public void reset(String connectionId) {
        FutureResult.await(openConnections.byId(connectionId).reset());
    }

    /**
     * Stops reading from the connection and sending on it, while the socket stays open: until {@link #reset}, or until the
     * simulator closes. Nothing is routed to it any more; {@link UserMessage#byStream(String)} still gets messages lost in it.
     */
    public void blackHole(String connectionId) {
        FutureResult.await(openConnections.byId(connectionId).blackHole());
    }

    /** Sends each further frame in this many WebSocket fragments; 1: unfragmented. */
    public void fragments(int pieces) {
        if (pieces < 1 || pieces > MAX_FRAGMENTS) {
            throw new IllegalArgumentException("fragments must be 1 to " + MAX_FRAGMENTS + ", not " + pieces);
        }
        fragments = pieces;
    }

    /** Sets how robot messages are repeated; by default they are not. */
    public void redelivery(Redelivery redelivery) {
        push.redelivery(redelivery);
    }

    public SimulatedConnections openConnections() {
        return openConnections;
    }

    public SimulatedEvents events() {
        return events;
    }
}
