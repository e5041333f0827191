package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

import io.github.dingtalkcamel.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by TLS, to a server with a certificate for {@code localhost}. */
class ShortCallsTlsTest {

    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;
    private static SSLContext trusting;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean cut;
    private volatile boolean withoutEndOfTls;
    private ServerSocket server;

    @BeforeAll
    static void certificate() throws Exception {
        Path file = folder.resolve("key.p12");
        Process process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-validity", "2", "-storetype",
                "PKCS12", "-storepass", new String(PASSWORD), "-keystore", file.toString())).inheritIO().start();
        assertThat(process.waitFor()).isZero();
        KeyStore key = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            key.load(in, PASSWORD);
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", key.getCertificate("server"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(key, PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        trusting = SSLContext.getInstance("TLS");
        trusting.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    private void listen(String... protocols) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        threads.execute(() -> {
            try {
                while (true) {
                    Socket plain = server.accept();
                    connections.incrementAndGet();
                    SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket(plain, "client", 0, true);
                    socket.setUseClientMode(false);
                    socket.setEnabledProtocols(protocols);
                    threads.execute(() -> serve(socket, plain));
                }
            } catch (IOException e) {
                // closed
            }
        });
    }

    /** Sends each body back. */
    private void serve(SSLSocket socket, Socket plain) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = 0;
                for (String line = line(in); !line.isEmpty(); line = line(in)) {
                    length = line.startsWith("Content-Length: ") ? Integer.parseInt(line.substring("Content-Length: ".length())) : length;
                }
                byte[] body = in.readNBytes(length);
                String head = "HTTP/1.1 200 OK\r\n" + (cut ? "" : "Content-Length: " + length + "\r\n") + "\r\n";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(body);
                if (cut) {
                    socket.getOutputStream().flush();
                    if (withoutEndOfTls) {
                        plain.close();
                    }
                    return;
                }
            }
        } catch (IOException e) {
            // it ended
        }
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int read = in.readUnsignedByte(); read != '\n'; read = in.readUnsignedByte()) {
            line.append((char) read);
        }
        return line.toString().strip();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        threads.shutdownNow();
    }

    private ShortCall call(ShortCalls by, String host, String body) {
        URI uri = URI.create("https://" + host + ":" + server.getLocalPort() + "/");
        Origin origin = Origin.of(uri);
        return by.send(origin, ShortRequest.of("POST", uri, origin.authority(), Map.of(), body.getBytes(StandardCharsets.UTF_8)), 1 << 20);
    }

    private static String body(ShortCall call) throws Exception {
        return new String(call.received().get(30, TimeUnit.SECONDS).body(), StandardCharsets.UTF_8);
    }

    private static Throwable failure(ShortCall call) throws Exception {
        try {
            call.received().get(30, TimeUnit.SECONDS);
            throw new AssertionError("it was answered");
        } catch (ExecutionException e) {
            assertThat(call.isUnderWay()).as("nothing was sent").isFalse();
            return e.getCause();
        }
    }

    private ShortCalls trusting() {
        return new ShortCalls(PATIENCE, threads, 4, () -> trusting);
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void sendsAndReadsManyRecordsOnOneConnection(String protocol) throws Exception {
        listen(protocol);
        try (ShortCalls calls = trusting()) {
            for (int i = 0; i < 10; i++) {
                String large = (i + "长").repeat(60_000);
                assertThat(body(call(calls, "localhost", large))).isEqualTo(large);
                assertThat(body(call(calls, "localhost", "small"))).isEqualTo("small");
            }
        }
        assertThat(connections).hasValue(1);
    }

    @Test
    void refusesACertificateThatIsNotTrusted() throws Exception {
        listen("TLSv1.3");
        try (LogLines log = LogLines.listen()) {
            try (ShortCalls calls = new ShortCalls(PATIENCE, threads, 4)) {
                assertThat(failure(call(calls, "localhost", "x"))).isInstanceOf(SSLHandshakeException.class);
                Thread reader = ShortCallsTest.reader();
                calls.close();
                reader.join(PATIENCE.toMillis());
            }
            assertThat(log.all()).as("who makes the call tells of it").noneMatch(line -> line.contains("io.netty"));
        }
    }

    /** Such as one of memory: it must not keep later calls from a connection. */
    @Test
    void opensAConnectionAfterAnError() throws Exception {
        listen("TLSv1.3");
        AtomicBoolean broken = new AtomicBoolean(true);
        try (ShortCalls calls = new ShortCalls(PATIENCE, threads, 4, () -> {
            if (broken.getAndSet(false)) {
                throw new NoClassDefFoundError("on purpose");
            }
            return trusting;
        })) {
            assertThat(failure(call(calls, "localhost", "x"))).isInstanceOf(IOException.class).hasMessage("NoClassDefFoundError");
            assertThat(body(call(calls, "localhost", "x"))).isEqualTo("x");
        }
    }

    @Test
    void refusesACertificateOfAnotherHost() throws Exception {
        listen("TLSv1.3");
        try (ShortCalls calls = trusting()) {
            assertThat(failure(call(calls, "127.0.0.1", "x"))).isInstanceOf(SSLHandshakeException.class);
            assertThat(body(call(calls, "localhost", "x"))).isEqualTo("x");
        }
    }

    /** Anyone on the way can end a TCP connection. */
    @Test
    void anAnswerWithoutALengthIsNotWholeWhereOnlyTheConnectionEnds() throws Exception {
        cut = true;
        withoutEndOfTls = true;
        listen("TLSv1.3");
        try (ShortCalls calls = trusting()) {
            assertThat(call(calls, "localhost", "all of it").received()).failsWithin(PATIENCE).withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void anAnswerWithoutALengthIsWholeWhenTlsEnds() throws Exception {
        cut = true;
        listen("TLSv1.3");
        try (ShortCalls calls = trusting()) {
            assertThat(body(call(calls, "localhost", "all of it"))).isEqualTo("all of it");
        }
    }
}
