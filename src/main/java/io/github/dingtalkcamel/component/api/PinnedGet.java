package io.github.dingtalkcamel.component.api;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One GET by HTTP/1.1, over a connection of its own to an address that the caller has checked. A change of the name's address after the
 * check leads it nowhere else. No proxy is used. Over TLS the certificate must be that of the name. Blocks the thread; {@link #close} on
 * another thread ends it.
 */
final class PinnedGet implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final int MAX_HEAD_BYTES = 65_536;

    private final URI uri;
    private final SSLSocketFactory tls;
    private volatile Socket socket;
    private volatile boolean closed;
    private int status;
    private final Map<String, String> headers = new HashMap<>();
    private InputStream body;

    PinnedGet(URI uri, SSLSocketFactory tls) {
        this.uri = uri;
        this.tls = tls;
    }

    /** Sends the request to the first of the addresses that can be reached, and reads the head of the answer. */
    void send(InetAddress... addresses) throws IOException {
        connect(addresses);
        socket.getOutputStream().write(request());
        socket.getOutputStream().flush();
        InputStream in = new BufferedInputStream(socket.getInputStream());
        do {
            readHead(in);
        } while (status / 100 == 1);
        String coding = headers.get("transfer-encoding");
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            throw new ProtocolException("transfer coding " + coding.length() + " characters");
        }
        body = coding != null ? new ChunkedBody(in)
                : new SizedBody(in, contentLength().orElse(Long.MAX_VALUE), contentLength().isPresent());
    }

    private void connect(InetAddress... addresses) throws IOException {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        IOException last = new IOException("no address");
        for (InetAddress address : addresses) {
            try {
                open(new InetSocketAddress(address, port));
                last = null;
                break;
            } catch (IOException e) {
                last = e;
                quietlyClose();
            }
        }
        if (last != null) {
            throw last;
        }
        if (secure) {
            secure(port);
        }
    }

    private void open(InetSocketAddress address) throws IOException {
        Socket made = new Socket(Proxy.NO_PROXY);
        socket = made;
        if (closed) {
            throw new IOException("closed");
        }
        made.connect(address, (int) CONNECT.toMillis());
        made.setSoTimeout((int) SILENCE.toMillis());
    }

    private void secure(int port) throws IOException {
        SSLSocket secured = (SSLSocket) tls.createSocket(socket, uri.getHost(), port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        socket = secured;
        if (closed) {
            throw new IOException("closed");
        }
        secured.startHandshake();
    }

    private byte[] request() {
        URI ascii = URI.create(uri.toASCIIString());
        String path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        String query = ascii.getRawQuery() == null ? "" : "?" + ascii.getRawQuery();
        String host = ascii.getHost() + (ascii.getPort() >= 0 ? ":" + ascii.getPort() : "");
        return ("GET " + path + query + " HTTP/1.1\r\nHost: " + host
                + "\r\nUser-Agent: dingtalk-camel\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void readHead(InputStream in) throws IOException {
        int[] left = {MAX_HEAD_BYTES};
        String first = line(in, left);
        if (!first.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new ProtocolException("no HTTP/1.1");
        }
        status = Integer.parseInt(first.substring(9, 12));
        headers.clear();
        for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.putIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
            }
        }
    }

    /** A line without its end. @param left how many bytes may still be read */
    private static String line(InputStream in, int[] left) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the answer ended within its head");
            }
            if (--left[0] < 0) {
                throw new ProtocolException("the head of the answer is too large");
            }
            line.append((char) c);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }

    int status() {
        return status;
    }

    /** @param name in lower case */
    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** How many bytes the answer says that it has. */
    Optional<Long> contentLength() throws IOException {
        String length = headers.get("content-length");
        if (length != null && !length.matches("[0-9]{1,18}")) {
            throw new ProtocolException("content length");
        }
        return Optional.ofNullable(length).map(Long::valueOf);
    }

    /** The content. Fails where the connection ends before it does. */
    InputStream body() {
        return body;
    }

    @Override
    public void close() {
        closed = true;
        quietlyClose();
    }

    private void quietlyClose() {
        Socket open = socket;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // it is given up in any case
            }
        }
    }

    /** The content, read in blocks. */
    private abstract static class Body extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public abstract int read(byte[] bytes, int offset, int length) throws IOException;
    }

    /** So many bytes, or where that is not known all until the connection ends. */
    private static final class SizedBody extends Body {

        private final InputStream in;
        private final boolean exact;
        private long left;

        SizedBody(InputStream in, long size, boolean exact) {
            this.in = in;
            this.left = size;
            this.exact = exact;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(bytes, offset, (int) Math.min(length, left));
            if (count < 0 && exact) {
                throw new EOFException("the answer ended early");
            }
            left -= Math.max(0, count);
            return count;
        }
    }

    /** The chunks of {@code Transfer-Encoding: chunked}. */
    private static final class ChunkedBody extends Body {

        private final InputStream in;
        private SizedBody chunk;
        private boolean ended;

        ChunkedBody(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (!ended) {
                if (chunk == null) {
                    begin();
                } else {
                    int count = chunk.read(bytes, offset, length);
                    if (count >= 0) {
                        return count;
                    }
                    // the end of the chunk's line
                    line(in, new int[] {2});
                    chunk = null;
                }
            }
            return -1;
        }

        private void begin() throws IOException {
            String size = line(in, new int[] {1_024}).replaceFirst("[ \t]*(;.*)?$", "");
            if (!size.matches("[0-9a-fA-F]{1,15}")) {
                throw new ProtocolException("size of a chunk");
            }
            long bytes = Long.parseLong(size, 16);
            ended = bytes == 0;
            chunk = new SizedBody(in, bytes, true);
        }
    }
}
