package io.github.dingtalkcamel;

import java.util.List;
import java.util.concurrent.Executor;

import io.github.dingtalkcamel.server.Descriptors;
import io.github.dingtalkcamel.server.LimitedVertx;
import io.github.dingtalkcamel.server.ManagementGuard;
import io.github.dingtalkcamel.server.OpenConnections;
import io.github.dingtalkcamel.server.RequestThreads;
import io.github.dingtalkcamel.server.ServerLimits;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.HttpServerConfigurationProperties;

/**
 * Creates Camel's HTTP servers, each with bounded connections and threads of its own, and installs its guard before it listens. So every
 * request passes a guard, and load on the public port does not keep the management port from answering.
 */
public final class GuardedServers extends DefaultMainHttpServerFactory implements AutoCloseable {

    /** The name by which Camel's servers look up their Vert.x when they are created, one after the other. */
    private static final String VERTX = "vertx";

    private final HttpGuards guards;
    private final ManagementGuard managementGuard;
    private final LimitedVertx web;
    private final LimitedVertx management;
    private final RequestThreads threads;

    /** @param workers threads that may handle requests of the public port at once, those of the API and others each */
    public GuardedServers(HttpGuards guards, ManagementGuard managementGuard, int workers) {
        this.guards = guards;
        this.managementGuard = managementGuard;
        long descriptors = Descriptors.most();
        this.threads = new RequestThreads(workers);
        this.web = new LimitedVertx(new VertxOptions().setWorkerPoolSize(workers), ServerLimits.ofWebhook(descriptors));
        this.management = new LimitedVertx(new VertxOptions(), ServerLimits.ofManagement(descriptors));
        guards.guard(web);
        managementGuard.guard(management);
    }

    @Override
    public Service newHttpServer(CamelContext context, HttpServerConfigurationProperties configuration) {
        context.getRegistry().bind(VERTX, web);
        MainHttpServer server = (MainHttpServer) super.newHttpServer(context, configuration);
        server.getConfiguration().setAuthenticationConfig(everywhere(guards::handle));
        return server;
    }

    @Override
    public Service newHttpManagementServer(CamelContext context, HttpManagementServerConfigurationProperties configuration) {
        context.getRegistry().bind(VERTX, management);
        ManagementHttpServer server = (ManagementHttpServer) super.newHttpManagementServer(context, configuration);
        server.getConfiguration().setAuthenticationConfig(everywhere(managementGuard));
        return server;
    }

    /** Where requests to the API begin. */
    public Executor threads() {
        return threads;
    }

    /** Ends their threads, without waiting for that. Camel closes only what it made itself. */
    @Override
    public void close() {
        threads.close();
        web.close();
        management.close();
    }

    /** The connections of the public port, once its server is created. */
    public OpenConnections webConnections() {
        return web.connections();
    }

    /** The connections of the management port, once its server is created. */
    public OpenConnections managementConnections() {
        return management.connections();
    }

    private static AuthenticationConfig everywhere(Handler<RoutingContext> guard) {
        AuthenticationConfig.AuthenticationConfigEntry everywhere = new AuthenticationConfig.AuthenticationConfigEntry() {
            @Override
            public Handler<RoutingContext> createAuthenticationHandler(Vertx vertx) {
                return guard;
            }
        };
        everywhere.setPath("/*");
        AuthenticationConfig authentication = new AuthenticationConfig(List.of(everywhere));
        authentication.setEnabled(true);
        return authentication;
    }
}
