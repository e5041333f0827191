package io.github.dingtalkcamel.server;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.RawHttp;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients that are no friends can do to a server: with the bounds of the real ones, made smaller. */
class LimitedServerTest {

    private static final int SOON = 5_000;
    private static final int BODY = 64 * 1024;
    private static final ServerLimits LIMITS = new ServerLimits(6, 4, Duration.ofMillis(400), Duration.ofMillis(600),
            Duration.ofMillis(300), Duration.ofMillis(1_500), Duration.ofMillis(400));

    private final ByteBudget budget = new ByteBudget(100 * 1024);
    private final AtomicInteger handled = new AtomicInteger();
    private final List<RawHttp> sockets = new ArrayList<>();
    private LimitedVertx vertx;
    private String url;

    @BeforeEach
    void start() throws Exception {
        vertx = new LimitedVertx(new VertxOptions().setEventLoopPoolSize(1), LIMITS);
        Router router = Router.router(vertx);
        router.get("/get").handler(request -> request.response().end("got"));
        router.get("/proved").handler(request -> {
            vertx.connections().proved(request.request());
            request.response().end("proved");
        });
        router.get("/large").handler(request -> request.response().end(Buffer.buffer(new byte[64 << 20])));
        router.get("/answer").handler(request -> {
            handled.incrementAndGet();
            request.response().end(Buffer.buffer(new byte[BODY]));
        });
        BodyRules rules = new BodyRules(BODY, budget, 1, LIMITS.unprovedBodyTime(), LIMITS.progressTime());
        router.post("/post").handler(request -> BodyReader.read(request, rules, body -> {
            handled.incrementAndGet();
            request.response().end(String.valueOf(body.length()));
        }, why -> request.response().setStatusCode(503).end(why.name())));
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()).requestHandler(router).listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture().get();
        url = "http://127.0.0.1:" + server.actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        for (RawHttp socket : sockets) {
            socket.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private RawHttp open() throws IOException {
        RawHttp socket = RawHttp.to(url);
        sockets.add(socket);
        return socket;
    }

    private static String post(String more) {
        return "POST /post HTTP/1.1\r\nHost: here\r\n" + more + "\r\n";
    }

    @Test
    void answersOrdinaryRequestsOneAfterTheOther() throws Exception {
        RawHttp socket = open().send("GET /get HTTP/1.1\r\nHost: here\r\n\r\n" + post("Content-Length: 5\r\n") + "hello"
                + post("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n"
                + "GET /get HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");

        String all = socket.everything();

        assertThat(all.split("HTTP/1.1 200 OK", -1)).hasSize(5);
        assertThat(all).contains("\r\n\r\n5HTTP", "\r\n\r\n3HTTP").endsWith("got");
        assertThat(budget.used()).isZero();
    }

    @Test
    void speaksNoHttp2ByPriorKnowledge() throws Exception {
        assertThat(open().send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").everything()).startsWith("HTTP/1.1 400");
    }

    @Test
    void speaksNoHttp2ByUpgrade() throws Exception {
        String answer = open().send("GET /get HTTP/1.1\r\nHost: here\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n").status();

        assertThat(answer).isEqualTo("HTTP/1.1 200 OK");
    }

    @ParameterizedTest
    @ValueSource(strings = { "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length: abc\r\n", "Content-Length: 1a\r\n" })
    void refusesABodyOfWhichTheLengthIsSaidInTwoWays(String headers) throws Exception {
        String answer = open().send(post(headers) + "0\r\n\r\nGET /get HTTP/1.1\r\nHost: here\r\n\r\n").everything();

        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("got");
        assertThat(handled).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/%", "/get/%zz", "/get%2", "/get?a=%g0", "/get?%=1", "/%e4%%41", "/get#%x1", "/get?a=%u4e2d" })
    void refusesAnAddressThatCannotBeDecoded(String target) throws Exception {
        String answer = open().send("POST " + target + " HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
                + "GET /get HTTP/1.1\r\nHost: here\r\n\r\n").everything();

        assertThat(answer).startsWith("HTTP/1.1 400").contains("application/json", "\"code\":\"malformed_address\"", "%25")
                .doesNotContain("200 OK");
    }

    @Test
    void takesAnAddressWithEscapes() throws Exception {
        assertThat(open().send("GET /get?a=%c3%A4&b=100%25 HTTP/1.1\r\nHost: here\r\n\r\n").answer()).startsWith("HTTP/1.1 200")
                .endsWith("got");
    }

    @Test
    void saysInJsonWhatIsWrongWithARequest() throws Exception {
        assertThat(open().send("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: here\r\n\r\n").everything()).contains(" 414 ",
                "\"code\":\"address_too_long\"");
        assertThat(open().send("GET /get HTTP/1.1\r\nHost: here\r\nX: " + "x".repeat(40_000) + "\r\n\r\n").everything()).contains(" 431 ",
                "\"code\":\"headers_too_large\"");
        assertThat(open().send("GET /get HTTP/9.9\r\nHost: here\r\n\r\n").everything()).startsWith("HTTP/1.1 400 ")
                .contains("\"code\":\"malformed_request\"");
    }

    @Test
    void closesAConnectionThatSaysNothing() throws Exception {
        assertThat(open().isClosedWithin(SOON)).isTrue();
        assertThat(vertx.connections().late()).isEqualTo(1);
    }

    @Test
    void closesAConnectionWhoseHeadersComeByteByByte() throws Exception {
        RawHttp socket = open();
        long start = System.nanoTime();
        Awaitility.await().atMost(Duration.ofMillis(SOON)).pollInterval(Duration.ofMillis(50)).until(() -> {
            try {
                socket.send("x");
                return socket.isClosedWithin(20);
            } catch (IOException e) {
                return true;
            }
        });
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(LIMITS.headerTime());
    }

    @Test
    void keepsAConnectionBetweenRequestsLongerThanOneThatNeverSentAny() throws Exception {
        RawHttp socket = open().send("GET /get HTTP/1.1\r\nHost: here\r\n\r\n");
        assertThat(socket.status()).isEqualTo("HTTP/1.1 200 OK");

        assertThat(socket.isClosedWithin(800)).isFalse();
        assertThat(socket.isClosedWithin(SOON)).isTrue();
    }

    @Test
    void refusesABodyThatComesTooSlowly() throws Exception {
        RawHttp socket = open().send(post("Content-Length: 1000\r\n") + "abc");

        assertThat(socket.everything()).startsWith("HTTP/1.1 503").endsWith("TOO_SLOW");
        assertThat(budget.used()).isZero();
    }

    @Test
    void refusesABodyThatTricklesOnceItsTimeIsOver() throws Exception {
        RawHttp socket = open().send(post("Content-Length: 1000\r\n"));
        CountDownLatch answered = new CountDownLatch(1);
        Thread trickle = new Thread(() -> {
            try {
                for (int i = 0; i < 900 && !answered.await(20, TimeUnit.MILLISECONDS); i++) {
                    socket.send("x");
                }
            } catch (IOException | InterruptedException e) {
                // closed: that is what is wanted
            }
        });
        trickle.start();
        try {
            assertThat(socket.status()).isEqualTo("HTTP/1.1 503 Service Unavailable");
        } finally {
            answered.countDown();
            trickle.join();
        }
        assertThat(budget.used()).isZero();
    }

    @Test
    void refusesABodyThatSaysItIsTooLargeWithoutReadingIt() throws Exception {
        assertThat(open().send(post("Content-Length: " + (BODY + 1) + "\r\n")).everything()).endsWith("TOO_LARGE");
    }

    @Test
    void refusesABodyThatGrowsTooLarge() throws Exception {
        RawHttp socket = open().send(post("Transfer-Encoding: chunked\r\n") + Integer.toHexString(BODY + 1) + "\r\n");
        socket.send(new byte[BODY + 1]);

        assertThat(socket.everything()).endsWith("TOO_LARGE");
        assertThat(budget.used()).isZero();
    }

    @Test
    void countsWhatHasComeNotWhatIsAnnounced() throws Exception {
        for (int i = 0; i < 3; i++) {
            open().send(post("Content-Length: " + BODY + "\r\n") + "abc");
        }
        Awaitility.await().until(() -> budget.used() > 0);

        assertThat(budget.used()).isLessThanOrEqualTo(3 * 1024);
    }

    @Test
    void letsTheLargestBodyGiveWayToASmallOneThatDoesNotFit() throws Exception {
        RawHttp first = open().send(post("Content-Length: " + BODY + "\r\n"));
        first.send(new byte[BODY - 1]);
        Awaitility.await().until(() -> budget.used() >= BODY - 1);
        RawHttp second = open().send(post("Content-Length: 40000\r\n"));
        second.send(new byte[40_000]);

        assertThat(second.status()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(first.everything()).startsWith("HTTP/1.1 503").endsWith("NO_ROOM");
        Awaitility.await().until(() -> budget.used() == 0);
        assertThat(budget.refused()).isEqualTo(1);
    }

    @Test
    void givesTheBudgetBackWhenClientsGo() throws Exception {
        RawHttp socket = open().send(post("Content-Length: " + BODY + "\r\n"));
        socket.send(new byte[BODY - 1]);
        Awaitility.await().until(() -> budget.used() > 0);

        socket.close();

        Awaitility.await().until(() -> budget.used() == 0);
        assertThat(handled).hasValue(0);
    }

    @Test
    void asksForABodyThatWaitsToBeAskedFor() throws Exception {
        RawHttp socket = open().send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
        assertThat(socket.status()).isEqualTo("HTTP/1.1 100 Continue");

        assertThat(socket.send("ok").everything()).contains("HTTP/1.1 200 OK");
    }

    @Test
    void closesAConnectionThatSendsOnAfterItsAnswer() throws Exception {
        RawHttp socket = open().send("POST /nowhere HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\nabc");
        assertThat(socket.status()).isEqualTo("HTTP/1.1 404 Not Found");

        assertThat(socket.isClosedWithin(1_200)).isTrue();
    }

    @Test
    void closesAConnectionThatDoesNotTakeItsAnswer() throws Exception {
        RawHttp socket = open().send("GET /large HTTP/1.1\r\nHost: here\r\n\r\n");
        Awaitility.await().until(() -> vertx.connections().open() == 1);

        Awaitility.await().atMost(Duration.ofMillis(SOON)).until(() -> vertx.connections().open() == 0);
        assertThat(vertx.connections().late()).isEqualTo(1);
        socket.close();
    }

    @Test
    void closesAConnectionThatAsksOnWithoutReadingItsAnswers() throws Exception {
        RawHttp socket = open();
        Thread sender = new Thread(() -> {
            try {
                socket.send("GET /answer HTTP/1.1\r\nHost: here\r\n\r\n".repeat(1_000));
            } catch (IOException e) {
                // closed: that is what is wanted
            }
        });
        sender.start();

        Awaitility.await().atMost(Duration.ofMillis(SOON)).until(() -> vertx.connections().late() == 1 && vertx.connections().open() == 0);
        sender.join();
        // what the sockets' own buffers take, some megabytes, and no more
        assertThat(handled).hasValueLessThan(300);
    }

    @Test
    void closesTheOldestUnprovedConnectionOfAnAddressForANewOne() throws Exception {
        RawHttp oldest = open().send("GE");
        for (int i = 0; i < 3; i++) {
            open().send("GE");
        }
        Awaitility.await().until(() -> vertx.connections().open() == 4);

        assertThat(open().send("GET /get HTTP/1.1\r\nHost: here\r\n\r\n").status()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(oldest.isClosedWithin(200)).isTrue();
        assertThat(vertx.connections().refused()).isEqualTo(1);
    }

    @Test
    void keepsProvedConnectionsWhenThePortIsFull() throws Exception {
        List<RawHttp> proved = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            RawHttp socket = open().send("GET /proved HTTP/1.1\r\nHost: here\r\n\r\n");
            assertThat(socket.status()).isEqualTo("HTTP/1.1 200 OK");
            proved.add(socket);
        }

        assertThat(open().isClosedWithin(300)).isTrue();
        for (RawHttp socket : proved) {
            assertThat(socket.isClosedWithin(10)).isFalse();
        }
    }

    @Test
    void countsConnectionsDownWhenTheyClose() throws Exception {
        RawHttp socket = open();
        Awaitility.await().until(() -> vertx.connections().open() == 1);

        socket.close();

        Awaitility.await().until(() -> vertx.connections().open() == 0);
    }
}
