package io.github.dingtalkcamel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A connection on which a test sends what no HTTP client would, and sees what comes back. */
public final class RawHttp implements AutoCloseable {

    private final Socket socket;

    private RawHttp(Socket socket) {
        this.socket = socket;
    }

    /** Connects to the host and port of a URL. */
    public static RawHttp to(String url) throws IOException {
        URI uri = URI.create(url);
        Socket socket = new Socket(InetAddress.getByName(uri.getHost()), uri.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return new RawHttp(socket);
    }

    /** The same with little room for what it does not read, so that the other side soon has to keep it. */
    public static RawHttp withSmallBuffer(String url) throws IOException {
        URI uri = URI.create(url);
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getByName(uri.getHost()), uri.getPort()));
        socket.setSoTimeout(20_000);
        return new RawHttp(socket);
    }

    public RawHttp send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    public RawHttp send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** The status line, once it is there; empty where the connection is closed without one. */
    public String status() throws IOException {
        return line();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            for (int read = in.read(); read >= 0 && read != '\n'; read = in.read()) {
                line.write(read);
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return line.toString(StandardCharsets.UTF_8);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    /**
     * One answer with its headers and its body: of the length that it says, and then the connection may stay open; else all up to its end.
     */
    public String answer() throws IOException {
        StringBuilder answer = new StringBuilder();
        int length = Integer.MAX_VALUE;
        String line = line();
        answer.append(line).append('\n');
        while (!line.isEmpty()) {
            line = line();
            answer.append(line).append('\n');
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return answer.append(new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8)).toString();
    }

    /** Everything up to the connection's end. */
    public String everything() throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException e) {
            throw new IOException("The connection was not closed", e);
        } catch (IOException e) {
            // a reset is an end as well
            return "";
        }
    }

    /** Whether the other side has closed, or closes within so many milliseconds. What comes meanwhile is dropped. */
    public boolean isClosedWithin(int milliseconds) throws IOException {
        socket.setSoTimeout(milliseconds);
        try {
            long end = System.nanoTime() + milliseconds * 1_000_000L;
            while (System.nanoTime() < end) {
                if (socket.getInputStream().read() < 0) {
                    return true;
                }
            }
            return false;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
