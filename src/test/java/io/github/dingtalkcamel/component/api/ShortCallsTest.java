package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.netty.util.internal.logging.InternalLoggerFactory;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over real sockets. */
class ShortCallsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final long LIMIT = 1 << 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ServerSocket server;
    private final ShortCalls calls = new ShortCalls(PATIENCE, threads, 4);
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    /** Whole requests, head and body. */
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    private volatile Answering answering = (request, socket) -> send(socket, OK);

    interface Answering {
        void answer(String request, Socket socket) throws Exception;
    }

    ShortCallsTest() throws IOException {
        server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(() -> accept(server));
    }

    private void accept(ServerSocket listening) {
        try {
            while (true) {
                Socket socket = listening.accept();
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int read = in.read();
                    if (read < 0) {
                        return;
                    }
                    head.append((char) read);
                }
                int length = Integer.parseInt(head.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
                String request = head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
                requests.add(request);
                answering.answer(request, socket);
            }
        } catch (Exception e) {
            // it ended
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @AfterEach
    void stop() throws IOException {
        calls.close();
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + path);
    }

    private ShortCall call(String path, String body) {
        return call(calls, url(path), body);
    }

    private static ShortCall call(ShortCalls by, URI uri, String body) {
        Origin origin = Origin.of(uri);
        return by.send(origin, ShortRequest.of("POST", uri, origin.authority(), Map.of("Accept", "application/json"),
                body.getBytes(StandardCharsets.UTF_8)), LIMIT);
    }

    private static String body(ShortCall call) throws Exception {
        return new String(call.received().get(30, TimeUnit.SECONDS).body(), StandardCharsets.ISO_8859_1);
    }

    private static Throwable failure(ShortCall call) throws Exception {
        try {
            call.received().get(30, TimeUnit.SECONDS);
            throw new AssertionError("it was answered");
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    @Test
    void sendsTheRequestAndUsesTheConnectionAgain() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(body(call("/a%20b?session=1", "{\"text\":\"长\"}"))).isEqualTo("ok");
        }

        String expected = "POST /a%20b?session=1 HTTP/1.1\r\nHost: 127.0.0.1:" + server.getLocalPort()
                + "\r\nContent-Length: 14\r\nAccept: application/json\r\n\r\n{\"text\":\"长\"}";
        assertThat(requests).hasSize(5).allMatch(expected::equals);
        assertThat(sockets).hasSize(1);
    }

    @Test
    void aCallThatFindsNoConnectionOpensOne() throws Exception {
        CountDownLatch all = new CountDownLatch(20);
        answering = (request, socket) -> {
            all.countDown();
            all.await();
            send(socket, OK);
        };
        List<ShortCall> made = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            made.add(call("/" + i, "x"));
        }
        for (ShortCall each : made) {
            assertThat(body(each)).isEqualTo("ok");
        }
        assertThat(sockets).hasSize(20);
    }

    @Test
    void aCallThatWaitsGetsAConnectionThatIsGivenBack() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        try (ShortCalls slow = new ShortCalls(PATIENCE, task -> threads.execute(() -> {
            if (!sockets.isEmpty()) {
                opening.countDown();
                awaitQuietly(held);
            }
            task.run();
        }), 4)) {
            CountDownLatch answer = new CountDownLatch(1);
            answering = (request, socket) -> {
                awaitQuietly(answer);
                send(socket, OK);
            };
            ShortCall first = call(slow, url("/1"), "x");
            assertThat(requests.poll(30, TimeUnit.SECONDS)).contains("/1");
            ShortCall second = call(slow, url("/2"), "x");
            assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.isUnderWay()).as("nothing was sent").isFalse();
            answer.countDown();

            assertThat(body(first)).isEqualTo("ok");
            assertThat(body(second)).as("while no connection can be opened").isEqualTo("ok");
            assertThat(sockets).hasSize(1);
            held.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aConnectionThatTheServerClosedMeanwhileIsNotUsed() throws Exception {
        answering = (request, socket) -> {
            send(socket, OK);
            if (sockets.size() == 1) {
                socket.close();
            }
        };
        assertThat(body(call("/1", "x"))).isEqualTo("ok");
        Awaitility.await().atMost(PATIENCE).until(() -> calls.idle(Origin.of(url("/"))) == 0);

        assertThat(body(call("/2", "x"))).isEqualTo("ok");
        assertThat(sockets).hasSize(2);
        assertThat(requests).hasSize(2);
    }

    @Test
    void aConnectionIsNotUsedAgainWhereTheServerSaysThatItClosesIt() throws Exception {
        answering = (request, socket) -> send(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        assertThat(body(call("/1", "x"))).isEqualTo("ok");
        assertThat(body(call("/2", "x"))).isEqualTo("ok");
        assertThat(sockets).hasSize(2);
    }

    @Test
    void aConnectionIsNotUsedAgainWhereMoreCameThanTheAnswer() throws Exception {
        answering = (request, socket) -> send(socket, OK + OK);
        assertThat(failure(call("/1", "x"))).isInstanceOf(IOException.class).hasMessage("more came than the answer");
        answering = (request, socket) -> send(socket, OK);
        assertThat(body(call("/2", "x"))).isEqualTo("ok");
        assertThat(sockets).hasSize(2);
    }

    @Test
    void tellsWhetherTheAnswerHadBegunWhenTheConnectionEnded() throws Exception {
        answering = (request, socket) -> socket.close();
        ShortCall unanswered = call("/1", "x");
        assertThat(failure(unanswered)).isInstanceOf(IOException.class);
        assertThat(unanswered.began()).isFalse();
        assertThat(unanswered.isUnderWay()).isTrue();

        answering = (request, socket) -> {
            send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
            socket.close();
        };
        ShortCall cut = call("/2", "x");
        assertThat(failure(cut)).isExactlyInstanceOf(IOException.class);
        assertThat(cut.began()).isTrue();
        assertThat(requests).as("nothing is repeated").hasSize(2);
    }

    @Test
    void anAnswerWithoutALengthIsWholeWhenTheConnectionEnds() throws Exception {
        answering = (request, socket) -> {
            send(socket, "HTTP/1.1 200 OK\r\n\r\nall of it");
            socket.close();
        };
        assertThat(body(call("/1", "x"))).isEqualTo("all of it");
    }

    @Test
    void sendsAndReadsMoreThanASocketHoldsWithoutWaiting() throws Exception {
        String large = "x".repeat(1 << 20);
        CountDownLatch read = new CountDownLatch(1);
        try (ServerSocket slow = new ServerSocket()) {
            slow.setReceiveBufferSize(8 << 10);
            slow.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            ShortCall call = call(calls, URI.create("http://127.0.0.1:" + slow.getLocalPort() + "/"), large.repeat(16));
            Socket socket = slow.accept();
            // the other connections work meanwhile
            assertThat(body(call("/1", "x"))).isEqualTo("ok");
            answering = (request, ignored) -> {
                assertThat(request).endsWith(large.repeat(16)).hasSizeGreaterThan(16 << 20);
                read.countDown();
                send(ignored, "HTTP/1.1 200 OK\r\nContent-Length: " + large.length() + "\r\n\r\n" + large);
            };
            threads.execute(() -> serve(socket));
            assertThat(body(call)).isEqualTo(large);
            assertThat(read.getCount()).isZero();
        }
    }

    @Test
    void theEndOfACallEndsItsConnection() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        answering = (request, socket) -> {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            ended.countDown();
        };
        ShortCall call = call("/1", "x");
        assertThat(requests.poll(30, TimeUnit.SECONDS)).isNotNull();

        call.end();

        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(call.received()).isCancelled();
        answering = (request, socket) -> send(socket, OK);
        assertThat(body(call("/2", "x"))).isEqualTo("ok");
    }

    @Test
    void aCallThatWasAnsweredStaysKnownAsSent() throws Exception {
        ShortCall call = call("/1", "x");
        assertThat(body(call)).isEqualTo("ok");
        assertThat(call.isUnderWay()).isTrue();
    }

    @Test
    void aCallThatEndedBeforeItWasSentIsNotSent() throws Exception {
        List<Runnable> held = new ArrayList<>();
        try (ShortCalls slow = new ShortCalls(PATIENCE, held::add, 4)) {
            ShortCall ended = call(slow, url("/ended"), "x");
            ShortCall wanted = call(slow, url("/wanted"), "x");
            ended.end();
            assertThat(ended.isUnderWay()).isFalse();
            held.forEach(Runnable::run);

            assertThat(body(wanted)).isEqualTo("ok");
            assertThat(requests).singleElement().asString().contains("/wanted");
        }
    }

    @Test
    void tellsThatTheHostCanNotBeReached() throws Exception {
        int unused;
        try (ServerSocket none = new ServerSocket(0)) {
            unused = none.getLocalPort();
        }
        ShortCall refused = call(calls, URI.create("http://127.0.0.1:" + unused + "/"), "x");
        assertThat(failure(refused)).isInstanceOf(ConnectException.class);
        assertThat(refused.isUnderWay()).isFalse();
        assertThat(failure(call(calls, URI.create("http://host.invalid/"), "x"))).isInstanceOf(java.net.UnknownHostException.class);
    }

    @Test
    void aHandshakeThatTakesTooLongIsNoConnection() throws Exception {
        try (ShortCalls hasty = new ShortCalls(Duration.ofMillis(200), threads, 4); ServerSocket silent = new ServerSocket(0)) {
            ShortCall call = call(hasty, URI.create("https://127.0.0.1:" + silent.getLocalPort() + "/"), "x");
            assertThat(failure(call)).isInstanceOf(HttpConnectTimeoutException.class);
            assertThat(call.isUnderWay()).isFalse();
        }
    }

    @Test
    void endsItsThreadAndItsConnectionsWhenItIsClosed() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        answering = (request, socket) -> {
            if (request.contains("/held")) {
                awaitQuietly(answer);
            }
            send(socket, OK);
        };
        ShortCall underWay = call("/held", "x");
        assertThat(requests.poll(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(body(call("/1", "x"))).isEqualTo("ok");
        Thread reader = reader();
        assertThat(calls.idle(Origin.of(url("/")))).isEqualTo(1);

        calls.close();

        answer.countDown();
        assertThat(body(underWay)).as("a call under way is answered").isEqualTo("ok");
        reader.join(PATIENCE.toMillis());
        assertThat(reader.isAlive()).isFalse();
        assertThat(failure(call("/3", "x"))).isInstanceOf(ConnectException.class).hasMessage("calls are no longer made");
    }

    @Test
    void callsUnderWayFailWhenAllIsEnded() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        answering = (request, socket) -> awaitQuietly(never);
        ShortCall underWay = call("/held", "x");
        assertThat(requests.poll(30, TimeUnit.SECONDS)).isNotNull();
        Thread reader = reader();
        calls.close();
        assertThat(underWay.received()).isNotDone();

        calls.shutdownNow();

        assertThat(failure(underWay)).isInstanceOf(IOException.class);
        assertThat(underWay.isUnderWay()).as("it may have arrived").isTrue();
        reader.join(PATIENCE.toMillis());
        assertThat(reader.isAlive()).isFalse();
        never.countDown();
    }

    /** That of the calls that were made last. */
    static Thread reader() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("dingtalk-calls"))
                .max(java.util.Comparator.comparingLong(Thread::getId)).orElseThrow();
    }

    @Test
    void doesNotReachWhatNeedsAProxy() {
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(uri.getHost().equals("proxied.test")
                        ? new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy.test", 3128)) : Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {
            }
        });
        try {
            assertThat(calls.reaches(Origin.of(URI.create("https://proxied.test/a")))).isFalse();
            assertThat(calls.reaches(Origin.of(URI.create("https://direct.test/a")))).isTrue();
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    /** What a peer sends in place of an answer, and with what it goes on for as long as it is read. */
    @ParameterizedTest
    @CsvSource({ "'HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n', x", "'HTTP/1.1 200 OK\r\n\r\n', x",
            "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n', x" })
    void refusesABodyBeyondTheLimit(String begin, String more) throws Exception {
        answering = (request, socket) -> endless(socket, begin, more);
        ShortCall call = call("/1", "x");
        assertThat(failure(call)).isInstanceOf(BoundedAnswer.TooLargeException.class).hasMessageContaining("1048576 bytes");
        assertThat(call.began()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "'HTTP/1.1 200 ', x", "'HTTP/1.1 200 OK\r\nA: ', x", "'HTTP/1.1 200 OK\r\n', 'A: b\r\n'",
            "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'A: b\r\n'",
            "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 0" })
    void refusesAHeadThatDoesNotEnd(String begin, String more) throws Exception {
        answering = (request, socket) -> endless(socket, begin, more);
        assertThat(failure(call("/1", "x"))).isInstanceOf(IOException.class).hasMessage("the answer is not HTTP/1.1");
    }

    private static void endless(Socket socket, String begin, String more) throws IOException {
        send(socket, begin);
        while (true) {
            send(socket, more.repeat(1_000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/2 200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: nothing\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n" })
    void refusesWhatIsNoAnswer(String answer) throws Exception {
        answering = (request, socket) -> send(socket, answer);
        assertThat(failure(call("/1", "x"))).isInstanceOf(IOException.class).hasMessage("the answer is not HTTP/1.1");
    }

    @Test
    void passesOverInterimAnswersAndKeepsTheConnectionAfterAnAnswerWithoutABody() throws Exception {
        answering = (request, socket) -> send(socket, "HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
        for (int i = 0; i < 2; i++) {
            SentCall.Received received = call("/1", "x").received().get(30, TimeUnit.SECONDS);
            assertThat(received.status()).isEqualTo(204);
            assertThat(received.body()).isEmpty();
        }
        assertThat(sockets).hasSize(1);
    }

    @Test
    void aConnectionOfHttp10IsNotUsedAgain() throws Exception {
        answering = (request, socket) -> send(socket, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
        assertThat(body(call("/1", "x"))).isEqualTo("ok");
        assertThat(body(call("/2", "x"))).isEqualTo("ok");
        assertThat(sockets).hasSize(2);
    }

    /** Request lines have access tokens and sessions of webhooks. */
    @Test
    void nettyLogsNoRequestAtAnyLevel() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        AbstractAppender appender = new AbstractAppender("lines", null, null, true, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                lines.add(event.getMessage().getFormattedMessage() + event.getThrown());
            }
        };
        appender.start();
        LoggerContext context = (LoggerContext) LogManager.getContext(false);
        LoggerConfig netty = new LoggerConfig("io.netty", Level.TRACE, false);
        netty.addAppender(appender, Level.ALL, null);
        context.getConfiguration().addLogger("io.netty", netty);
        context.updateLoggers();
        try {
            InternalLoggerFactory.getInstance("io.netty.channel.Channel").debug("it is heard");
            assertThat(body(call("/?session=hushhushhush", "x"))).isEqualTo("ok");
            answering = (request, socket) -> send(socket, "no HTTP\r\n\r\n");
            assertThat(failure(call("/?session=hushhushhush", "x"))).isInstanceOf(IOException.class);
            answering = (request, socket) -> socket.close();
            assertThat(failure(call("/?session=hushhushhush", "x"))).isInstanceOf(IOException.class);
            calls.close();
        } finally {
            context.getConfiguration().removeLogger("io.netty");
            context.updateLoggers();
        }
        assertThat(lines).contains("it is heardnull").noneMatch(line -> line.contains("hush"));
    }

    @Test
    void manyCallersShareTheConnections() throws Exception {
        CompletableFuture<?>[] all = new CompletableFuture<?>[64];
        for (int i = 0; i < all.length; i++) {
            int caller = i;
            answering = (request, socket) -> {
                String said = request.substring(request.indexOf("\r\n\r\n") + 4);
                send(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(said.length()) + "\r\n" + said
                        + "\r\n0\r\n\r\n");
            };
            all[i] = chain(caller, 0);
        }
        CompletableFuture.allOf(all).get(60, TimeUnit.SECONDS);
        assertThat(requests).hasSize(64 * 50);
        assertThat(sockets).hasSizeLessThanOrEqualTo(64);
    }

    private CompletableFuture<?> chain(int caller, int number) {
        String said = caller + "/" + number;
        return call("/", said).received().thenComposeAsync(received -> {
            assertThat(new String(received.body(), StandardCharsets.UTF_8)).isEqualTo(said);
            return number == 49 ? CompletableFuture.completedFuture(null) : chain(caller, number + 1);
        }, threads);
    }
}
