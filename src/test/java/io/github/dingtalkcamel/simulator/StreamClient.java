package io.github.dingtalkcamel.simulator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.stream.Subscription;
import io.github.dingtalkcamel.simulator.text.Json;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * A minimal Stream client without an SDK: it does just what docs/protocol.md 2 asks for, and can be made to behave
 * otherwise.
 */
public final class StreamClient implements WebSocket.Listener, AutoCloseable {

    public static final String ALL =
            "[{\"type\":\"EVENT\",\"topic\":\"*\"},{\"type\":\"CALLBACK\",\"topic\":\"/v1.0/im/bot/messages/get\"},"
            + "{\"type\":\"CALLBACK\",\"topic\":\"/v1.0/card/instances/callback\"}]";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final List<String> pongs = new CopyOnWriteArrayList<>();
    private final AtomicInteger pieces = new AtomicInteger();
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private volatile Function<JsonNode, String> answers = StreamClient::properly;
    private CompletableFuture<WebSocket> sent = CompletableFuture.completedFuture(null);
    private WebSocket socket;
    private String id;

    public static String openBody(String appKey, String appSecret, String subscriptions) {
        return "{\"clientId\":\"" + appKey + "\",\"clientSecret\":\"" + appSecret + "\",\"subscriptions\":" + subscriptions
                + ",\"ua\":\"test\"}";
    }

    /** Opens and connects, subscribed to everything. */
    public static StreamClient connect(Simulator simulator, String appKey, String appSecret) throws Exception {
        return connect(simulator, openBody(appKey, appSecret, ALL));
    }

    public static StreamClient connect(Simulator simulator, String openBody) throws Exception {
        return connect(new Wire(simulator).post(OpenCall.PATH, openBody, "Accept", "application/json").json());
    }

    public static StreamClient connect(JsonNode opened) throws Exception {
        return connect(opened, StreamClient::properly);
    }

    /** Answers like this from its first frame on. */
    static StreamClient connect(Simulator simulator, String appKey, String appSecret, Function<JsonNode, String> answers) throws Exception {
        String body = openBody(appKey, appSecret, ALL);
        return connect(new Wire(simulator).post(OpenCall.PATH, body, "Accept", "application/json").json(), answers);
    }

    private static StreamClient connect(JsonNode opened, Function<JsonNode, String> answers) throws Exception {
        StreamClient client = new StreamClient().answers(answers);
        client.id = opened.path("ticket").asText();
        client.socket = HTTP.newWebSocketBuilder()
                .buildAsync(URI.create(opened.path("endpoint").asText() + "?ticket=" + client.id), client).get(10, TimeUnit.SECONDS);
        return client;
    }

    public static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5));
    }

    /** Its connectionId. */
    public String id() {
        return id;
    }

    /** From now on answers like this; null: says nothing. */
    public StreamClient answers(Function<JsonNode, String> how) {
        answers = how;
        return this;
    }

    public static String properly(JsonNode frame) {
        return switch (frame.path("type").asText() + frame.path("headers").path("topic").asText()) {
            case "SYSTEMping" -> ack(frame, 200, frame.path("data").asText());
            case "EVENT*" -> ack(frame, 200, "{\"status\":\"SUCCESS\",\"message\":\"ok\"}");
            case "CALLBACK/v1.0/im/bot/messages/get", "CALLBACK/v1.0/card/instances/callback" -> ack(frame, 200, "{\"response\":null}");
            default -> frame.path("type").asText().equals("SYSTEM") ? null : ack(frame, 404, null);
        };
    }

    public static String ack(JsonNode frame, int code, String data) {
        ObjectNode ack = Json.object().put("code", code).put("message", code == 200 ? "OK" : "no").put("data", data);
        ack.putObject("headers").put("contentType", "application/json").put("messageId", frame.path("headers").path("messageId").asText());
        return ack.toString();
    }

    public List<String> texts() {
        return texts;
    }

    /** The frames that are JSON. */
    public List<JsonNode> frames() {
        return texts.stream().map(Json::objectOrNull).filter(frame -> frame != null).map(JsonNode.class::cast).toList();
    }

    public List<JsonNode> frames(String topic) {
        return frames().stream().filter(frame -> frame.path("headers").path("topic").asText().equals(topic)).toList();
    }

    public List<JsonNode> messages() {
        return frames(Subscription.MESSAGES.topic());
    }

    /** How many WebSocket frames the text messages came in. */
    public int pieces() {
        return pieces.get();
    }

    public List<String> pongs() {
        return pongs;
    }

    public void ping(String payload) {
        socket.sendPing(ByteBuffer.wrap(payload.getBytes())).join();
    }

    public void send(String frame) {
        sendNext(socket, frame).join();
    }

    /** One after the other: a WebSocket of the JDK refuses a text while it sends another one. */
    private synchronized CompletableFuture<WebSocket> sendNext(WebSocket webSocket, String frame) {
        sent = sent.exceptionally(failure -> null).thenCompose(before -> webSocket.sendText(frame, true));
        return sent;
    }

    /** The close code of the server. */
    public CompletableFuture<Integer> closed() {
        return closed;
    }

    /** Why the connection broke without a close frame. */
    public CompletableFuture<Throwable> broken() {
        return broken;
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        pieces.incrementAndGet();
        text.append(data);
        if (last) {
            String whole = text.toString();
            text.setLength(0);
            JsonNode frame = Json.objectOrNull(whole);
            String answer = frame == null ? null : answers.apply(frame);
            // noted before it is answered: once the simulator has the answer, the frame is found here
            texts.add(whole);
            if (answer != null) {
                sendNext(webSocket, answer);
            }
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        pongs.add(new String(bytes));
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        broken.complete(error);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
