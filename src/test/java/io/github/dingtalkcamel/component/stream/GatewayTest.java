package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.integration.IntegrationApps;
import io.github.dingtalkcamel.settings.SettingsReader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Opening and the WebSocket itself, over real sockets. */
class GatewayTest {

    private final FakeGateway fake = new FakeGateway();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Recorder events = new Recorder();

    @AfterEach
    void close() {
        fake.close();
    }

    private static final class Recorder implements WebSocketConnection.Events {
        final List<String> texts = new CopyOnWriteArrayList<>();
        final List<String> refused = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();
        volatile int pongs;
        volatile WebSocketConnection link;

        @Override
        public void opened(WebSocketConnection opened) {
            link = opened;
        }

        @Override
        public void text(String frame) {
            texts.add(frame);
        }

        @Override
        public void refused(String beginning, String reason) {
            refused.add(beginning.substring(0, Math.min(200, beginning.length())) + "|" + reason);
        }

        @Override
        public void pong() {
            pongs++;
        }

        @Override
        public void closed(String reason) {
            ends.add(reason);
        }
    }

    private static DingTalkApp app(String url) throws Exception {
        return new IntegrationApps(new SettingsReader(Map.of(), Map.of("dingtalk.app-key", "ding1", "dingtalk.app-secret", "hush-hush",
                "dingtalk.api-base-url", url), Map.of(), text -> text, 17).read()).find("main").get(0);
    }

    private CompletableFuture<WebSocketConnection> dial(String url) throws Exception {
        return new Gateway(http, app(url), () -> EnumSet.allOf(Delivery.Kind.class), "dingtalk-camel-java/test", Duration.ofSeconds(10))
                .dial(events);
    }

    private WebSocketConnection open() throws Exception {
        return dial(fake.url()).get(15, TimeUnit.SECONDS);
    }

    private OpenException failure(CompletableFuture<WebSocketConnection> dial) {
        try {
            dial.get(15, TimeUnit.SECONDS);
            throw new AssertionError("it opened");
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(OpenException.class);
            assertThat(e.getCause().getMessage()).doesNotContain("hush-hush").doesNotContain("ticket=");
            return (OpenException) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(FakeGateway.PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    @Test
    void asksForATicketAsDocumentedAndUsesEachOnce() throws Exception {
        open();
        open();

        JsonNode asked = fake.opens.get(0);
        assertThat(asked.path("clientId").asText()).isEqualTo("ding1");
        assertThat(asked.path("clientSecret").asText()).isEqualTo("hush-hush");
        assertThat(asked.path("ua").asText()).isEqualTo("dingtalk-camel-java/test");
        assertThat(asked.path("subscriptions").findValuesAsText("topic")).containsExactly("*", Frame.ROBOT_MESSAGE, Frame.CARD_CALLBACK);
        assertThat(fake.acceptHeaders).containsOnly("application/json");
        assertThat(fake.upgradeHeaders).as("no upgrade to h2c is tried").containsOnly("null");
        assertThat(fake.sessions).hasSize(2);
    }

    @Test
    void tellsWrongCredentialsByTheirSetting() throws Exception {
        fake.opening = body -> new FakeGateway.Opening(401, "{\"requestid\":\"R\",\"code\":\"authFailed\",\"message\":\"鉴权失败\"}");

        OpenException failure = failure(dial(fake.url()));

        assertThat(failure.isCredentials()).isTrue();
        assertThat(failure).hasMessage("the gateway answered HTTP 401 authFailed");
        assertThat(failure.remedy()).contains("dingtalk.app-key").contains("dingtalk.app-secret");
    }

    @Test
    void failsWhenTheUpgradeIsRefused() throws Exception {
        fake.upgradeStatus = 503;
        OpenException failure = failure(dial(fake.url()));
        assertThat(failure).hasMessageContaining("503");
        assertThat(failure.isCredentials()).isFalse();
    }

    @Test
    void failsOnAnswersThatHoldNoTicket() throws Exception {
        for (String answer : List.of("", "<xml/>", "[]", "null", "{}", "{\"endpoint\":\"http://x\",\"ticket\":\"t\"}",
                "{\"endpoint\":\"ws://a b\",\"ticket\":\"t\"}", "{\"endpoint\":\"ws://\",\"ticket\":\"t\"}",
                "{\"endpoint\":{},\"ticket\":[]}", "x".repeat(100_000))) {
            fake.opening = body -> new FakeGateway.Opening(200, answer);
            failure(dial(fake.url()));
        }
        fake.opening = body -> new FakeGateway.Opening(502, "");
        assertThat(failure(dial(fake.url()))).hasMessage("the gateway answered HTTP 502");
    }

    @Test
    void saysWhatIsWrongWithTheNetwork() throws Exception {
        assertThat(failure(dial("http://127.0.0.1:1"))).hasMessage("the gateway can't be reached");
        assertThat(failure(dial("http://gateway.invalid"))).hasMessage("the name of the gateway is not known");
    }

    /** A server without TLS that keeps its connection open: one that closes at once may be seen as a lost connection instead. */
    @Test
    void namesTheTrustStoreWhereTlsFails() throws Exception {
        try (ServerSocket plain = new ServerSocket(0)) {
            CompletableFuture<WebSocketConnection> dial = dial("https://127.0.0.1:" + plain.getLocalPort());
            try (java.net.Socket client = plain.accept()) {
                client.getInputStream().read();
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                OpenException failure = failure(dial);
                assertThat(failure).hasMessageStartingWith("TLS with the gateway failed");
                assertThat(failure.remedy()).contains("trustStore");
            }
        }
    }

    @Test
    void endsAnAttemptThatIsNeverAnsweredWhenItIsCancelled() throws Exception {
        try (ServerSocket hole = new ServerSocket(0)) {
            CompletableFuture<WebSocketConnection> dial = dial("http://127.0.0.1:" + hole.getLocalPort());
            try (java.net.Socket taken = hole.accept()) {
                taken.getInputStream().read();
                dial.cancel(true);
                // the end of the socket: nothing continues after the caller has cancelled
                taken.setSoTimeout(15_000);
                while (taken.getInputStream().read() >= 0) {
                    continue;
                }
            }
        }
    }

    @Test
    void putsFragmentsTogether() throws Exception {
        open();
        String frame = Pushed.message("m1", "{\"text\":\"" + "长".repeat(5_000) + "\"}");
        fake.session(0).pushInPieces(frame, 700);
        await(() -> events.texts.equals(List.of(frame)));
    }

    @Test
    void keepsTheConnectionThroughFramesThatAreTooLargeOrNotText() throws Exception {
        open();
        fake.session(0).push(Pushed.message("big", "x".repeat(Body.MAX_SIZE + 1)));
        fake.session(0).pushBinary(new byte[] { 1, 2 });
        fake.session(0).push("after");

        await(() -> events.texts.equals(List.of("after")));
        assertThat(events.refused).hasSize(2);
        assertThat(events.refused.get(0)).contains("\"messageId\":\"big\"").contains("larger than");
        assertThat(events.ends).isEmpty();
    }

    @Test
    void takesAFrameOfJustTheLargestSize() throws Exception {
        open();
        String frame = "x".repeat(Body.MAX_SIZE);
        fake.session(0).pushInPieces(frame, 100_000);
        await(() -> events.texts.size() == 1 && events.texts.get(0).length() == Body.MAX_SIZE);
    }

    @Test
    void hearsPongsAndAnswersPings() throws Exception {
        WebSocketConnection link = open();
        link.ping();
        await(() -> events.pongs == 1);
        fake.session(0).ping();
        fake.session(0).push("after");
        await(() -> events.texts.size() == 1);
        assertThat(events.ends).isEmpty();
    }

    @Test
    void sendsOneFrameAfterTheOtherForAllSenders() throws Exception {
        WebSocketConnection link = open();
        ExecutorService many = Executors.newFixedThreadPool(8);
        try {
            IntStream.range(0, 2_000).forEach(i -> many.execute(() -> link.send("{\"n\":" + i + "}")));
            await(() -> fake.session(0).received.size() == 2_000);
        } finally {
            many.shutdownNow();
        }
        assertThat(fake.session(0).received.stream().map(frame -> frame.path("n").asInt()).sorted().toList())
                .isEqualTo(IntStream.range(0, 2_000).boxed().toList());
        assertThat(events.ends).isEmpty();
    }

    @Test
    void readsOnAndLetsUrgentFramesPassWhileTheServerDoesNotRead() throws Exception {
        WebSocketConnection link = open();
        FakeGateway.Session session = fake.session(0);
        session.stopReading();
        String padding = "x".repeat(200_000);
        for (int i = 0; i < 200; i++) {
            link.send("{\"n\":" + i + ",\"p\":\"" + padding + "\"}");
        }
        link.sendFirst("{\"urgent\":true}");
        session.push("still read");
        await(() -> events.texts.equals(List.of("still read")));

        session.readOn();
        await(() -> session.received.size() == 201);
        List<Integer> order = session.received.stream().filter(frame -> frame.has("n")).map(frame -> frame.path("n").asInt()).toList();
        assertThat(order).isSorted();
        assertThat(session.received.subList(0, 200).stream().anyMatch(frame -> frame.has("urgent"))).isTrue();
    }

    @Test
    void tellsOnceWhenTheServerCloses() throws Exception {
        open();
        fake.session(0).close();
        await(() -> events.ends.size() == 1);
        assertThat(events.ends.get(0)).isEqualTo("closed by the server, status 1000: bye now");
    }

    @Test
    void tellsWhenTheSocketBreaks() throws Exception {
        open();
        fake.session(0);
        fake.close();
        await(() -> events.ends.size() == 1);
    }

    @Test
    void sendsWhatWaitsBeforeItCloses() throws Exception {
        WebSocketConnection link = open();
        for (int i = 0; i < 100; i++) {
            link.send("{\"n\":" + i + "}");
        }
        link.close();
        await(() -> events.ends.size() == 1);
        assertThat(fake.session(0).received).hasSize(100);
        assertThat(fake.session(0).closeStatus).isEqualTo((short) 1000);
        link.send("too late");
        assertThat(events.ends).hasSize(1);
    }

    @Test
    void cutsAtOnceWhenAborted() throws Exception {
        WebSocketConnection link = open();
        FakeGateway.Session session = fake.session(0);
        link.abort();
        link.abort();
        await(() -> session.ended);
        assertThat(events.ends).containsExactly("closed by us");
    }
}
