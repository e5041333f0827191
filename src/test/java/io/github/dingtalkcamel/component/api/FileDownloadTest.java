package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.simulator.SelfSigned;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An attachment's address is DingTalk's word, or that of a gateway on the way: it must not become a way into our network. */
class FileDownloadTest {

    private static final int MOST = 1_000;
    private static final Predicate<InetAddress> LOCAL = address -> address.getHostAddress().equals("127.0.0.1");

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger lookUps = new AtomicInteger();
    private HttpServer server;

    @TempDir
    Path folder;

    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        serveFiles(server);
        server.createContext("/to", exchange -> {
            exchange.getResponseHeaders().add("Location", exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
    }

    /** So many bytes as the query says: by a path that begins with /sized with their number before them, else in chunks. */
    private void serveFiles(HttpServer some) {
        some.createContext("/", exchange -> {
            asked.incrementAndGet();
            int size = Integer.parseInt(exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(200, exchange.getRequestURI().getPath().startsWith("/sized") ? size : 0);
            write(exchange, size);
        });
    }

    private static void write(HttpExchange exchange, int size) throws java.io.IOException {
        try (OutputStream out = exchange.getResponseBody()) {
            out.write("x".repeat(size).getBytes(StandardCharsets.US_ASCII));
        }
    }

    @AfterEach
    void stop() {
        server.stop(0);
        executor.shutdownNow();
        deadlines.shutdownNow();
    }

    /** An app whose base URL is at that port, and files.example and rebound.example may hold attachments. */
    private static DingTalkApp app(int port) {
        URI base = URI.create("http://127.0.0.1:" + port);
        return new DingTalkApp("main", "key", Secret.of("secret"), null, base, base, Language.EN, 6_000, 1,
                Set.of("files.example", "other.example", "localhost", "0x7f000001"), Secret.UNSET, Secret.UNSET, OptionNames.OF_URI);
    }

    private FileDownload downloads(FileDownload.Dns dns, Predicate<InetAddress> allowed) {
        return new FileDownload(HttpClient.newHttpClient(), executor, deadlines, host -> {
            lookUps.incrementAndGet();
            return dns.lookUp(host);
        }, allowed, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    private FileDownload local() {
        return downloads(host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")}, LOCAL);
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private Path fetched(FileDownload downloads, String url, Duration limit) throws Exception {
        Path file = Files.createTempFile(folder, "file", null);
        downloads.fetch(app(port()), url, file, MOST, limit).join();
        return file;
    }

    private DingTalkException refusal(FileDownload downloads, DingTalkApp app, String url, Duration limit) {
        Throwable failure = catchThrowable(() -> downloads.fetch(app, url, Files.createTempFile(folder, "file", null), MOST, limit).join());
        assertThat(failure).as(url).isInstanceOf(CompletionException.class);
        return (DingTalkException) failure.getCause();
    }

    private String refusal(FileDownload downloads, String url) {
        return refusal(downloads, app(port()), url, Duration.ofSeconds(10)).code();
    }

    /** The machine's own look-up does not know the name: so a second one, which might say something else, is not made. */
    @Test
    void connectsToTheAddressThatWasChecked() throws Exception {
        assertThat(fetched(local(), "http://files.example:" + port() + "/file?10", Duration.ofSeconds(10))).hasContent("x".repeat(10));
        assertThat(lookUps).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1"})
    void refusesANameThatAlsoHasAnAddressThatIsNotPublic(String address) {
        FileDownload downloads = downloads(host -> new InetAddress[] {InetAddress.getByName("1.1.1.1"), InetAddress.getByName(address)},
                PublicAddresses::isPublic);

        assertThat(refusal(downloads, "http://files.example:" + port() + "/file?10")).isEqualTo("urlRefused");
        assertThat(asked).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example/x", "http://files.example.evil.example/x", "ftp://files.example/x", "file:///etc/passwd",
        "http://user:pass@files.example/x", "http:///x", "x", "http://0x7f000001/x", "not a url"})
    void refusesOtherHostsAndSchemes(String url) {
        assertThat(refusal(local(), url)).isEqualTo("urlRefused");
        assertThat(lookUps).hasValue(0);
    }

    @Test
    void checksEachRedirectLikeTheFirstAddress() throws Exception {
        String files = "http://files.example:" + port();
        assertThat(fetched(local(), files + "/to?http://other.example:" + port() + "/to?/file?10", Duration.ofSeconds(10))).hasSize(10);
        asked.set(0);

        String app = "http://127.0.0.1:" + port();
        for (String url : List.of(files + "/to?http://evil.example/", files + "/to?file:///etc/passwd", files + "/to?ftp://files.example/",
                // neither into the gateway that a base URL may be, nor out of it
                files + "/to?" + app + "/file?10", app + "/to?" + files + "/file?10")) {
            assertThat(refusal(local(), url)).as(url).isEqualTo("urlRefused");
        }
        assertThat(refusal(local(), files + "/to?/to?/to?/to?/to?/to?/to?/file?10")).isEqualTo("downloadFailed");
        assertThat(asked).hasValue(0);
    }

    @Test
    void fetchesFromABaseUrlWithAnyAddress() throws Exception {
        FileDownload downloads = downloads(InetAddress::getAllByName, PublicAddresses::isPublic);

        assertThat(fetched(downloads, "http://127.0.0.1:" + port() + "/sized?1000", Duration.ofSeconds(10))).hasSize(1_000);
        assertThat(fetched(downloads, "http://127.0.0.1:" + port() + "/chunked?1000", Duration.ofSeconds(10))).hasSize(1_000);
    }

    @Test
    void boundsTheSize() {
        String files = "http://files.example:" + port();

        assertThat(refusal(local(), files + "/sized?1001")).isEqualTo("fileTooLarge");
        assertThat(refusal(local(), files + "/chunked?1001")).isEqualTo("fileTooLarge");
    }

    /** Answers one connection with these bytes, and keeps it open where it should. */
    private DingTalkException answered(String answer, boolean open, Duration limit) throws Exception {
        try (ServerSocket raw = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            executor.execute(() -> {
                try {
                    Socket socket = raw.accept();
                    InputStream in = socket.getInputStream();
                    while (in.read() != '\r' || in.read() != '\n' || in.read() != '\r') {
                        // until the end of the request's head
                    }
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    socket.getOutputStream().flush();
                    if (open) {
                        in.transferTo(OutputStream.nullOutputStream());
                    }
                    socket.close();
                } catch (java.io.IOException e) {
                    // the other side has closed
                }
            });
            return refusal(local(), app(raw.getLocalPort()), "http://files.example:" + raw.getLocalPort() + "/", limit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlonger than that\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n", "no http\r\n\r\n", ""})
    void aFileThatIsNotWholeIsNone(String answer) throws Exception {
        assertThat(answered(answer, false, Duration.ofSeconds(10)).code()).isEqualTo("downloadFailed");
    }

    @Test
    void boundsTheHeadAndTheTime() throws Exception {
        assertThat(answered("HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000), true, Duration.ofSeconds(20)).getMessage())
                .contains("ProtocolException");
        assertThat(answered("HTTP/1.1 200 OK\r\n\r\nbegun", true, Duration.ofMillis(300)).getMessage()).contains("not complete in time");
        assertThat(answered("", true, Duration.ofMillis(300)).getMessage()).contains("not complete in time");
    }

    @Test
    void overTlsTheCertificateMustBeThatOfTheName() throws Exception {
        SelfSigned self = SelfSigned.in(folder);
        KeyStore keys = KeyStore.getInstance(self.keyStore().toFile(), self.password().toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, self.password().toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls));
        serveFiles(secure);
        secure.start();
        try {
            FileDownload downloads = new FileDownload(HttpClient.newHttpClient(), executor, deadlines,
                    host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")}, LOCAL, tls.getSocketFactory());
            String port = ":" + secure.getAddress().getPort();

            assertThat(fetched(downloads, "https://localhost" + port + "/file?10", Duration.ofSeconds(10))).hasSize(10);
            assertThat(refusal(downloads, "https://files.example" + port + "/file?10")).isEqualTo("downloadFailed");
            assertThat(asked).hasValue(1);
            assertThat(refusal(local(), "https://localhost" + port + "/file?10")).as("a certificate that the JVM does not trust")
                    .isEqualTo("downloadFailed");
        } finally {
            secure.stop(0);
        }
    }
}
