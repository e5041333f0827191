package io.github.dingtalkcamel.simulator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** The other side of the callback: takes pushes on a real socket and answers what the test wants. */
public final class FakeApplication implements AutoCloseable {

    public record Push(String query, String contentType, String timestamp, String sign, String body) {
    }

    public record Reaction(int status, String body) {
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Push> pushes = new CopyOnWriteArrayList<>();
    private volatile Function<Push, Reaction> behaviour = push -> new Reaction(200, "{\"msgtype\":\"empty\"}");

    public FakeApplication() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/callback";
    }

    public List<Push> pushes() {
        return pushes;
    }

    public void behaves(Function<Push, Reaction> itsBehaviour) {
        behaviour = itsBehaviour;
    }

    private void take(HttpExchange exchange) throws IOException {
        Push push = new Push(exchange.getRequestURI().getRawQuery(), exchange.getRequestHeaders().getFirst("Content-Type"),
                exchange.getRequestHeaders().getFirst("timestamp"), exchange.getRequestHeaders().getFirst("sign"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        pushes.add(push);
        Reaction reaction = behaviour.apply(push);
        byte[] body = reaction.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reaction.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
