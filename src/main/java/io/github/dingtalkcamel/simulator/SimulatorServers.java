package io.github.dingtalkcamel.simulator;

import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.URI;

import io.github.dingtalkcamel.server.BodyRules;
import io.github.dingtalkcamel.server.ByteBudget;
import io.github.dingtalkcamel.server.Descriptors;
import io.github.dingtalkcamel.server.OpenConnections;
import io.github.dingtalkcamel.server.ServerLimits;
import io.github.dingtalkcamel.simulator.api.BodyCollector;
import io.github.dingtalkcamel.simulator.api.CardApi;
import io.github.dingtalkcamel.simulator.api.CustomRobotApi;
import io.github.dingtalkcamel.simulator.api.DepartmentApi;
import io.github.dingtalkcamel.simulator.api.IdentityApi;
import io.github.dingtalkcamel.simulator.api.MediaApi;
import io.github.dingtalkcamel.simulator.api.ReactionApi;
import io.github.dingtalkcamel.simulator.api.RecallApi;
import io.github.dingtalkcamel.simulator.api.SessionWebhookApi;
import io.github.dingtalkcamel.simulator.api.SimulatedGateway;
import io.github.dingtalkcamel.simulator.api.SimulatedRobotApi;
import io.github.dingtalkcamel.simulator.api.TokenApi;
import io.github.dingtalkcamel.simulator.chat.ChatApi;
import io.github.dingtalkcamel.simulator.chat.ChatPage;
import io.github.dingtalkcamel.simulator.chat.ControlApi;
import io.github.dingtalkcamel.simulator.chat.ConversationDriver;
import io.github.dingtalkcamel.simulator.chat.SameOriginGuard;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.model.SimulatedModel;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.stream.FutureResult;
import io.github.dingtalkcamel.simulator.stream.SimulatedConnectApi;
import io.github.dingtalkcamel.simulator.stream.StreamSide;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.ext.web.Router;

/** How the simulator is reached: its HTTP servers, what they serve at which path, and the addresses that it announces. */
final class SimulatorServers {

    private static final int MAX_BODY_BYTES = 32 << 20;
    /** All bodies together. */
    private static final long LEAST_BUDGET = 64L << 20;
    private static final long MOST_BUDGET = 512L << 20;
    private static final int BODY_COPIES = 2;
    private static final ServerLimits LIMITS = ServerLimits.ofSimulator(Descriptors.most());
    private static final int MAX_UPSTREAM_FRAME_BYTES = 1 << 20;

    private SimulatorServers() {
    }

    static HttpServer server(Vertx vertx, HttpServerOptions given) {
        HttpServerOptions options = OpenConnections.options(given, LIMITS);
        HttpServer server = vertx.createHttpServer(options);
        OpenConnections.of(server, options, LIMITS);
        return server;
    }

    static HttpServerOptions options(SimulatorOptions options) {
        return new HttpServerOptions()
                .setHost(options.host())
                .setTcpNoDelay(true)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(MAX_UPSTREAM_FRAME_BYTES)
                .setMaxWebSocketMessageSize(MAX_UPSTREAM_FRAME_BYTES);
    }

    static HttpServer secure(Vertx vertx, SimulatorOptions options, Router router, StreamSide stream) {
        StreamOptions.Tls tls = options.stream().tls();
        return FutureResult.await(server(vertx, options(options)
                .setPort(tls.port())
                .setSsl(true)
                .setKeyCertOptions(new PfxOptions().setPath(tls.keyStore().toAbsolutePath().toString()).setPassword(tls.password())))
                .requestHandler(router).webSocketHandler(stream::upgrade).listen());
    }

    /** The host by which the simulator is known, always with a port: the official Java client insists on one (docs/protocol.md 2.10.2). */
    static String endpoint(SimulatorOptions options, String url, HttpServer secure) {
        URI known = URI.create(url);
        boolean knownSecure = known.getScheme().equals("https");
        if (options.stream().announcesTls()) {
            return "wss://" + known.getHost() + ":" + secure.actualPort() + SimulatedConnectApi.PATH;
        }
        int port = known.getPort() >= 0 ? known.getPort() : knownSecure ? 443 : 80;
        return (knownSecure ? "wss://" : "ws://") + known.getHost() + ":" + port + known.getRawPath() + SimulatedConnectApi.PATH;
    }

    static Router router(Vertx vertx, Platform platform, SimulatorOptions options, FaultInjector faults, ConversationDriver driver,
            StreamSide stream, ChatApi chat, SimulatedModel model) {
        Router router = Router.router(vertx);
        stream.register(router);
        SameOriginGuard guard = new SameOriginGuard(platform, options);
        router.route(ChatPage.PATH).handler(guard);
        router.route(ControlApi.ROOT + "/*").handler(guard);
        router.route().handler(new BodyCollector(new BodyRules(MAX_BODY_BYTES, ByteBudget.ofHeap(8, LEAST_BUDGET, MOST_BUDGET), BODY_COPIES,
                LIMITS.progressTime(), LIMITS.progressTime())));
        new ChatPage().register(router);
        chat.register(router);
        new ControlApi(platform, faults, driver, stream, model).register(router);
        model.register(router);
        SimulatedGateway gateway = new SimulatedGateway(vertx, router, platform, faults);
        new TokenApi(platform).register(gateway);
        new SessionWebhookApi(platform).register(gateway);
        new CustomRobotApi(platform).register(gateway);
        new SimulatedRobotApi(platform).register(gateway);
        new MediaApi(platform).register(gateway);
        new DepartmentApi(platform).register(gateway);
        new ReactionApi(platform).register(gateway);
        new RecallApi(platform).register(gateway);
        new CardApi(platform).register(gateway);
        new IdentityApi(platform).register(gateway);
        stream.register(gateway);
        gateway.nothingElse();
        return router;
    }

    static UncheckedIOException cannotListen(SimulatorOptions options, BindException cause) {
        return new UncheckedIOException("The simulator cannot listen on " + options.host() + ":" + options.port() + " ("
                + cause.getMessage()
                + "). Another process may have the port: stop it, or give the simulator another port (0 takes a free one)",
                cause);
    }

    static String urlOf(String host, int port) {
        boolean anyAddress = host.equals("0.0.0.0") || host.equals("::");
        String name = anyAddress ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host;
        return "http://" + name + ":" + port;
    }
}
