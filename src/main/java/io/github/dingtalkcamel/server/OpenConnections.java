package io.github.dingtalkcamel.server;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one HTTP server, bounded. Where a new one would exceed a bound, the oldest one whose client has proved nothing is
 * closed, so that a client with many idle connections does not keep others out; where there is none, the new one is closed. Safe for use by
 * several threads.
 */
public final class OpenConnections implements Handler<HttpConnection> {

    private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);
    private static final String WATCH = "watch";

    private final ServerLimits limits;
    private final HttpServerOptions options;
    /** Oldest first. */
    private final Set<ConnectionWatch> unproved = new LinkedHashSet<>();
    private int open;
    private long refused;
    private final LongAdder late = new LongAdder();

    private OpenConnections(ServerLimits limits, HttpServerOptions options) {
        this.limits = limits;
        this.options = options;
    }

    /** Options for a server whose connections these limits bound. */
    public static HttpServerOptions options(HttpServerOptions options, ServerLimits limits) {
        return limits.applyTo(options);
    }

    /** Bounds the connections of a server, made with {@link #options}, that does not listen yet. */
    public static OpenConnections of(HttpServer server, HttpServerOptions options, ServerLimits limits) {
        OpenConnections connections = new OpenConnections(limits, options);
        server.connectionHandler(connections).invalidRequestHandler(new InvalidRequests());
        return connections;
    }

    /** Takes a new connection. */
    @Override
    public void handle(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        ConnectionWatch watch = new ConnectionWatch(this, limits, channel);
        channel.closeFuture().addListener(closed -> left(watch));
        if (!enter(watch)) {
            channel.close();
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(VertxHttpRequestDecoder.class) == null) {
            LOG.error("A connection without an HTTP/1.1 decoder was closed");
            channel.close();
            return;
        }
        pipeline.replace(VertxHttpRequestDecoder.class, "httpDecoder", new StrictRequestDecoder(options, watch));
        pipeline.addBefore(pipeline.context(((ConnectionBase) connection).channelHandlerContext().handler()).name(), WATCH, watch);
    }

    private boolean enter(ConnectionWatch watch) {
        ConnectionWatch leaving = null;
        synchronized (this) {
            boolean crowded = unproved.stream().filter(other -> other.address().equals(watch.address())).count()
                    >= limits.unprovedPerAddress();
            if (crowded || open >= limits.connections()) {
                leaving = oldest(crowded ? watch.address() : null);
                if (leaving == null) {
                    refused++;
                    // so that leaving it changes no count
                    watch.proved = true;
                    open++;
                    return false;
                }
                refused++;
                unproved.remove(leaving);
            }
            open++;
            unproved.add(watch);
        }
        if (leaving != null) {
            LOG.debug("A connection gave way to a newer one");
            leaving.giveWay();
        }
        return true;
    }

    private ConnectionWatch oldest(InetAddress address) {
        return unproved.stream().filter(watch -> (address == null || watch.address().equals(address)) && watch.mayGiveWay())
                .findFirst().orElse(null);
    }

    private void left(ConnectionWatch watch) {
        watch.ended();
        synchronized (this) {
            open--;
            unproved.remove(watch);
        }
    }

    void late(String why) {
        late.increment();
        LOG.debug("Connection closed: {}", why);
    }

    /** The connection that this request came by has proved who its client is. */
    public void proved(HttpServerRequest request) {
        ConnectionWatch watch = ConnectionWatch.of(request);
        if (watch != null) {
            synchronized (this) {
                watch.proved = true;
                unproved.remove(watch);
            }
        }
    }

    /** Connections that are open now. */
    public synchronized int open() {
        return open;
    }

    /** Connections that were closed, or gave way, because there were too many. */
    public synchronized long refused() {
        return refused;
    }

    /** Connections that were closed because a deadline had passed. */
    public long late() {
        return late.sum();
    }
}
