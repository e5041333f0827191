package io.github.dingtalkcamel.bench;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClientOptions;

/**
 * The least that answers a message: one connection, one thread, the text back by session webhook, nothing stored or checked. What the
 * simulator and the driver can take with it is the ceiling of the benchmark, not of DingTalk.
 */
final class BareEcho implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MESSAGES = "/v1.0/im/bot/messages/get";

    private final Vertx vertx;
    private final HttpClient http;
    private final AtomicReference<String> fault = new AtomicReference<>();
    private WebSocket socket;

    private BareEcho(Vertx vertx) {
        this.vertx = vertx;
        this.http = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(64));
    }

    static BareEcho connect(String url, String appKey, String appSecret) throws Exception {
        BareEcho echo = new BareEcho(Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1)));
        ObjectNode open = JSON.createObjectNode().put("clientId", appKey).put("clientSecret", appSecret).put("ua", "bench");
        open.putArray("subscriptions").addObject().put("type", "CALLBACK").put("topic", MESSAGES);
        java.net.http.HttpResponse<byte[]> opened = java.net.http.HttpClient.newHttpClient().send(
                java.net.http.HttpRequest.newBuilder(URI.create(url + "/v1.0/gateway/connections/open"))
                        .header("Content-Type", "application/json").header("Accept", "application/json")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(open.toString())).build(),
                java.net.http.HttpResponse.BodyHandlers.ofByteArray());
        JsonNode answer = JSON.readTree(opened.body());
        URI endpoint = URI.create(answer.path("endpoint").asText());
        echo.socket = echo.vertx.createWebSocketClient(new WebSocketClientOptions())
                .connect(endpoint.getPort(), endpoint.getHost(), endpoint.getPath() + "?ticket=" + answer.path("ticket").asText())
                .toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        echo.socket.textMessageHandler(echo::heard);
        return echo;
    }

    private void heard(String text) {
        try {
            JsonNode frame = JSON.readTree(text);
            boolean message = frame.path("headers").path("topic").asText().equals(MESSAGES);
            ObjectNode ack = JSON.createObjectNode().put("code", 200).put("message", "OK")
                    .put("data", message ? "{\"response\":null}" : frame.path("data").asText());
            ack.putObject("headers").put("contentType", "application/json")
                    .put("messageId", frame.path("headers").path("messageId").asText());
            socket.writeTextMessage(ack.toString());
            if (message) {
                JsonNode said = JSON.readTree(frame.path("data").asText());
                ObjectNode reply = JSON.createObjectNode().put("msgtype", "text");
                reply.putObject("text").put("content", said.path("text").path("content").asText());
                send(URI.create(said.path("sessionWebhook").asText()), reply);
            }
        } catch (Exception e) {
            fault.compareAndSet(null, e.toString());
        }
    }

    private void send(URI webhook, ObjectNode reply) {
        http.request(HttpMethod.POST, webhook.getPort(), webhook.getHost(), webhook.getRawPath() + "?" + webhook.getRawQuery())
                .compose(request -> request.putHeader("Content-Type", "application/json").send(Buffer.buffer(reply.toString())))
                .compose(response -> response.body())
                .onFailure(e -> fault.compareAndSet(null, e.toString()));
    }

    /** The first thing that went wrong, or null. */
    String fault() {
        return fault.get();
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
