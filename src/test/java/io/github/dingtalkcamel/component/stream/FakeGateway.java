package io.github.dingtalkcamel.component.stream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.PfxOptions;
import org.awaitility.Awaitility;

/** A gateway on a real socket that does what the test says: hands out tickets, upgrades, pushes frames, and writes down what it gets. */
public final class FakeGateway implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What to answer an open call: a status and a body; a status of 0 answers never. */
    record Opening(int status, String body) {
    }

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final boolean secure;
    private final Set<String> tickets = ConcurrentHashMap.newKeySet();
    final List<JsonNode> opens = new CopyOnWriteArrayList<>();
    final List<String> acceptHeaders = new CopyOnWriteArrayList<>();
    final List<String> upgradeHeaders = new CopyOnWriteArrayList<>();
    final List<Session> sessions = new CopyOnWriteArrayList<>();
    final List<JsonNode> posted = new CopyOnWriteArrayList<>();
    volatile Function<JsonNode, Opening> opening = body -> new Opening(200, answer(ticket()));
    volatile int upgradeStatus = 101;
    private boolean closed;

    public FakeGateway() {
        this(null);
    }

    /** With TLS, as {@code localhost}. */
    FakeGateway(PfxOptions key) {
        secure = key != null;
        HttpServerOptions options = new HttpServerOptions().setSsl(secure);
        if (secure) {
            options.setPfxKeyCertOptions(key);
        }
        server = await(vertx.createHttpServer(options.setMaxWebSocketFrameSize(8 << 20).setMaxWebSocketMessageSize(16 << 20))
                .requestHandler(this::http).webSocketHandler(this::upgrade).listen(0, "127.0.0.1"));
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    public String url() {
        return (secure ? "https://localhost:" : "http://127.0.0.1:") + server.actualPort();
    }

    String ticket() {
        String ticket = UUID.randomUUID() + "+/=";
        tickets.add(ticket);
        return ticket;
    }

    String answer(String ticket) {
        return "{\"endpoint\":\"" + url().replaceFirst("http", "ws") + "/connect\",\"ticket\":\"" + ticket + "\"}";
    }

    private void http(HttpServerRequest request) {
        if (request.headers().contains("Upgrade") && upgradeStatus == 101) {
            // comes back to upgrade()
            return;
        }
        request.body().onSuccess(body -> {
            if (request.path().equals("/v1.0/gateway/connections/open")) {
                upgradeHeaders.add(String.valueOf(request.getHeader("Upgrade")));
                acceptHeaders.add(String.valueOf(request.getHeader("Accept")));
                JsonNode asked = Pushed.json(body.toString());
                opens.add(asked);
                Opening reaction = opening.apply(asked);
                if (reaction.status() != 0) {
                    request.response().setStatusCode(reaction.status()).putHeader("Content-Type", "application/json;charset=utf-8")
                            .end(reaction.body());
                }
            } else if (request.path().equals("/connect")) {
                request.response().setStatusCode(upgradeStatus).end();
            } else {
                if (request.path().startsWith("/robot/")) {
                    posted.add(Pushed.json(body.toString()));
                }
                request.response().putHeader("Content-Type", "application/json").end("{\"errcode\":0,\"errmsg\":\"ok\"}");
            }
        });
    }

    private void upgrade(ServerWebSocket socket) {
        String query = socket.query();
        String ticket = java.net.URLDecoder.decode(query.substring("ticket=".length()), java.nio.charset.StandardCharsets.UTF_8);
        if (upgradeStatus != 101 || !tickets.remove(ticket)) {
            socket.reject(upgradeStatus == 101 ? 401 : upgradeStatus);
            return;
        }
        sessions.add(new Session(socket));
    }

    Session session(int index) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> sessions.size() > index);
        return sessions.get(index);
    }

    /** One WebSocket, seen from the server. */
    final class Session {
        private final ServerWebSocket socket;
        final List<JsonNode> received = new CopyOnWriteArrayList<>();
        volatile boolean ended;
        volatile Short closeStatus;

        Session(ServerWebSocket socket) {
            this.socket = socket;
            socket.textMessageHandler(text -> received.add(Pushed.json(text)));
            socket.closeHandler(gone -> {
                closeStatus = socket.closeStatusCode();
                ended = true;
            });
        }

        void push(String frame) {
            FakeGateway.await(socket.writeTextMessage(frame));
        }

        /** In pieces of so many characters. */
        void pushInPieces(String frame, int size) {
            for (int at = 0; at < frame.length(); at += size) {
                boolean last = at + size >= frame.length();
                String piece = frame.substring(at, Math.min(frame.length(), at + size));
                FakeGateway.await(socket.writeFrame(at == 0 ? WebSocketFrame.textFrame(piece, last)
                        : WebSocketFrame.continuationFrame(Buffer.buffer(piece), last)));
            }
        }

        void pushBinary(byte[] bytes) {
            FakeGateway.await(socket.writeBinaryMessage(Buffer.buffer(bytes)));
        }

        void ping() {
            FakeGateway.await(socket.writePing(Buffer.buffer("server")));
        }

        void close() {
            socket.close((short) 1000, "bye\nnow");
        }

        void stopReading() {
            vertx.runOnContext(x -> socket.pause());
        }

        void readOn() {
            vertx.runOnContext(x -> socket.resume());
        }

        /** The answer to that push, once it is there. */
        JsonNode answerTo(String messageId) {
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> find(messageId) != null);
            return find(messageId);
        }

        JsonNode find(String messageId) {
            return received.stream().filter(frame -> frame.path("headers").path("messageId").asText().equals(messageId)).findFirst()
                    .orElse(null);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            await(server.close());
            await(vertx.close());
        }
    }
}
