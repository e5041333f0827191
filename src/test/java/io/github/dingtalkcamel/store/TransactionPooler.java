package io.github.dingtalkcamel.store;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A connection pooler between a client and PostgreSQL, as PgBouncer is one: in transaction mode each transaction is sent to a server
 * connection that is free, the one used last first; in session mode a client keeps its server connection.
 */
final class TransactionPooler implements AutoCloseable {

    private static final int SSL = 80877103;
    private static final int GSS = 80877104;

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int database;
    private final boolean sessionMode;
    private final Deque<Server> free = new ArrayDeque<>();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    TransactionPooler(int databasePort, boolean sessionMode) throws IOException {
        this.database = databasePort;
        this.sessionMode = sessionMode;
        thread(() -> {
            while (true) {
                Socket client = socket.accept();
                open.add(client);
                thread(() -> serve(client));
            }
        });
    }

    int port() {
        return socket.getLocalPort();
    }

    private interface Task {
        void run() throws Exception;
    }

    private static void thread(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Exception e) {
                // one side is gone
            }
        }, "pooler");
        thread.setDaemon(true);
        thread.start();
    }

    /** A connection to PostgreSQL. */
    private static final class Server {
        final DataInputStream in;
        final DataOutputStream out;

        Server(Socket socket) throws IOException {
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }
    }

    private void serve(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        byte[] startup = startup(in, out);
        Server server = server(startup);
        // what a pooler says of itself: authenticated, a key of its own for cancelling, ready
        out.write(new byte[] { 'R', 0, 0, 0, 8, 0, 0, 0, 0 });
        for (String parameter : List.of("server_version\00015.0", "client_encoding\000UTF8", "integer_datetimes\000on",
                "standard_conforming_strings\000on", "DateStyle\000ISO, MDY", "TimeZone\000UTC")) {
            out.writeByte('S');
            out.writeInt(parameter.length() + 5);
            out.writeBytes(parameter + "\000");
        }
        out.write(new byte[] { 'K', 0, 0, 0, 12, 0x7f, 1, 2, 3, 4, 5, 6, 7, 'Z', 0, 0, 0, 5, 'I' });
        if (!sessionMode) {
            release(server);
            server = null;
        }
        while (true) {
            byte[] message = message(in);
            if (message[0] == 'X') {
                client.close();
                return;
            }
            if (server == null) {
                server = server(startup);
            }
            server.out.write(message);
            if (message[0] == 'S' || message[0] == 'Q') {
                server.out.flush();
                byte[] answer;
                do {
                    answer = message(server.in);
                    out.write(answer);
                } while (answer[0] != 'Z');
                if (answer[5] == 'I' && !sessionMode) {
                    release(server);
                    server = null;
                }
            }
        }
    }

    private synchronized void release(Server server) {
        free.push(server);
    }

    private Server server(byte[] startup) throws IOException {
        synchronized (this) {
            if (!free.isEmpty() && !sessionMode) {
                return free.pop();
            }
        }
        Socket connection = new Socket("127.0.0.1", database);
        open.add(connection);
        Server server = new Server(connection);
        server.out.write(startup);
        while (message(server.in)[0] != 'Z') {
            // who it is and what it can do
        }
        return server;
    }

    private static byte[] startup(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte[] startup = new byte[in.readInt()];
            ByteBuffer.wrap(startup).putInt(startup.length);
            in.readFully(startup, 4, startup.length - 4);
            int code = ByteBuffer.wrap(startup).getInt(4);
            if (code != SSL && code != GSS) {
                return startup;
            }
            out.writeByte('N');
        }
    }

    private static byte[] message(DataInputStream in) throws IOException {
        byte type = in.readByte();
        int length = in.readInt();
        byte[] message = new byte[length + 1];
        ByteBuffer.wrap(message).put(type).putInt(length);
        in.readFully(message, 5, length - 4);
        return message;
    }

    @Override
    public void close() throws Exception {
        socket.close();
        for (AutoCloseable each : open) {
            each.close();
        }
    }
}
