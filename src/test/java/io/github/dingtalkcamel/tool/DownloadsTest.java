package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.api.PublicAddresses;
import io.github.dingtalkcamel.component.file.Media;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that others wrote must not become a way into our network. */
class DownloadsTest {

    private static HttpServer server;
    private static final AtomicInteger ASKED = new AtomicInteger();

    @TempDir
    Path folder;

    @BeforeAll
    static void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/file", exchange -> {
            ASKED.incrementAndGet();
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(new byte[Integer.parseInt(exchange.getRequestURI().getQuery())]);
            }
        });
        server.createContext("/to", exchange -> {
            exchange.getResponseHeaders().add("Location", exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/slow", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            // never ends; the server's stop closes it
        });
        server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @BeforeEach
    void forget() {
        ASKED.set(0);
    }

    private static String local(String rest) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + rest;
    }

    private String refusal(Downloads downloads, String url) {
        FileException refusal = catchThrowableOfType(FileException.class,
                () -> downloads.fetch(Downloads.uri(url), 1_000, folder.resolve("file")));
        assertThat(refusal).as(url).isNotNull();
        assertThat(refusal.getMessage() + refusal.remedy()).doesNotContain("user:pass");
        return refusal.code();
    }

    private static Downloads open(Downloads.Dns dns) {
        // the internet of this test: this one address, and no other
        return new Downloads(dns, address -> address.getHostAddress().equals("127.0.0.1"), Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "http://127.0.0.1/", "http://127.8.9.10/", "http://localhost/", "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/",
                "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://100.127.255.255/", "http://0.0.0.0/", "http://0.1.2.3/",
        "http://224.0.0.1/", "http://239.1.1.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://192.0.0.8/", "http://192.0.2.1/",
        "http://198.18.0.1/", "http://198.51.100.7/", "http://203.0.113.9/", "http://[::1]/", "http://[::]/", "http://[fe80::1]/",
        "http://[fc00::1]/", "http://[fd12:3456::1]/", "http://[ff02::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/",
        "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::10.0.0.1]/",
        "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/", "http://[2002:a00:1::1]/", "http://[2001::1]/", "http://[2001:db8::1]/",
        "http://[fec0::1]/", "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
        "http://127.1/", "http://127.0.0.1./", "http://user:pass@example.com/", "http://example.com@127.0.0.1/", "ftp://example.com/",
        "file:///etc/passwd", "gopher://example.com/", "jar:http://example.com/!/",
        "//example.com/", "example.com/x", "http:///x", "http://", "javascript:alert(1)", "http://exa mple.com/", "http://１２７.0.0.1/",
        "http://127。0。0。1/"})
    void nothingButPublicAddressesIsAsked(String url) {
        try (Downloads downloads = new Downloads(PublicAddresses::lookUp, PublicAddresses::isPublic, Duration.ofSeconds(5))) {
            assertThat(refusal(downloads, url)).isEqualTo("urlRefused");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "169.253.1.1", "192.167.1.1",
            "223.255.255.255", "198.17.0.1",
        "2606:4700::1111", "64:ff9b::1.1.1.1", "2a00:1450::5"})
    void publicAddressesArePublic(String address) throws Exception {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"inside.example,10.0.0.1", "loop.example,127.0.0.1", "mapped.example,::ffff:192.168.0.1", "six.example,fd00::1",
            "meta.example,169.254.169.254"})
    void aNameForAPrivateAddressIsRefused(String name, String address) throws Exception {
        try (Downloads downloads = new Downloads(host -> new InetAddress[] {InetAddress.getByName(address)}, PublicAddresses::isPublic,
                Duration.ofSeconds(5))) {
            assertThat(refusal(downloads, "https://" + name + "/x.png")).isEqualTo("urlRefused");
        }
    }

    @Test
    void aNameWithAPublicAndAPrivateAddressIsRefused() throws Exception {
        try (Downloads downloads =
                new Downloads(host -> new InetAddress[] {InetAddress.getByName("1.1.1.1"), InetAddress.getByName("10.0.0.1")},
                PublicAddresses::isPublic, Duration.ofSeconds(5))) {
            assertThat(refusal(downloads, "http://both.example/")).isEqualTo("urlRefused");
        }
    }

    /** The first look-up shows a good address, the next another one: what is connected to was looked at. */
    @Test
    void aNameThatChangesItsAddressIsRefused() throws Exception {
        AtomicInteger lookUps = new AtomicInteger();
        try (Downloads downloads =
                open(host -> new InetAddress[] {InetAddress.getByName(lookUps.incrementAndGet() == 1 ? "127.0.0.1" : "127.0.0.2")})) {
            assertThat(refusal(downloads, "http://rebinding.example:" + server.getAddress().getPort() + "/file?10"))
                    .isEqualTo("urlRefused");
            assertThat(ASKED).hasValue(0);
            assertThat(lookUps).hasValue(2);
        }
    }

    @Test
    void redirectsAreCheckedLikeTheFirstAddress() throws Exception {
        try (Downloads downloads = open(PublicAddresses::lookUp)) {
            Path file = folder.resolve("file");
            downloads.fetch(URI.create(local("/to?" + local("/to?/file?10"))), 1_000, file);
            assertThat(file).hasSize(10);
            ASKED.set(0);

            for (String bad : List.of("http://127.0.0.2:" + server.getAddress().getPort() + "/file?10", "http://10.0.0.1/",
                    "file:///etc/passwd", "ftp://127.0.0.1/", "http://user:pass@127.0.0.1/", "http://2130706433/")) {
                assertThat(refusal(downloads, local("/to?" + bad))).as(bad).isEqualTo("urlRefused");
            }
            String loop = "/to?/to?/to?/to?/to?/to?/to?/file?10";
            assertThat(refusal(downloads, local(loop))).isEqualTo("urlRefused");
            assertThat(ASKED).hasValue(0);
        }
    }

    @Test
    void sizeAndTimeAreBounded() throws Exception {
        try (Downloads downloads = new Downloads(PublicAddresses::lookUp, any -> true, Duration.ofMillis(800))) {
            assertThat(refusal(downloads, local("/file?1001"))).isEqualTo("fileTooLarge");
            assertThat(refusal(downloads, local("/slow"))).isEqualTo("urlUnreachable");
            assertThat(refusal(downloads, local("/nothing"))).isEqualTo("urlUnreachable");
        }
    }

    @Test
    void pathsStayBelowTheirDirectory() throws Exception {
        Path directory = Files.createDirectories(folder.resolve("out"));
        Path inside = Files.createDirectories(directory.resolve("reports")).resolve("a.pdf");
        Files.writeString(inside, "%PDF");
        Path secret = folder.resolve("secret.pdf");
        Files.writeString(secret, "%PDF");
        Files.createDirectories(folder.resolve("out-more"));
        Files.writeString(folder.resolve("out-more").resolve("b.pdf"), "%PDF");
        Files.createSymbolicLink(directory.resolve("link.pdf"), secret);
        Files.createSymbolicLink(directory.resolve("dir"), folder);
        Files.createSymbolicLink(directory.resolve("good.pdf"), inside);
        FilesDirectory files = new FilesDirectory(java.util.Optional.of(directory));

        for (String good : List.of("reports/a.pdf", "./reports/../reports/a.pdf", "good.pdf", inside.toString())) {
            assertThat(files.resolve(good)).as(good).isEqualTo(inside.toRealPath());
        }
        for (String bad : List.of("../secret.pdf", "reports/../../secret.pdf", secret.toString(), "link.pdf", "dir/secret.pdf",
                "../out-more/b.pdf", "/etc/passwd", "reports", "none.pdf", "a\0b", "..", "", "~/x.pdf", "file:///etc/passwd")) {
            assertThat(catchThrowableOfType(FileException.class, () -> files.resolve(bad))).as(bad).extracting(FileException::code)
                    .isEqualTo("fileNotFound");
        }
        assertThat(catchThrowableOfType(FileException.class, () -> new FilesDirectory(java.util.Optional.empty()).resolve("a.pdf")))
                .hasMessageContaining("dingtalk.files-dir");
    }

    @Test
    void whatDingTalkWouldNotTakeIsRefusedBefore() throws Exception {
        try (Downloads downloads = open(PublicAddresses::lookUp)) {
            OutgoingFiles files = new OutgoingFiles(java.util.Optional.of(folder), downloads);
            Map<String, byte[]> contents = Map.of("page.png", "<html>".getBytes(), "tool.exe", new byte[10], "none", new byte[10],
                    "cut.mp4", "....ftyp".getBytes(), "big.amr", "#!AMR\n".concat("x".repeat(2 << 20)).getBytes());
            Map<String, String> codes = Map.of("page.png", "wrongContent", "tool.exe", "unsupportedFile", "none", "unsupportedFile",
                    "cut.mp4", "lengthUnknown", "big.amr", "fileTooLarge");
            for (Map.Entry<String, byte[]> each : contents.entrySet()) {
                Files.write(folder.resolve(each.getKey()), each.getValue());
                assertThat(catchThrowableOfType(FileException.class, () -> files.fromPath(each.getKey(), java.util.Optional.empty())))
                        .as(each.getKey())
                        .extracting(FileException::code).isEqualTo(codes.get(each.getKey()));
            }
            ASKED.set(0);
            assertThat(catchThrowableOfType(FileException.class,
                    () -> files.fromUrl(local("/file?10"), java.util.Optional.of("x.exe"), folder.resolve("t"))).code())
                    .isEqualTo("unsupportedFile");
            assertThat(ASKED).as("not even asked for").hasValue(0);
        }
    }

    @Test
    void lengthsAreReadFromTheFiles() throws Exception {
        byte[] amr = new byte[6 + 50 * 32];
        System.arraycopy("#!AMR\n".getBytes(), 0, amr, 0, 6);
        for (int i = 0; i < 50; i++) {
            amr[6 + 32 * i] = 7 << 3;
        }
        assertThat(length("a.amr", amr)).isEqualTo(Duration.ofSeconds(1));
        java.nio.ByteBuffer wav = java.nio.ByteBuffer.allocate(44 + 16_000).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes()).putInt(36 + 16_000).put("WAVEfmt ".getBytes()).putInt(16).putShort((short) 1).putShort((short) 1)
                .putInt(8_000).putInt(8_000)
                .putShort((short) 1).putShort((short) 8).put("data".getBytes()).putInt(16_000);
        assertThat(length("a.wav", wav.array())).isEqualTo(Duration.ofSeconds(2));
        assertThat(length("a.mp4", mp4(1_000, 7_500))).isEqualTo(Duration.ofMillis(7_500));
    }

    private Duration length(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        return MediaLength.of(file, Media.format(name)).orElseThrow();
    }

    /** A film's head. */
    static byte[] mp4(int scale, int length) {
        java.nio.ByteBuffer film = java.nio.ByteBuffer.allocate(16 + 8 + 108);
        film.putInt(16).put("ftypisom".getBytes()).putInt(0);
        film.putInt(116).put("moov".getBytes()).putInt(108).put("mvhd".getBytes()).putInt(0).putInt(0).putInt(0).putInt(scale)
                .putInt(length);
        return film.array();
    }

    @Test
    void unknownHostsAreTold() throws Exception {
        try (Downloads downloads = open(host -> {
            throw new UnknownHostException(host);
        })) {
            assertThat(refusal(downloads, "http://nowhere.example/")).isEqualTo("urlUnreachable");
        }
    }
}
