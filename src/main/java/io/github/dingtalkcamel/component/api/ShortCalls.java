package io.github.dingtalkcamel.component.api;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/1.1 calls with short bodies, straight to their host, at a third of what the JDK's client costs: a call on a kept connection is
 * written by the thread that makes it, and its answer is read by one thread for all connections.
 * <p>
 * Promises: nothing waits but the threads that open connections, of which there are so many at most. Calls that find no connection wait
 * for one in their order, be it new or given back. No call is repeated, no redirect followed, no cookie kept. A connection that was not
 * used for half a minute is closed. With TLS the JVM's trust store decides, and the certificate must be of the host.
 * <p>
 * Does not promise a limit on the time of a call: callers end it. Does not know proxies: see {@code reaches}.
 */
public final class ShortCalls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ShortCalls.class);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_MILLIS = 5_000;

    private final Duration connecting;
    private final Executor openers;
    private final ScheduledExecutorService deadlines;
    private final Supplier<SSLContext> tls;
    private final Map<Origin, Calls> origins = new HashMap<>();
    private Selector selector;
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
     * @param deadlines  ends the opening of those that take too long
     */
    public ShortCalls(Duration connecting, Executor threads, int atOnce, ScheduledExecutorService deadlines) {
        this(connecting, threads, atOnce, deadlines, ShortCalls::settingsOfJvm);
    }

    /** @param tls whom to trust */
    ShortCalls(Duration connecting, Executor threads, int atOnce, ScheduledExecutorService deadlines, Supplier<SSLContext> tls) {
        this.tls = tls;
        this.connecting = connecting;
        this.openers = new LimitedExecutor(threads, atOnce);
        this.deadlines = deadlines;
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
     * @param request as {@link RequestBytes} makes it
     * @param limit   bytes of the largest body of an answer
     */
    ShortCall send(Origin origin, byte[] request, long limit) {
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
        } catch (RuntimeException e) {
            synchronized (this) {
                origins.get(origin).waiting.remove(call);
            }
            call.failed(new IOException("no thread opens a connection", e));
        }
    }

    private void openFor(Origin origin) {
        if (!isOpened(origin)) {
            return;
        }
        KeptConnection connection;
        Wire wire = null;
        try {
            wire = opened(origin);
            connection = new KeptConnection(this, origin, wire);
            connection.register(reader());
        } catch (IOException | RuntimeException e) {
            if (wire != null) {
                wire.close();
            }
            ShortCall lost = nextOf(origin, true);
            if (lost != null) {
                lost.failed(e instanceof IOException io ? io : new IOException(e.getClass().getSimpleName(), e));
            }
            return;
        }
        idle(connection, true);
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

    private Wire opened(Origin origin) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        Wire wire = Wire.open();
        Future<?> end = null;
        try {
            end = deadlines.schedule(() -> {
                late.set(true);
                wire.close();
            }, connecting.toMillis(), TimeUnit.MILLISECONDS);
            wire.connect(new InetSocketAddress(InetAddress.getByName(origin.host()), origin.port()));
            if (origin.secure()) {
                wire.secure(tls.get(), origin.host(), origin.port());
            }
            return wire;
        } catch (IOException | RuntimeException e) {
            wire.close();
            if (late.get()) {
                throw timedOut(e);
            }
            throw e;
        } finally {
            if (end != null) {
                end.cancel(false);
            }
        }
    }

    private static IOException timedOut(Exception cause) {
        IOException late = new HttpConnectTimeoutException("no connection in time");
        late.initCause(cause);
        return late;
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
        if (closed && selector != null) {
            selector.wakeup();
        }
    }

    private synchronized Selector reader() throws IOException {
        if (closed) {
            throw new ConnectException("calls are no longer made");
        }
        if (selector == null) {
            selector = Selector.open();
            Thread thread = new Thread(this::read, "dingtalk-calls");
            thread.setDaemon(true);
            thread.start();
        }
        return selector;
    }

    private void read() {
        Wire.Buffers buffers = new Wire.Buffers();
        try (Selector all = selector) {
            long look = System.nanoTime();
            while (true) {
                all.select(key -> ready(key, buffers), LOOK_MILLIS);
                if (System.nanoTime() - look > TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)) {
                    look = System.nanoTime();
                    closeIdle();
                }
                synchronized (this) {
                    if (closed && all.keys().isEmpty()) {
                        return;
                    }
                }
            }
        } catch (IOException | ClosedSelectorException e) {
            LOG.error("The answers of calls to DingTalk can no longer be read: restart the application", e);
        }
    }

    private static void ready(SelectionKey key, Wire.Buffers buffers) {
        KeptConnection connection = (KeptConnection) key.attachment();
        try {
            connection.ready(buffers);
        } catch (RuntimeException | Error e) {
            connection.end(new IOException("the answer could not be read", e));
        }
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

    /** Closes what is idle. Calls under way are ended by those who made them, or end by themselves; later ones fail. */
    @Override
    public void close() {
        List<KeptConnection> idle = new ArrayList<>();
        Selector all;
        synchronized (this) {
            closed = true;
            origins.values().forEach(calls -> {
                idle.addAll(calls.idle);
                calls.idle.clear();
            });
            all = selector;
        }
        idle.forEach(each -> each.end(null));
        if (all != null && all.isOpen()) {
            all.wakeup();
        }
    }
}
