package io.github.dingtalkcamel.server;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;

/**
 * A Vert.x whose HTTP server is bounded: what Camel's servers are given, since they make their options themselves. It is for one server,
 * which so has its own threads, the one that accepts connections included.
 */
public final class LimitedVertx extends VertxWrapper {

    private final ServerLimits limits;
    private volatile OpenConnections connections;

    public LimitedVertx(VertxOptions options, ServerLimits limits) {
        super((VertxInternal) Vertx.vertx(options));
        this.limits = limits;
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions given) {
        // Camel's servers have no WebSockets, and a connection need not be ready for compressed ones
        HttpServerOptions options = OpenConnections.options(given, limits).setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
        HttpServer server = super.createHttpServer(options);
        connections = OpenConnections.of(server, options, limits);
        return server;
    }

    @Override
    public HttpServer createHttpServer() {
        return createHttpServer(new HttpServerOptions());
    }

    public ServerLimits limits() {
        return limits;
    }

    /** Those of its server, once that was made. */
    public OpenConnections connections() {
        return connections;
    }
}
