package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to a server that a test can cut: bytes are swallowed, in both directions, and no connection ends by it. Or close: each connection
 * ends at once.
 */
public final class CutConnection implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile boolean cut;
    private volatile boolean refusing;

    public CutConnection(int target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** From now on nothing arrives any more. */
    public void cut() {
        cut = true;
    }

    /** The server is gone: connections end, and new ones end at once. */
    public void refuse() {
        refusing = true;
        closeAll();
    }

    /** The network is back: connections from before are gone. */
    public void mend() {
        closeAll();
        cut = false;
        refusing = false;
    }

    /** How many connections were tried so far, also in vain. */
    public int attempts() {
        return attempts.get();
    }

    private void closeAll() {
        sockets.forEach(CutConnection::close);
        sockets.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                attempts.incrementAndGet();
                sockets.add(client);
                if (refusing) {
                    close(client);
                } else if (!cut) {
                    connect(client);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void connect(Socket client) {
        try {
            Socket onward = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(onward);
            daemon(() -> copy(client, onward));
            daemon(() -> copy(onward, client));
        } catch (IOException e) {
            // the server is gone
            close(client);
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[16_384];
        try {
            for (int read = from.getInputStream().read(buffer); read >= 0; read = from.getInputStream().read(buffer)) {
                if (!cut) {
                    to.getOutputStream().write(buffer, 0, read);
                    to.getOutputStream().flush();
                }
            }
        } catch (IOException e) {
            // one side is gone
        } finally {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it was closed
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "cut-connection");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mend();
    }
}
