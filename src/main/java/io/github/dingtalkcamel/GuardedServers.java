package io.github.dingtalkcamel;
import java.util.List;

import io.github.dingtalkcamel.server.Descriptors;
import io.github.dingtalkcamel.server.LimitedVertx;
import io.github.dingtalkcamel.server.ManagementGuard;
import io.github.dingtalkcamel.server.OpenConnections;
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
 * Camel's HTTP servers, each with bounded connections on threads of its own, and with its guard before it listens: no request is ever
 * answered without, and none of the public port keeps the management port from answering.
 */
public final class GuardedServers extends DefaultMainHttpServerFactory {

    /** Where Camel's servers look for theirs when they are made, one after the other. */
    private static final String VERTX = "vertx";

    private final HttpGuards guards;
    private final ManagementGuard managementGuard;
    private final LimitedVertx web;
    private final LimitedVertx management;

    /** @param workers threads that handle requests of the public port */
    public GuardedServers(HttpGuards guards, ManagementGuard managementGuard, int workers) {
        this.guards = guards;
        this.managementGuard = managementGuard;
        long descriptors = Descriptors.most();
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

    /** Has one of the threads that handle requests of the public port do this. */
    public void executeWork(Runnable work) {
        web.executeBlocking(() -> {
            work.run();
            return null;
        }, false);
    }

    /** Those of the public port, once its server was made. */
    public OpenConnections webConnections() {
        return web.connections();
    }

    /** Those of the management port, once its server was made. */
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
