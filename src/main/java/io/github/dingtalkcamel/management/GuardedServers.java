package io.github.dingtalkcamel.management;

import java.util.List;

import io.github.dingtalkcamel.settings.Settings;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;

/** Camel's HTTP servers, the management one with its guard before it listens: no request is ever answered without. */
public final class GuardedServers extends DefaultMainHttpServerFactory {

    private final Settings settings;

    public GuardedServers(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Service newHttpManagementServer(CamelContext context, HttpManagementServerConfigurationProperties configuration) {
        ManagementHttpServer server = (ManagementHttpServer) super.newHttpManagementServer(context, configuration);
        ManagementGuard guard = new ManagementGuard(settings);
        AuthenticationConfig.AuthenticationConfigEntry everywhere = new AuthenticationConfig.AuthenticationConfigEntry() {
            @Override
            public Handler<RoutingContext> createAuthenticationHandler(Vertx vertx) {
                return guard;
            }
        };
        everywhere.setPath("/*");
        AuthenticationConfig authentication = new AuthenticationConfig(List.of(everywhere));
        authentication.setEnabled(true);
        server.getConfiguration().setAuthenticationConfig(authentication);
        return server;
    }
}
