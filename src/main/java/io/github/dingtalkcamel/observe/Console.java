package io.github.dingtalkcamel.observe;
import io.github.dingtalkcamel.server.ManagementGuard;
import io.github.dingtalkcamel.server.Refusal;
import io.github.dingtalkcamel.settings.Settings;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Hawtio at {@code /hawtio} of the management server: static pages that read JMX by Jolokia. Who may see them is {@link ManagementGuard}'s
 * concern.
 */
public final class Console {

    private static final String PATH = ManagementGuard.CONSOLE;
    private static final String FILES = "hawtio-static";
    private static final long A_YEAR = 365L * 24 * 60 * 60;

    private final CamelContext context;
    private final Settings settings;

    public Console(CamelContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
    }

    /** Opens it; the server has to be there. */
    public void open() {
        Router router = VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(settings.managementPort()));
        router.route(ManagementGuard.CONSOLE_JOLOKIA + "*").handler(Console::jolokia).failureHandler(Refusal::failed);
        router.get(PATH + "/user").handler(this::user);
        // their names change with their content
        router.get(PATH + "/static/*").handler(StaticHandler.create(FILES + "/static").setMaxAgeSeconds(A_YEAR))
                .failureHandler(Refusal::failed);
        router.get(PATH + "/*").handler(Console::withSlash).handler(StaticHandler.create(FILES).setCachingEnabled(false))
                .handler(Console::page).failureHandler(Refusal::failed);
    }

    /** The console looks for Jolokia beside itself; this can't be configured. */
    private static void jolokia(RoutingContext request) {
        String uri = request.request().uri();
        int at = uri.indexOf(ManagementGuard.CONSOLE_JOLOKIA);
        if (at == 0 && ManagementGuard.isAt(ManagementGuard.CONSOLE_JOLOKIA, request.request().path())) {
            request.reroute(ManagementGuard.JOLOKIA + uri.substring(ManagementGuard.CONSOLE_JOLOKIA.length()));
        } else {
            request.fail(404);
        }
    }

    /** Who is logged in: without an answer the console shows a form that nothing would take. */
    private void user(RoutingContext request) {
        request.response().putHeader("Content-Type", "application/json; charset=utf-8").putHeader("Cache-Control", "no-store")
                .end(Json.encode(settings.managementUser().orElse("public")));
    }

    private static void withSlash(RoutingContext request) {
        if (request.normalizedPath().equals(PATH)) {
            request.redirect(PATH + "/");
        } else {
            request.next();
        }
    }

    /** What is no file is a page that the console's script knows. Its questions about things that are not here get their 404. */
    private static void page(RoutingContext request) {
        String accepted = request.request().getHeader("Accept");
        if (accepted != null && accepted.contains("text/html") && request.request().method() == HttpMethod.GET
                && !request.normalizedPath().equals(PATH + "/index.html")) {
            request.reroute(PATH + "/index.html");
        } else {
            request.fail(404);
        }
    }
}
