package io.github.dingtalkcamel.component.api;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpConnectTimeoutException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;

/**
 * HTTP/1.1 calls with short bodies, straight to their host, by Netty, at less than half of what the JDK's client costs: one thread
 * writes and reads all connections, and no call is handed to another.
 * <p>
 * Promises: nothing waits but the threads that open connections, of which there are so many at most. Calls that find no connection wait
 * for one in their order, be it new or given back. No call is repeated, no redirect followed, no cookie kept. A connection that was not
 * used for half a minute is closed. With TLS the JVM's trust store decides, and the certificate must be of the host.
 * <p>
 * Does not promise a limit on the time of a call: callers end it. Does not know proxies: see {@code reaches}.
 */
public final class ShortCalls implements AutoCloseable {

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_SECONDS = 5;

    private final Duration connecting;
    private final Executor openers;
    private final Executor threads;
    private final Supplier<SSLContext> tls;
    private final Map<Origin, Calls> origins = new HashMap<>();
    private EventLoopGroup group;
    /** Connections, also those that are being opened. */
    private final Set<Channel> open = new HashSet<>();
    private boolean closed;

    /** Guarded by the outer object. */
    private static final class Calls {

        /** The one that was used last comes first. */
        private final Deque<KeptConnection> idle = new ArrayDeque<>();
        private final Deque<ShortCall> waiting = new ArrayDeque<>();
        /** Attempts to open a connection: each ends with one of those that wait. */
        private int opening;
    }

    /**
     * @param connecting for a connection to be opened, with TLS
     * @param threads    open connections, where they wait
     * @param atOnce     connections that are opened at the same time, at most
     */
    public ShortCalls(Duration connecting, Executor threads, int atOnce) {
        this(connecting, threads, atOnce, ShortCalls::settingsOfJvm);
    }

    /** @param tls which certificates are trusted */
    ShortCalls(Duration connecting, Executor threads, int atOnce, Supplier<SSLContext> tls) {
        this.tls = tls;
        this.connecting = connecting;
        this.openers = new LimitedExecutor(threads, atOnce);
        this.threads = threads;
    }

    private static SSLContext settingsOfJvm() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JVM's settings of TLS can't be used", e);
        }
    }

    /** Whether a call to there would go straight to its host: only then it can be made here. */
    boolean reaches(Origin origin) {
        synchronized (this) {
            // what a connection was opened to is not asked for again
            if (origins.containsKey(origin)) {
                return true;
            }
        }
        return origin.isDirect();
    }

    /**
     * Makes a call.
     *
     * @param request as {@link ShortRequest} makes it
     * @param limit   bytes of the largest body of an answer
     */
    ShortCall send(Origin origin, FullHttpRequest request, long limit) {
        ShortCall call = new ShortCall(request, limit);
        while (true) {
            KeptConnection kept;
            synchronized (this) {
                Calls calls = origins.computeIfAbsent(origin, none -> new Calls());
                kept = calls.idle.pollFirst();
                if (kept == null) {
                    calls.waiting.add(call);
                }
            }
            if (kept == null) {
                open(origin, call);
                return call;
            }
            if (kept.send(call)) {
                return call;
            }
        }
    }

    /** One such task for each call that waits, so that each gets a connection or learns why there is none. */
    private void open(Origin origin, ShortCall call) {
        try {
            openers.execute(() -> openFor(origin));
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                origins.get(origin).waiting.remove(call);
            }
            call.failed(new IOException("no thread opens a connection", e));
            rethrowIfError(e);
        }
    }

    private void openFor(Origin origin) {
        if (!isOpened(origin)) {
            return;
        }
        KeptConnection connection;
        try {
            connection = opened(origin);
        } catch (IOException | RuntimeException | Error e) {
            // also where there is no memory for a thread: else no other connection to there would be opened
            ShortCall lost = nextOf(origin, true);
            if (lost != null) {
                lost.failed(e instanceof IOException io ? io : new IOException(e.getClass().getSimpleName(), e));
            }
            rethrowIfError(e);
            return;
        }
        idle(connection, true);
    }

    private static void rethrowIfError(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
    }

    /** Whether another connection is to be opened: not where those that wait have got one that was given back. */
    private synchronized boolean isOpened(Origin origin) {
        Calls calls = origins.get(origin);
        calls.waiting.removeIf(ShortCall::isOver);
        if (calls.waiting.size() <= calls.opening) {
            return false;
        }
        calls.opening++;
        return true;
    }

    /** The call that has waited longest, or null. @param opened whether an attempt to open a connection ends with this */
    private synchronized ShortCall nextOf(Origin origin, boolean opened) {
        Calls calls = origins.get(origin);
        if (opened) {
            calls.opening--;
        }
        ShortCall next = calls.waiting.poll();
        while (next != null && next.isOver()) {
            next = calls.waiting.poll();
        }
        return next;
    }

    private KeptConnection opened(Origin origin) throws IOException {
        long until = System.nanoTime() + connecting.toNanos();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(origin.host()), origin.port());
        SslHandler secured = origin.secure() ? secured(origin) : null;
        Bootstrap bootstrap = new Bootstrap().group(eventLoop()).channel(NioSocketChannel.class).option(ChannelOption.TCP_NODELAY, true)
                // ended below
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0).handler(new OpeningHandler(secured));
        Channel channel = null;
        KeptConnection connection = null;
        try {
            ChannelFuture connected = bootstrap.connect(address);
            channel = connected.channel();
            count(channel);
            await(connected, until);
            if (secured != null) {
                await(secured.handshakeFuture(), until);
            }
            Channel ready = channel;
            // on its thread, so that nothing is read in between
            Future<KeptConnection> made = channel.eventLoop().submit(() -> KeptConnection.create(ready, this, origin));
            await(made, until);
            connection = made.getNow();
            return connection;
        } finally {
            if (connection == null && channel != null) {
                channel.close();
            }
        }
    }

    /** Among those that are open, until it is closed. */
    private void count(Channel channel) {
        synchronized (this) {
            open.add(channel);
        }
        channel.closeFuture().addListener(done -> {
            synchronized (this) {
                open.remove(channel);
            }
            endThread();
        });
    }

    private SslHandler secured(Origin origin) {
        SSLEngine engine = tls.get().createSSLEngine(origin.host(), origin.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        // the check of a certificate takes long
        SslHandler handler = new SslHandler(engine, threads);
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    private static void await(Future<?> step, long until) throws IOException {
        try {
            if (!step.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                throw new HttpConnectTimeoutException("no connection in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("no connection is opened any more");
        }
        if (step.cause() instanceof ConnectException || step.cause() instanceof SSLHandshakeException) {
            throw (IOException) step.cause();
        } else if (!step.isSuccess()) {
            throw step.cause() instanceof java.net.SocketException socket ? socket : broken(step.cause());
        }
    }

    /** Nothing was sent: what the connection broke by is then one of TLS, or of the network. */
    private static IOException broken(Throwable cause) {
        IOException broken = cause instanceof javax.net.ssl.SSLException || cause instanceof java.nio.channels.ClosedChannelException
                ? new SSLHandshakeException("the other side ended the connection during the handshake")
                : new ConnectException("the connection could not be opened");
        broken.initCause(cause);
        return broken;
    }

    /** The connection can be used by the next call. */
    void idle(KeptConnection connection) {
        idle(connection, false);
    }

    private void idle(KeptConnection connection, boolean opened) {
        ShortCall next;
        synchronized (this) {
            next = nextOf(connection.origin(), opened);
            if (next == null && !closed) {
                connection.idleSince(System.nanoTime());
                origins.get(connection.origin()).idle.addFirst(connection);
                return;
            }
        }
        if (next == null) {
            connection.end(null);
        } else if (!connection.send(next)) {
            synchronized (this) {
                origins.get(connection.origin()).waiting.addFirst(next);
            }
            open(connection.origin(), next);
        }
    }

    /** How many connections wait for a call. */
    synchronized int idle(Origin origin) {
        Calls calls = origins.get(origin);
        return calls == null ? 0 : calls.idle.size();
    }

    /** The connection has ended. */
    synchronized void ended(KeptConnection connection) {
        origins.get(connection.origin()).idle.remove(connection);
    }

    /** The thread ends with the last connection. */
    private void endThread() {
        EventLoopGroup unused;
        synchronized (this) {
            if (!closed || !open.isEmpty() || group == null) {
                return;
            }
            unused = group;
            group = null;
        }
        unused.shutdownGracefully(0, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private synchronized EventLoopGroup eventLoop() throws IOException {
        if (closed) {
            throw new ConnectException("calls are no longer made");
        }
        if (group == null) {
            group = new NioEventLoopGroup(1, task -> {
                Thread thread = new FastThreadLocalThread(task, "dingtalk-calls");
                thread.setDaemon(true);
                return thread;
            });
            group.scheduleWithFixedDelay(this::closeIdle, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        }
        return group;
    }

    private void closeIdle() {
        long now = System.nanoTime();
        List<KeptConnection> old = new ArrayList<>();
        synchronized (this) {
            for (Calls calls : origins.values()) {
                while (!calls.idle.isEmpty() && now - calls.idle.peekLast().idleSince() > IDLE_NANOS) {
                    old.add(calls.idle.pollLast());
                }
            }
        }
        old.forEach(each -> each.end(null));
    }

    /** Ends calls under way as well: they fail. To be called after {@link #close}. */
    public void shutdownNow() {
        List<Channel> all;
        synchronized (this) {
            all = List.copyOf(open);
        }
        all.forEach(Channel::close);
    }

    /** Closes what is idle. Calls under way are ended by those who made them, or end by themselves; later ones fail. */
    @Override
    public void close() {
        List<KeptConnection> idle = new ArrayList<>();
        synchronized (this) {
            closed = true;
            origins.values().forEach(calls -> {
                idle.addAll(calls.idle);
                calls.idle.clear();
            });
        }
        idle.forEach(each -> each.end(null));
        endThread();
    }
}
