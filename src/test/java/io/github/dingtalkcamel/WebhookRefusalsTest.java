package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The webhook's table of refusals, row by row and in its order (docs/promises.md 4). A refused request leaves no trace except a log line
 * without secrets.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookRefusalsTest {

    private static final int MIB = 1 << 20;
    private static final String OTHER_AES_KEY = "1234567890123456789012345678901234567890123";
    private static final Function<HttpRequest.Builder, HttpRequest.Builder> NO_PROOF = UnaryOperator.identity();
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Bot bot;
    private Map<String, Long> stored;
    private LogLines log;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of(
                "dingtalk.integrations.off.app-key", "dingtestoff000000001", "dingtalk.integrations.off.app-secret", "off-secret",
                "dingtalk.integrations.off.callback", "false",
                "dingtalk.integrations.plain.app-key", "dingtestplain0000001", "dingtalk.integrations.plain.app-secret", "plain-secret"))
                .start();
        stored = bot.rowCounts();
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @BeforeEach
    void listen() {
        log = LogLines.listen();
    }

    @AfterEach
    void leavesNoTrace() {
        log.close();
        assertThat(bot.rowCounts()).isEqualTo(stored);
        assertThat(bot.simulator().requests()).allSatisfy(request -> assertThat(request.path()).isEqualTo("/v1.0/oauth2/accessToken"));
        assertThat(String.join("\n", log.all())).doesNotContain(Bot.APP_SECRET, Bot.CALLBACK_TOKEN, Bot.AES_KEY, "sendBySession", "\tat ");
    }

    // 404

    @ParameterizedTest
    @ValueSource(strings = { "nobody", "off", "Main", "main%20", "main%00", "..%2fmain", "nobody?integration=main" })
    void knowsNoOtherIntegrationThanThoseWithACallback(String integration) throws Exception {
        HttpResponse<String> answer = bot.post(bot.webhookUrl(integration), Callback.bytes(Callback.message("m404")), Callback.proof());

        assertRefused(answer, 404, "unknown_integration");
    }

    @Test
    void doesNotTellAnIntegrationThatIsOffFromOneThatIsNotThere() throws Exception {
        byte[] body = Callback.bytes(Callback.message("m404"));

        assertThat(bot.post(bot.webhookUrl("off"), body, Callback.proof("off-secret", Instant.now())).body())
                .isEqualTo(bot.post(bot.webhookUrl("nobody"), body, NO_PROOF).body());
    }

    @Test
    void refusesAnUnknownIntegrationBeforeItMindsTheSize() throws Exception {
        assertRefused(upload("nobody", 10 * MIB, false), 404, "unknown_integration");
        assertRefused(upload("nobody", 10 * MIB, true), 404, "unknown_integration");
    }

    // 413

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void refusesMoreThanOneMebibyteBeforeItMindsWhatItSays(boolean chunked) throws Exception {
        assertRefused(upload("main", MIB + 1, chunked), 413, "too_large");
        assertRefused(upload("main", 10 * MIB, chunked), 413, "too_large");
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void takesExactlyOneMebibyte(boolean chunked) throws Exception {
        ObjectNode message = Callback.message("mMiB");
        message.put("filler", "");
        message.put("filler", "x".repeat(MIB - Callback.bytes(message).length));
        byte[] body = Callback.bytes(message);
        assertThat(body).hasSize(MIB);

        HttpRequest.BodyPublisher publisher = chunked ? HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                : HttpRequest.BodyPublishers.ofByteArray(body);

        // far enough to be asked for its proof
        assertRefused(send("main", publisher), 401, "wrong_proof");
    }

    @ParameterizedTest
    @CsvSource({ "nobody,false,404", "nobody,true,404", "main,false,413", "main,true,413" })
    void doesNotWaitForTheEndOfABodyThatItWillNotTake(String integration, boolean chunked, int status) throws Exception {
        URI uri = URI.create(bot.webhookUrl(integration));
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + uri.getPath() + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + (chunked ? "Transfer-Encoding: chunked\r\n\r\n200000\r\n" : "Content-Length: " + 10 * MIB + "\r\n\r\n"))
                    .getBytes(StandardCharsets.US_ASCII));
            if (chunked) {
                out.write(new byte[2 * MIB]);
            }
            out.flush();

            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine())
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void staysFlatUnderManyLargeBodiesAndKeepsAnswering() throws Exception {
        upload("main", 10 * MIB, true);
        long before = usedHeap();
        CountDownLatch rest = new CountDownLatch(1);
        List<Zeros> bodies = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        try {
            for (int i = 0; i < 32; i++) {
                Zeros body = new Zeros(10 * MIB, rest);
                bodies.add(body);
                answers.add(HTTP.sendAsync(request("main", publisher(body, i % 2 == 0)), HttpResponse.BodyHandlers.ofString()));
            }
            // 288 MiB are under way
            Awaitility.await().atMost(Bot.PATIENCE)
                    .until(() -> IntStream.range(0, answers.size()).allMatch(i -> bodies.get(i).isHeld() || answers.get(i).isDone()));

            assertThat(usedHeap() - before).as("growth of the heap, for each request what is taken at most, and as much here")
                    .isLessThan(32L * 2 * MIB);
            assertThat(bot.get(bot.webhookUrl()).statusCode()).isEqualTo(200);
        } finally {
            rest.countDown();
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(413);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(upload("main", 10 * MIB, i % 2 == 0).statusCode()).isEqualTo(413);
        }
        assertThat(usedHeap() - before).as("growth of the heap").isLessThan(20L * MIB);
    }

    // 400 without a look at the proof

    static Stream<Arguments> notAMessage() {
        return Stream.of(
                Arguments.of("nothing", "", "not_json"),
                Arguments.of("text", "hello", "not_json"),
                Arguments.of("half an object", "{\"msgId\":\"m1\"", "not_json"),
                Arguments.of("two objects", "{\"msgId\":\"m1\"}{}", "not_json"),
                Arguments.of("form fields", "msgId=m1&msgtype=text", "not_json"),
                Arguments.of("an array", "[{\"msgId\":\"m1\"}]", "not_an_object"),
                Arguments.of("a string", "\"m1\"", "not_an_object"),
                Arguments.of("null", "null", "not_an_object"),
                Arguments.of("too deep by one", "{\"msgId\":" + "[".repeat(64) + "]".repeat(64) + "}", "too_deep"),
                Arguments.of("10,000 deep", "{\"msgId\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}", "too_deep"),
                Arguments.of("500,000 deep", "[".repeat(500_000), "too_deep"),
                Arguments.of("an empty object", "{}", "neither_form"),
                Arguments.of("encrypt that is no string", "{\"encrypt\":{}}", "neither_form"),
                Arguments.of("an event in the clear", "{\"EventType\":\"user_add_org\",\"eventId\":\"e1\"}", "neither_form"),
                Arguments.of("a check in the clear", "{\"EventType\":\"check_url\"}", "neither_form"),
                Arguments.of("another platform's check", "{\"type\":\"url_verification\",\"challenge\":\"c\"}", "neither_form"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notAMessage")
    void refusesWhatIsNeitherFormWithOrWithoutProof(String what, String body, String code) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);

        assertRefused(bot.post(bot.webhookUrl(), bytes, NO_PROOF), 400, code);
        assertRefused(bot.post(bot.webhookUrl(), bytes, Callback.proof()), 400, code);
    }

    @Test
    void refusesAFormWithAnyFields() throws Exception {
        String timestamp = String.valueOf(System.currentTimeMillis());
        String form = "msgId=m1&msgtype=text&timestamp=" + timestamp + "&sign="
                + Callback.encoded(Callback.sign(timestamp, Bot.APP_SECRET));

        HttpResponse<String> answer = bot.post(bot.webhookUrl(), form.getBytes(StandardCharsets.UTF_8),
                request -> request.setHeader("Content-Type", "application/x-www-form-urlencoded"));

        assertRefused(answer, 400, "not_json");
    }

    // 401

    static Stream<Arguments> wrongProofs() {
        String now = String.valueOf(System.currentTimeMillis());
        String right = Callback.sign(now, Bot.APP_SECRET);
        return Stream.of(
                proof("none", request -> request),
                proof("sign alone", request -> request.header("sign", right)),
                proof("timestamp alone", request -> request.header("timestamp", now)),
                proof("another secret", Callback.proof("another-secret", Instant.now())),
                proof("the secret of another integration", Callback.proof("plain-secret", Instant.now())),
                proof("61 minutes old", Callback.proof(Bot.APP_SECRET, Instant.now().minus(Duration.ofMinutes(61)))),
                proof("61 minutes ahead", Callback.proof(Bot.APP_SECRET, Instant.now().plus(Duration.ofMinutes(61)))),
                proof("seconds for milliseconds", request -> request.header("timestamp", now.substring(0, 10))
                        .header("sign", Callback.sign(now.substring(0, 10), Bot.APP_SECRET))),
                proof("another timestamp than was signed", request -> request.header("timestamp", now.substring(0, 12) + "x")
                        .header("sign", right)),
                proof("cut short", request -> request.header("timestamp", now).header("sign", right.substring(0, 43))),
                proof("twice", request -> request.header("timestamp", now).header("sign", right).header("sign", right)),
                proof("a very long one", request -> request.header("timestamp", now).header("sign", "A".repeat(4_000))),
                proof("an old-style token", request -> request.header("token", Bot.CALLBACK_TOKEN)));
    }

    private static Arguments proof(String what, Function<HttpRequest.Builder, HttpRequest.Builder> headers) {
        return Arguments.of(what, headers);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongProofs")
    void refusesAMessageWithoutARightAndFreshProof(String what, Function<HttpRequest.Builder, HttpRequest.Builder> proof) throws Exception {
        assertRefused(bot.post(bot.webhookUrl(), Callback.bytes(Callback.message("m401")), proof), 401, "wrong_proof");
    }

    @Test
    void takesTheProofFromHeadersOnly() throws Exception {
        String now = String.valueOf(System.currentTimeMillis());
        String query = "?timestamp=" + now + "&sign=" + Callback.encoded(Callback.sign(now, Bot.APP_SECRET));

        assertRefused(bot.post(bot.webhookUrl() + query, Callback.bytes(Callback.message("m401")), NO_PROOF), 401, "wrong_proof");
    }

    @Test
    void asksForTheProofBeforeItMindsTheFields() throws Exception {
        assertRefused(bot.post(bot.webhookUrl(), "{\"msgId\":7}".getBytes(StandardCharsets.UTF_8), NO_PROOF), 401, "wrong_proof");
    }

    static Stream<Arguments> wrongEnvelopes() {
        byte[] text = Callback.bytes(Callback.message("m401"));
        Callback.Sealed good = Callback.sealed(Callback.message("m401"));
        return Stream.of(
                Arguments.of("no query", new Callback.Sealed("", good.body())),
                Arguments.of("no signature", new Callback.Sealed(good.query().replaceFirst("signature=[0-9a-f]+&", ""), good.body())),
                Arguments.of("no timestamp", new Callback.Sealed(good.query().replaceFirst("&timestamp=[0-9]+", ""), good.body())),
                Arguments.of("no nonce", new Callback.Sealed(good.query().replaceFirst("&nonce=.*", ""), good.body())),
                Arguments.of("another nonce", new Callback.Sealed(good.query() + "x", good.body())),
                Arguments.of("another token", Callback.sealed(text, "an0therToken", Bot.AES_KEY, Bot.APP_KEY, text.length)),
                Arguments.of("another AES key", Callback.sealed(text, Bot.CALLBACK_TOKEN, OTHER_AES_KEY, Bot.APP_KEY, text.length)),
                Arguments.of("another owner key",
                        Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, "dingsomebodyelse0001", text.length)),
                Arguments.of("no owner key", Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, "", text.length)),
                Arguments.of("a length of 2 GiB", Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, Bot.APP_KEY, Integer.MAX_VALUE)),
                Arguments.of("a length below zero", Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, Bot.APP_KEY, -1)),
                Arguments.of("a length too short by one",
                        Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, Bot.APP_KEY, text.length - 1)),
                Arguments.of("no Base64", Callback.enveloped("!!!!", Bot.CALLBACK_TOKEN)),
                Arguments.of("half a block", Callback.enveloped("AAAA", Bot.CALLBACK_TOKEN)),
                Arguments.of("nothing encrypted", Callback.enveloped("", Bot.CALLBACK_TOKEN)),
                Arguments.of("no UTF-8",
                        Callback.sealed(new byte[] { (byte) 0xff, (byte) 0xfe }, Bot.CALLBACK_TOKEN, Bot.AES_KEY, Bot.APP_KEY, 2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongEnvelopes")
    void refusesAnEnvelopeThatDoesNotProveItself(String what, Callback.Sealed sealed) throws Exception {
        assertRefused(bot.post(bot.webhookUrl() + sealed.query(), sealed.body(), NO_PROOF), 401, "wrong_proof");
    }

    @Test
    void refusesAnEnvelopeWhereNoCallbackTokenIsSet() throws Exception {
        Callback.Sealed sealed = Callback.sealed(Callback.message("m401"));

        assertRefused(bot.post(bot.webhookUrl("plain") + sealed.query(), sealed.body(), Callback.proof("plain-secret", Instant.now())), 401,
                "wrong_proof");
    }

    @Test
    void saysTheSameForEachWrongSecret() throws Exception {
        byte[] text = Callback.bytes(Callback.message("m401"));
        List<Callback.Sealed> each = List.of(
                Callback.sealed(text, "an0therToken", Bot.AES_KEY, Bot.APP_KEY, text.length),
                Callback.sealed(text, Bot.CALLBACK_TOKEN, OTHER_AES_KEY, Bot.APP_KEY, text.length),
                Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, "dingsomebodyelse0001", text.length));
        List<String> bodies = new ArrayList<>();
        for (Callback.Sealed sealed : each) {
            bodies.add(bot.post(bot.webhookUrl() + sealed.query(), sealed.body(), NO_PROOF).body());
        }
        bodies.add(bot.post(bot.webhookUrl(), text, Callback.proof("another-secret", Instant.now())).body());

        assertThat(bodies).containsOnly(bodies.get(0));
    }

    static Stream<Arguments> remedies() {
        byte[] text = Callback.bytes(Callback.message("m401"));
        Instant old = Instant.now().minus(Duration.ofHours(2)).minusSeconds(10);
        return Stream.of(
                Arguments.of("main", "", text, Callback.proof(Bot.APP_SECRET, old), "120 min before this machine's clock", "clock"),
                Arguments.of("main", "", text, Callback.proof(Bot.APP_SECRET, Instant.now().plus(Duration.ofDays(3))),
                        "ahead of this machine's clock", "clock"),
                Arguments.of("main", "", text, Callback.proof("another-secret", Instant.now()), "dingtalk.app-secret", "secret"),
                Arguments.of("main", "", text, Callback.proof("another-secret", old), "dingtalk.app-secret", "secret"),
                Arguments.of("plain", "", text, Callback.proof(Bot.APP_SECRET, Instant.now()), "dingtalk.integrations.plain.app-secret",
                        "secret"),
                Arguments.of("main", "", text, NO_PROOF, "the headers timestamp (milliseconds) and sign", "headers"),
                sealed("main", Callback.sealed(text, "an0therToken", Bot.AES_KEY, Bot.APP_KEY, text.length), "dingtalk.callback-token",
                        "token"),
                sealed("main", Callback.sealed(text, Bot.CALLBACK_TOKEN, OTHER_AES_KEY, Bot.APP_KEY, text.length),
                        "dingtalk.callback-aes-key", "key"),
                sealed("main", Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, "dingsomebodyelse0001", text.length),
                        "dingtalk.callback-owner-key", "owner"),
                sealed("plain", Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, Bot.APP_KEY, text.length),
                        "need dingtalk.integrations.plain.callback-token and dingtalk.integrations.plain.callback-aes-key", "unset"));
    }

    private static Arguments sealed(String integration, Callback.Sealed sealed, String says, String what) {
        return Arguments.of(integration, sealed.query(), sealed.body(), NO_PROOF, says, what);
    }

    @ParameterizedTest(name = "{5}: {4}")
    @MethodSource("remedies")
    void namesInTheLogTheProofThatFailedAndItsRemedyAlone(String integration, String query, byte[] body,
            Function<HttpRequest.Builder, HttpRequest.Builder> proof, String says, String what) throws Exception {
        bot.post(bot.webhookUrl(integration) + query, body, proof);

        assertThat(log.containing("refused, 401")).singleElement().asString().contains(says);
        List<String> others =
                new ArrayList<>(List.of("app-secret", "callback-token", "callback-aes-key", "callback-owner-key", "machine's clock"));
        others.removeIf(says::contains);
        assertThat(log.containing("refused, 401").get(0)).doesNotContain(others);
    }

    // 400 once it is proved

    static Stream<Arguments> faultyFields() {
        return Stream.of(
                Arguments.of("msgId", without("msgId")),
                Arguments.of("msgId", Callback.message("m400").put("msgId", 7)),
                Arguments.of("msgId", Callback.message("m400").put("msgId", " ")),
                Arguments.of("msgId", Callback.message("m400").put("msgId", "m".repeat(513))),
                Arguments.of("msgtype", without("msgtype")),
                Arguments.of("conversationType", without("conversationType")),
                Arguments.of("conversationType", Callback.message("m400").put("conversationType", 1)),
                Arguments.of("conversationType", Callback.message("m400").put("conversationType", "3")),
                Arguments.of("conversationId", without("conversationId")),
                Arguments.of("senderId", without("senderId")),
                Arguments.of("senderStaffId", Callback.message("m400").put("senderStaffId", true)),
                Arguments.of("isAdmin", Callback.message("m400").put("isAdmin", "yes")),
                Arguments.of("isInAtList", Callback.message("m400").put("isInAtList", 1)),
                Arguments.of("atUsers", Callback.message("m400").put("atUsers", "all")),
                Arguments.of("text", Callback.message("m400").put("text", "hello")),
                Arguments.of("sessionWebhook", Callback.message("m400").put("sessionWebhook", 1)),
                Arguments.of("sessionWebhookExpiredTime", Callback.message("m400").put("sessionWebhookExpiredTime", "tomorrow")),
                Arguments.of("createAt", Callback.message("m400").put("createAt", 1e300)));
    }

    private static ObjectNode without(String field) {
        ObjectNode message = Callback.message("m400");
        message.remove(field);
        // so that it still is a robot message to look at
        return message.has("msgtype") || message.has("msgId") ? message : message.put("msgtype", "text");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultyFields")
    void namesTheFieldThatIsMissingOrOfTheWrongType(String field, ObjectNode message) throws Exception {
        HttpResponse<String> plain = bot.post(bot.webhookUrl(), Callback.bytes(message), Callback.proof());
        Callback.Sealed sealed = Callback.sealed(message);
        HttpResponse<String> encrypted = bot.post(bot.webhookUrl() + sealed.query(), sealed.body(), NO_PROOF);

        assertRefused(plain, 400, "bad_field");
        assertThat(errorOf(plain).get("message").textValue()).contains("the field " + field + " ");
        assertRefused(encrypted, 400, "bad_field");
        assertThat(encrypted.body()).isEqualTo(plain.body());
    }

    @ParameterizedTest
    @ValueSource(strings = { "{}", "[]", "no json", "{\"encrypt\":\"AAAA\"}" })
    void refusesAnEnvelopeWithNeitherMessageNorEvent(String content) throws Exception {
        byte[] text = content.getBytes(StandardCharsets.UTF_8);
        Callback.Sealed sealed = Callback.sealed(text, Bot.CALLBACK_TOKEN, Bot.AES_KEY, Bot.APP_KEY, text.length);

        assertThat(bot.post(bot.webhookUrl() + sealed.query(), sealed.body(), NO_PROOF).statusCode()).isEqualTo(400);
    }

    // 503

    @Test
    void refusesWhileTheStoreIsDownAndTakesTheSameMessageWhenItIsBack() throws Exception {
        byte[] message = Callback.bytes(Callback.message("m503"));
        sql("alter table message rename to message_away");
        try {
            HttpResponse<String> answer = bot.post(bot.webhookUrl(), message, Callback.proof());

            assertRefused(answer, 503, "store_unavailable");
            assertThat(answer.body()).doesNotContainIgnoringCase("sql").doesNotContain("message_away", "jdbc");
            assertThat(bot.post(bot.webhookUrl(), "{\"msgId\":7}".getBytes(StandardCharsets.UTF_8), Callback.proof()).statusCode())
                    .isEqualTo(400);
            assertThat(bot.post(bot.webhookUrl(), message, NO_PROOF).statusCode()).isEqualTo(401);
        } finally {
            sql("alter table message_away rename to message");
        }
        assertThat(bot.rowCounts()).isEqualTo(stored);
        assertThat(bot.queue().remainingCapacity()).as("places given back").isEqualTo(bot.queue().capacity());

        assertThat(bot.post(bot.webhookUrl(), message, Callback.proof()).statusCode()).isEqualTo(200);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select state from message").equals(List.of(List.of("done"))));
        for (String table : List.of("message", "history", "session", "person", "sent_text", "sent_to")) {
            sql("delete from " + table);
        }
        bot.simulator().clearRecords();
    }

    private void sql(String sql) {
        bot.store().writeAndWait(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }

    private static JsonNode errorOf(HttpResponse<String> answer) throws Exception {
        return Callback.JSON.readTree(answer.body()).get("error");
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String code) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json; charset=utf-8");
        assertThat(answer.headers().map().keySet()).isSubsetOf("content-type", "content-length", "transfer-encoding", "connection",
                "retry-after");
        JsonNode body = Callback.JSON.readTree(answer.body());
        assertThat(body.fieldNames()).toIterable().containsExactly("error");
        assertThat(body.get("error").fieldNames()).toIterable().containsExactlyInAnyOrder("code", "message");
        assertThat(body.get("error").get("code").textValue()).isEqualTo(code);
        assertThat(body.get("error").get("message").textValue()).hasSizeBetween(20, 400).doesNotContain("Exception");
    }

    private HttpResponse<String> upload(String integration, int size, boolean chunked) throws Exception {
        return send(integration, publisher(new Zeros(size, new CountDownLatch(0)), chunked));
    }

    private static HttpRequest.BodyPublisher publisher(Zeros body, boolean chunked) {
        HttpRequest.BodyPublisher unknownLength = HttpRequest.BodyPublishers.ofInputStream(() -> body);
        return chunked ? unknownLength : HttpRequest.BodyPublishers.fromPublisher(unknownLength, body.size);
    }

    private HttpResponse<String> send(String integration, HttpRequest.BodyPublisher body) throws Exception {
        return HTTP.send(request(integration, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String integration, HttpRequest.BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create(bot.webhookUrl(integration))).timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json").POST(body).build();
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** A body that takes no memory here, and whose last tenth waits. */
    private static final class Zeros extends InputStream {

        private final int size;
        private final CountDownLatch rest;
        private volatile int left;

        Zeros(int size, CountDownLatch rest) {
            this.size = size;
            this.rest = rest;
            left = size;
        }

        boolean isHeld() {
            return left <= size / 10;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (isHeld()) {
                try {
                    rest.await();
                } catch (InterruptedException e) {
                    return -1;
                }
            }
            if (left <= 0) {
                return -1;
            }
            int count = Math.min(left, length);
            Arrays.fill(bytes, offset, offset + count, (byte) '0');
            left = left - count;
            return count;
        }
    }
}
