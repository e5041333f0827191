package io.github.dingtalkcamel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

/** A slow backend of an agent: holds every request until the gate is opened, then answers each with the request's own body. */
final class Gate implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));
    private final HttpServer server;
    private final List<Runnable> held = new ArrayList<>();
    private final Queue<String> arrivals = new ConcurrentLinkedQueue<>();
    private int most;
    private boolean open;

    Gate() {
        server = vertx.createHttpServer().requestHandler(this::arrived).listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture()
                .join();
    }

    private void arrived(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            arrivals.add(body.toString());
            letIn(() -> vertx.runOnContext(it -> request.response().end(body)));
        });
    }

    private synchronized void letIn(Runnable answer) {
        if (open) {
            answer.run();
        } else {
            held.add(answer);
            most = Math.max(most, held.size());
        }
    }

    /** Requests that wait at the gate. */
    synchronized int held() {
        return held.size();
    }

    /** Requests that ever came, by the beginning of their bodies. */
    long arrived(String beginning) {
        return arrivals.stream().filter(body -> body.startsWith(beginning)).count();
    }

    /** The most that ever waited at once. */
    synchronized int most() {
        return most;
    }

    /** Answers those who wait, and from now on everybody at once. */
    synchronized void open() {
        open = true;
        held.forEach(Runnable::run);
        held.clear();
    }

    /** Answers those who wait; those who come later wait again. */
    synchronized void pass() {
        held.forEach(Runnable::run);
        held.clear();
    }

    /** Where one asks. */
    String url() {
        return "http://127.0.0.1:" + server.actualPort() + "/ask";
    }

    /** An agent that asks at this gate, triggered by the integration {@code main}. */
    String route() {
        return """
                - route:
                    id: gate
                    from:
                      uri: agent:gate
                      parameters:
                        trigger: main
                      steps:
                        - to: %s
                """.formatted(url());
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
