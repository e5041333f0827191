package io.github.dingtalkcamel.server;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Follows what happens on one connection and closes it when a deadline passes: headers that do not come, an answer that is not taken,
 * silence between requests, the rest of a body that was refused. Time in which this side works on a request counts for nothing; bodies
 * that are wanted are timed by {@link BodyReader}. Everything but {@link #mayGiveWay} and {@link #giveWay} happens on the connection's
 * own event loop.
 */
final class ConnectionWatch extends ChannelDuplexHandler {

    /** What still comes after a refusal is dropped up to here, so that clients that send first and read then see the answer. */
    private static final long MOST_LINGERING_BYTES = 64L << 20;
    private static final int CHECKS = 8;
    /** Of earlier answers, when another one begins; a client that reads an answer before it asks again has none. */
    private static final long MOST_UNREAD_BYTES = 64 << 10;

    private enum Incoming {
        NOTHING, HEADERS, BODY
    }

    private final OpenConnections connections;
    private final ServerLimits limits;
    private final Channel channel;
    private final InetAddress address;

    private volatile Incoming incoming = Incoming.NOTHING;
    private volatile int unanswered;
    private volatile ChannelHandlerContext own;
    private boolean broken;
    private boolean upgraded;
    private boolean used;
    private long since = System.nanoTime();
    private long lingering;
    private long pendingBytes;
    private long pendingProgress;
    private long stalledSince;
    private Future<?> checks;

    /** Guarded by {@link #connections}. */
    boolean proved;

    ConnectionWatch(OpenConnections connections, ServerLimits limits, Channel channel) {
        this.connections = connections;
        this.limits = limits;
        this.channel = channel;
        this.address = channel.remoteAddress() instanceof InetSocketAddress client ? client.getAddress() : InetAddress.getLoopbackAddress();
        long every = Math.max(1, Math.min(limits.headerTime().toMillis(), limits.lingerTime().toMillis()) / CHECKS);
        this.checks = channel.eventLoop().scheduleWithFixedDelay(this::check, every, every, TimeUnit.MILLISECONDS);
    }

    /** The watch of the connection that a request came by, or null where it has none. */
    static ConnectionWatch of(HttpServerRequest request) {
        return request.connection() instanceof ConnectionBase connection
                ? connection.channel().pipeline().get(ConnectionWatch.class) : null;
    }

    InetAddress address() {
        return address;
    }

    /** Whether a well-behaved client loses nothing when this connection is closed: no request of it is being worked on. */
    boolean mayGiveWay() {
        return unanswered == 0 || incoming == Incoming.BODY;
    }

    void giveWay() {
        cut();
    }

    /** From here, since the handlers behind would first wait until everything is written. */
    private void cut() {
        ChannelHandlerContext context = own;
        if (context == null) {
            channel.close();
        } else {
            context.close();
        }
    }

    void received(int bytes) {
        if (incoming == Incoming.NOTHING) {
            incoming = Incoming.HEADERS;
            since = System.nanoTime();
        } else if (isLingering()) {
            lingering += bytes;
            if (lingering > MOST_LINGERING_BYTES) {
                close("refused, and sends on");
            }
        }
    }

    private boolean isLingering() {
        return incoming == Incoming.BODY && unanswered == 0;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        own = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (broken) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            incoming = Incoming.BODY;
            unanswered++;
            used = true;
            refuseAmbiguous(request);
            // where such a request ends may not be known, so nothing after it is one
            broken = request.decoderResult().isFailure();
        }
        if (message instanceof LastHttpContent) {
            incoming = Incoming.NOTHING;
            since = System.nanoTime();
        }
        super.channelRead(context, message);
    }

    private static void refuseAmbiguous(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return;
        }
        HttpVersion version = request.protocolVersion();
        boolean transfer = request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            // in which the refusal is sent
            request.setProtocolVersion(HttpVersion.HTTP_1_1);
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("neither HTTP/1.1 nor HTTP/1.0")));
        } else if (transfer && (version.equals(HttpVersion.HTTP_1_0) || request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                || request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1
                || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(request.headers().get(HttpHeaderNames.TRANSFER_ENCODING).strip()))) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("a Transfer-Encoding that is not chunked alone")));
        } else {
            InvalidRequests.refuseMalformedTarget(request);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        boolean interim = false;
        if (message instanceof HttpResponse response) {
            upgraded = response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
            interim = response.status().code() < HttpResponseStatus.OK.code();
            if (pendingBytes() > MOST_UNREAD_BYTES) {
                // many requests at once, whose answers are not read: each would be held until the client reads
                ReferenceCountUtil.release(message);
                promise.setFailure(new ClosedChannelException());
                close("does not read its answers, and asks on");
                return;
            }
        }
        super.write(context, message, promise);
        if (message instanceof LastHttpContent && !interim && unanswered > 0) {
            unanswered--;
            since = System.nanoTime();
            lingering = 0;
        }
    }

    private void check() {
        if (upgraded) {
            checks.cancel(false);
            return;
        }
        long now = System.nanoTime();
        if (isStalled(now)) {
            close("does not take its answer");
        } else if (incoming == Incoming.HEADERS) {
            // while this side has stopped reading, the client is not to blame
            if (channel.config().isAutoRead() && isOver(limits.headerTime(), since, now)) {
                close("headers too slow");
            }
        } else if (isLingering()) {
            if (isOver(limits.lingerTime(), since, now)) {
                close("refused, and still sends");
            }
        } else if (unanswered == 0 && isOver(used ? limits.idleTime() : limits.headerTime(), since, now)) {
            close("idle");
        }
    }

    private long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private boolean isStalled(long now) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long pending = pendingBytes();
        long progress = buffer == null ? 0 : buffer.currentProgress();
        if (pending == 0 || pending != pendingBytes || progress != pendingProgress) {
            pendingBytes = pending;
            pendingProgress = progress;
            stalledSince = now;
            return false;
        }
        return isOver(limits.progressTime(), stalledSince, now);
    }

    private static boolean isOver(Duration most, long since, long now) {
        return now - since > most.toNanos();
    }

    private void close(String why) {
        connections.late(why);
        cut();
    }

    /** Ends with the connection. */
    void ended() {
        checks.cancel(false);
    }
}
