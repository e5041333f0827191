package io.github.dingtalkcamel.simulator.stream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.Ring;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.text.Json;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.http.impl.WebSocketInternal;

/**
 * The server's end of one Stream connection: sends frames, tells which answer belongs to which, and breaks in every way that is asked
 * for. Safe for use by several threads. The last 20,000 frames without an answer are remembered; what the client does not read piles
 * up to 16 MiB, after which frames are lost.
 */
public final class SimulatedConnection {

    private static final int MAX_AWAITED = 20_000;
    private static final int MAX_UNSENT_BYTES = 16 << 20;
    private static final int MAX_ODD_TEXT = 1_000;

    private final Vertx vertx;
    private final Platform platform;
    private final Ring<SimulatedAck> acks;
    private final IntSupplier fragments;
    private final Tickets.Ticket ticket;
    private final ServerWebSocket socket;
    /** Vert.x has no words for a reset and for not reading at all: these need the channel below it. */
    private final Channel channel;
    private final Instant since;
    private final Map<String, Awaited> awaited = new LinkedHashMap<>();
    private final List<Long> timers = new ArrayList<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong acked = new AtomicLong();
    private final AtomicLong socketPongs = new AtomicLong();
    private volatile Connection.State state = Connection.State.OPEN;
    private boolean ended;

    private record Awaited(String topic, String opaque, long sentAt, Promise<SimulatedAck> answer) {
    }

    SimulatedConnection(Vertx vertx, Platform platform, Ring<SimulatedAck> acks, IntSupplier fragments, Tickets.Ticket ticket,
            ServerWebSocket socket) {
        this.vertx = vertx;
        this.platform = platform;
        this.acks = acks;
        this.fragments = fragments;
        this.ticket = ticket;
        this.socket = socket;
        this.channel = channel(socket);
        this.since = platform.now();
        socket.setWriteQueueMaxSize(MAX_UNSENT_BYTES);
        socket.textMessageHandler(this::received);
        socket.binaryMessageHandler(bytes -> odd(null, "", "a binary frame"));
        socket.pongHandler(payload -> socketPongs.incrementAndGet());
    }

    private static Channel channel(ServerWebSocket socket) {
        return ((WebSocketInternal) socket).channelHandlerContext().channel();
    }

    /** Resets a connection that is no line yet. */
    public static void reset(ServerWebSocket socket) {
        reset(channel(socket));
    }

    /** Starts the pings, and sends the greetings if there are any. */
    void begin(StreamOptions options) {
        if (options.greets()) {
            push(SimulatedFrame.greeting("CONNECTED", platform.now()));
            push(SimulatedFrame.greeting("REGISTERED", platform.now()));
        }
        every(options.pingEvery(), () -> {
            push(SimulatedFrame.ping(platform.now()));
            if (options.greets()) {
                push(SimulatedFrame.greeting("KEEPALIVE", platform.now()));
            }
        });
        if (!options.webSocketPingEvery().isZero()) {
            every(options.webSocketPingEvery(), () -> socket.writePing(Buffer.buffer("simulator")));
        }
    }

    private void every(Duration period, Runnable action) {
        keep(vertx.setPeriodic(period.toMillis(), timer -> {
            if (state == Connection.State.OPEN) {
                action.run();
            }
        }));
    }

    private void keep(long timer) {
        synchronized (awaited) {
            if (!ended) {
                timers.add(timer);
                return;
            }
        }
        vertx.cancelTimer(timer);
    }

    String id() {
        return ticket.id();
    }

    String appKey() {
        return ticket.appKey();
    }

    /** Whether it gets a share of the pushes of this kind. */
    boolean takes(String appKey, Subscription wanted) {
        return state == Connection.State.OPEN && ticket.appKey().equals(appKey) && ticket.subscriptions().contains(wanted);
    }

    boolean isOpenFor(String appKey) {
        return state == Connection.State.OPEN && ticket.appKey().equals(appKey);
    }

    Connection snapshot() {
        return new Connection(id(), appKey(), since, ticket.subscriptions(), state, sent.get(), acked.get(), socketPongs.get(),
                socket.isSsl());
    }

    /** Sends a frame; the result is its answer, positive or not, and fails if the connection ends before. It may never complete. */
    Future<SimulatedAck> push(SimulatedFrame frame) {
        Awaited waiting = new Awaited(frame.topic(), frame.opaque(), System.nanoTime(), Promise.promise());
        synchronized (awaited) {
            if (ended) {
                return Future.failedFuture("the connection closed before the push");
            }
            awaited.put(frame.messageId(), waiting);
            if (awaited.size() > MAX_AWAITED) {
                awaited.remove(awaited.keySet().iterator().next());
            }
        }
        write(frame.text());
        return waiting.answer().future();
    }

    /** Sends any text as it is. */
    public synchronized void write(String text) {
        sent.incrementAndGet();
        if (state == Connection.State.BLACK_HOLE || socket.isClosed() || socket.writeQueueFull()) {
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int pieces = Math.min(fragments.getAsInt(), text.length());
        if (pieces <= 1) {
            socket.writeFinalTextFrame(text);
            return;
        }
        // the first piece is cut between characters, because Vert.x takes it as text; the others at any byte, as TCP and proxies do
        int cut = text.offsetByCodePoints(0, Math.max(1, text.codePointCount(0, text.length()) / pieces));
        int at = text.substring(0, cut).getBytes(StandardCharsets.UTF_8).length;
        socket.writeFrame(WebSocketFrame.textFrame(text.substring(0, cut), false));
        for (int piece = 1; piece < pieces; piece++) {
            int end = piece == pieces - 1 ? bytes.length : at + (bytes.length - at) / (pieces - piece);
            socket.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer().appendBytes(bytes, at, end - at), piece == pieces - 1));
            at = end;
        }
    }

    private void received(String text) {
        ObjectNode frame = Json.objectOrNull(text);
        if (frame == null) {
            odd(null, text, "not a JSON object");
            return;
        }
        String messageId = Json.text(frame.path("headers"), "messageId");
        Awaited push;
        synchronized (awaited) {
            push = messageId == null ? null : awaited.remove(messageId);
        }
        if (push == null) {
            odd(messageId, text, "no push waits for an answer under this messageId");
            return;
        }
        SimulatedAck ack = new SimulatedAck(platform.now(), id(), messageId, push.topic(), frame.path("code").asInt(0),
                Json.text(frame, "message"), Json.text(frame, "data"), Duration.ofNanos(System.nanoTime() - push.sentAt()),
                fault(frame.path("data"), push));
        if (ack.fault() == null) {
            acked.incrementAndGet();
        }
        acks.add(ack);
        push.answer().complete(ack);
    }

    private static String fault(JsonNode data, Awaited push) {
        if (!data.isMissingNode() && !data.isNull() && !data.isTextual()) {
            return "data is not a string";
        }
        if (push.opaque() == null) {
            return null;
        }
        ObjectNode answer = data.isTextual() ? Json.objectOrNull(data.asText()) : null;
        return answer != null && push.opaque().equals(Json.text(answer, "opaque")) ? null : "opaque is not what the ping said";
    }

    private void odd(String messageId, String text, String fault) {
        acks.add(new SimulatedAck(platform.now(), id(), messageId, null, 0, null, text.substring(0, Math.min(text.length(), MAX_ODD_TEXT)),
                null, fault));
    }

    /** Announces the end: after this frame nothing is pushed. */
    public void leave(Disconnect disconnect) {
        state = Connection.State.LEAVING;
        push(SimulatedFrame.disconnect(disconnect.reason(), platform.now()));
        if (disconnect.ending() != Disconnect.Ending.NONE) {
            keep(vertx.setTimer(disconnect.silence().toMillis(), timer -> end(disconnect.ending())));
        }
    }

    private void end(Disconnect.Ending ending) {
        switch (ending) {
            case NORMAL -> close(1000, null);
            case GOING_AWAY -> close(1001, null);
            case RESET -> reset();
            case NONE -> { }
        }
    }

    /** Closes without a disconnect frame before, with a reason of at most 123 bytes. */
    public void close(int code, String reason) {
        if (code < 1000 || code > 4999 || (code >= 1004 && code <= 1006)) {
            throw new IllegalArgumentException("a close code is 1000 to 4999 without 1004 to 1006, not " + code);
        }
        state = Connection.State.LEAVING;
        socket.close((short) code, reason);
    }

    /** Stops reading, answering and sending, without closing. */
    public Future<Void> blackHole() {
        state = Connection.State.BLACK_HOLE;
        return onChannel(channel, () -> channel.config().setAutoRead(false));
    }

    /** The client gets a TCP reset, without a word before. */
    public Future<Void> reset() {
        state = Connection.State.LEAVING;
        return reset(channel);
    }

    private static Future<Void> reset(Channel channel) {
        return onChannel(channel, () -> {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            // from the first handler on, so that TLS sends no close_notify
            channel.pipeline().firstContext().close();
        });
    }

    private static Future<Void> onChannel(Channel channel, Runnable action) {
        Promise<Void> done = Promise.promise();
        channel.eventLoop().execute(() -> {
            if (channel.isOpen()) {
                action.run();
            }
            done.complete();
        });
        return done.future();
    }

    /** To be called once the connection is gone. */
    void ended() {
        List<Awaited> unanswered;
        synchronized (awaited) {
            ended = true;
            unanswered = List.copyOf(awaited.values());
            awaited.clear();
            timers.forEach(vertx::cancelTimer);
        }
        state = Connection.State.LEAVING;
        unanswered.forEach(push -> push.answer().tryFail("the connection closed before an answer"));
    }
}
