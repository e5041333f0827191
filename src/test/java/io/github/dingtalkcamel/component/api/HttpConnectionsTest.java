package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP clients: what their calls cost in changes of threads, and which calls may not hold up the others. */
class HttpConnectionsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] ANSWER = "{\"errcode\":0,\"errmsg\":\"ok\",\"media_id\":\"@m\"}".getBytes(StandardCharsets.UTF_8);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService deadlines = Executors.newScheduledThreadPool(1);
    private HttpServer server;

    /** Counts what it runs. */
    private final class Counting implements Executor {

        private final AtomicInteger tasks = new AtomicInteger();

        @Override
        public void execute(Runnable task) {
            tasks.incrementAndGet();
            threads.execute(task);
        }

        int taken() {
            return tasks.getAndSet(0);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", HttpConnectionsTest::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, ANSWER.length);
        exchange.getResponseBody().write(ANSWER);
        exchange.close();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
        deadlines.shutdownNow();
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Test
    void aShortCallOnAKeptConnectionIsHandedToOneThread() throws Exception {
        Counting counting = new Counting();
        HttpClient quick = HttpConnections.quick(PATIENCE, counting);
        HttpRequest request = HttpRequest.newBuilder(url().resolve("/v1.0/some")).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
        // a connection is kept a little after its answer is there: a call that comes before that opens another
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < 20 && least > 1; i++) {
            counting.taken();
            assertThat(quick.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()).get(30, TimeUnit.SECONDS).body())
                    .isEqualTo(ANSWER);
            least = Math.min(least, counting.taken());
        }
        assertThat(least).as("of the call's steps, only the first, which looks up the name").isEqualTo(1);
    }

    /** The client completes its future by a thread of the common pool, unless that is done before: then with null. */
    @Test
    void anAnswerWakesNoThreadOfTheCommonPool() throws Exception {
        HttpClient quick = HttpConnections.quick(PATIENCE, threads);
        HttpRequest request = HttpRequest.newBuilder(url().resolve("/held")).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
        CountDownLatch sent = new CountDownLatch(1);
        Set<Integer> connections = new HashSet<>();
        server.createContext("/held", exchange -> {
            connections.add(exchange.getRemoteAddress().getPort());
            await(sent);
            answer(exchange);
        });
        JdkCall answer = JdkCall.send(request, quick, ANSWER.length);
        sent.countDown();

        SentCall.Received received = answer.received().get(30, TimeUnit.SECONDS);
        assertThat(received.body()).isEqualTo(ANSWER);
        assertThat(received.status()).isEqualTo(200);
        assertThat(answer.began()).isTrue();
        assertThat(answer.sent.get(30, TimeUnit.SECONDS)).as("what the client's future was completed with").isNull();

        // a connection is kept a little after its answer is there: a call that comes before that opens another
        for (int i = 1; i < 20 && connections.size() == i; i++) {
            JdkCall.send(request, quick, ANSWER.length).received().get(30, TimeUnit.SECONDS);
        }
        assertThat(connections).as("the connection is used again").hasSizeLessThan(20);
    }

    @Test
    void anAnswerThatIsTooLargeIsNone() {
        HttpClient quick = HttpConnections.quick(PATIENCE, threads);
        HttpRequest request = HttpRequest.newBuilder(url()).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
        JdkCall answer = JdkCall.send(request, quick, ANSWER.length - 1);

        assertThat(answer.sent).failsWithin(PATIENCE).withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(BoundedAnswer.TooLargeException.class);
        assertThat(answer.received()).failsWithin(PATIENCE).withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(BoundedAnswer.TooLargeException.class);
        assertThat(answer.began()).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatMayWaitIsNotDoneByTheThreadOfTheQuickConnections(@TempDir Path directory) throws Exception {
        Counting quick = new Counting();
        Counting patient = new Counting();
        DingTalkClient client = client(quick, patient);
        Path file = Files.writeString(directory.resolve("a.txt"), "text");

        call(client, "POST", "/topapi/some", Map.of());
        assertThat(quick.taken()).isPositive();
        assertThat(patient.taken()).isZero();

        call(client, "GET", "/topapi/some", null);
        assertThat(quick.taken()).as("the JDK's client may repeat a GET, and then looks up the name").isZero();
        assertThat(patient.taken()).isPositive();

        call(client, "POST", "/media/upload", MultipartForm.of("file", "a.txt", file));
        assertThat(quick.taken()).as("the file of an upload may be slow to read").isZero();
        assertThat(patient.taken()).isPositive();
    }

    /** All threads that open connections may be busy with hosts that do not answer. */
    @Test
    void aCallThatGotNoConnectionInTimeIsKnownNotToBeSent() {
        DingTalkClient client = client(task -> { }, threads);
        ApiRequest request = new ApiRequest("/v1.0/robot/groupMessages/send", "main", url(), Secret.UNSET, Map.of());

        assertThat(client.callOnce(OptionNames.OF_URI, request, new CallTiming(Duration.ofMillis(50), null))).failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class).withCauseInstanceOf(UnavailableException.class)
                .withMessageContaining("HttpConnectTimeoutException");
    }

    /** Its answer, which comes later, would be taken for that of the next call. */
    @Test
    void aCallThatTookTooLongEndsItsConnection() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        server.createContext("/late", exchange -> {
            await(late);
            byte[] wrong = "{\"errcode\":7}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, wrong.length);
            exchange.getResponseBody().write(wrong);
            exchange.close();
        });
        DingTalkClient client = client(threads, threads);
        ApiRequest request = new ApiRequest("/topapi/late", "main", url().resolve("/late"), Secret.UNSET, Map.of());
        assertThat(client.callOnce(OptionNames.OF_URI, request, new CallTiming(Duration.ofMillis(500), null))).failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class).withCauseInstanceOf(OutcomeUnknownException.class)
                .withMessageContaining("HttpTimeoutException");

        late.countDown();
        for (int i = 0; i < 20; i++) {
            call(client, "POST", "/topapi/some", Map.of());
        }
    }

    /** @param quick where short calls begin */
    private DingTalkClient client(Executor quick, Executor patient) {
        return new DingTalkClient(new ShortCalls(PATIENCE, quick, 1), HttpConnections.quick(PATIENCE, quick),
                HttpConnections.client(PATIENCE, patient), threads, deadlines, CallLimiter.UNLIMITED, CallRetry.NONE, CallObserver.NONE,
                InstantSource.system());
    }

    private void call(DingTalkClient client, String method, String path, Object body) throws Exception {
        ApiRequest request = new ApiRequest(path, "main", url().resolve(path), Secret.UNSET, body, method);
        JsonNode answer = client.callOnce(OptionNames.OF_URI, request, new CallTiming(PATIENCE, null)).get(30, TimeUnit.SECONDS);
        assertThat(answer.path("errcode").asInt(-1)).isZero();
    }
}
