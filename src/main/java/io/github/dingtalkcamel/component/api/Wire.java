package io.github.dingtalkcamel.component.api;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;

/**
 * A TCP connection, with TLS or without. It is opened by calls that block; from {@link #nonBlocking} on nothing here waits.
 * <p>
 * With TLS the certificate must be of the host. Callers see to it that one thread at a time uses it.
 */
final class Wire {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private SSLEngine tls;
    /** The beginning of a TLS record of which the rest has not come yet, or null. */
    private byte[] begun;
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>();

    private Wire(SocketChannel channel) {
        this.channel = channel;
    }

    /** Not connected yet, so that it can be closed meanwhile. */
    static Wire open() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new Wire(channel);
    }

    void connect(InetSocketAddress address) throws IOException {
        channel.connect(address);
    }

    /** Begins TLS with the host of that name. */
    void secure(SSLContext context, String host, int port) throws IOException {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        tls = engine;
        handshake();
    }

    private void handshake() throws IOException {
        ByteBuffer in = ByteBuffer.allocate(tls.getSession().getPacketBufferSize()).flip();
        ByteBuffer plain = ByteBuffer.allocate(tls.getSession().getApplicationBufferSize());
        while (true) {
            HandshakeStatus next = tls.getHandshakeStatus();
            if (next == HandshakeStatus.NEED_TASK) {
                runTasks();
            } else if (next == HandshakeStatus.NEED_WRAP) {
                ByteBuffer out = wrapped(NOTHING);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
            } else if (next == HandshakeStatus.NEED_UNWRAP || next == HandshakeStatus.NEED_UNWRAP_AGAIN) {
                SSLEngineResult.Status status = tls.unwrap(in, plain).getStatus();
                if (status == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    in.compact();
                    if (channel.read(in) < 0) {
                        throw new SSLHandshakeException("the other side ended the connection during the handshake");
                    }
                    in.flip();
                } else if (status == SSLEngineResult.Status.CLOSED) {
                    throw new SSLHandshakeException("the other side ended TLS during the handshake");
                }
            } else {
                keep(in);
                return;
            }
        }
    }

    private void runTasks() {
        for (Runnable task = tls.getDelegatedTask(); task != null; task = tls.getDelegatedTask()) {
            task.run();
        }
    }

    private void keep(ByteBuffer in) {
        begun = in.hasRemaining() ? new byte[in.remaining()] : null;
        if (begun != null) {
            in.get(begun);
        }
    }

    /** From here on it never waits. @return the channel, to learn when it is ready */
    SocketChannel nonBlocking() throws IOException {
        channel.configureBlocking(false);
        return channel;
    }

    /**
     * Reads what is there.
     *
     * @param buffers for no other use meanwhile
     * @return what was read, which is nothing where a TLS record is not whole yet; null where the other side has ended the connection
     * @throws IOException also where the other side ended the connection without ending TLS: something may be missing
     */
    ByteBuffer read(Buffers buffers) throws IOException {
        ByteBuffer in = buffers.in.clear();
        if (tls == null) {
            return channel.read(in) < 0 ? null : in.flip();
        }
        if (begun != null) {
            in.put(begun);
            begun = null;
        }
        boolean ended = channel.read(in) < 0;
        in.flip();
        ByteBuffer plain = unwrapped(in, buffers.plain.clear());
        if (plain != null && ended && plain.position() == 0) {
            throw new IOException("the connection ended, but not TLS");
        }
        return plain == null ? null : plain.flip();
    }

    /** What each reading thread has one of: both hold several TLS records. */
    static final class Buffers {

        private final ByteBuffer in = ByteBuffer.allocate(1 << 16);
        private final ByteBuffer plain = ByteBuffer.allocate(1 << 16);
    }

    /** Returns null where TLS was ended, and nothing came before that. */
    private ByteBuffer unwrapped(ByteBuffer in, ByteBuffer plain) throws IOException {
        while (true) {
            SSLEngineResult result = tls.unwrap(in, plain);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                return plain.position() == 0 ? null : plain;
            }
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                keep(in);
                return plain;
            }
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                throw new SSLException("the other side wants to negotiate anew");
            }
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                // the answer to a change of keys
                send(wrapped(NOTHING));
            }
        }
    }

    private ByteBuffer wrapped(ByteBuffer plain) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(tls.getSession().getPacketBufferSize());
        SSLEngineResult.Status status = tls.wrap(plain, out).getStatus();
        boolean last = status == SSLEngineResult.Status.CLOSED && out.position() > 0;
        if (status != SSLEngineResult.Status.OK && !last) {
            throw new SSLException("TLS was ended");
        }
        return out.flip();
    }

    /** Sends the bytes, as far as they can be sent at once; the rest waits for {@link #flush}. @return whether all was sent */
    boolean write(ByteBuffer bytes) throws IOException {
        if (tls == null) {
            return send(bytes);
        }
        boolean sent = true;
        while (bytes.hasRemaining()) {
            sent = send(wrapped(bytes));
        }
        return sent;
    }

    private boolean send(ByteBuffer bytes) throws IOException {
        if (unsent.isEmpty()) {
            channel.write(bytes);
        }
        if (bytes.hasRemaining()) {
            unsent.add(bytes);
        }
        return unsent.isEmpty();
    }

    /** Sends what waits, as far as it can be sent at once. @return whether nothing waits any more */
    boolean flush() throws IOException {
        while (!unsent.isEmpty()) {
            channel.write(unsent.peek());
            if (unsent.peek().hasRemaining()) {
                return false;
            }
            unsent.remove();
        }
        return true;
    }

    /** Whether something waits to be sent. */
    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** Ends it at once; a thread that opens it gets an exception. Safe to call from any thread. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is closed nevertheless
        }
    }

    /** Tells the other side that TLS ends, where that does not wait, and ends it. */
    void end() {
        if (tls != null && !hasUnsent()) {
            tls.closeOutbound();
            try {
                send(wrapped(NOTHING));
            } catch (IOException e) {
                // a courtesy
            }
        }
        close();
    }
}
