package io.github.dingtalkcamel.management;

import java.util.Locale;

import io.github.dingtalkcamel.api.ApiAccess;
import io.github.dingtalkcamel.api.ApiException;
import io.github.dingtalkcamel.inbound.TooLargeException;
import io.github.dingtalkcamel.inbound.UnknownIntegrationException;
import io.github.dingtalkcamel.inbound.Webhook;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.tools.WaitingRoom;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;

/**
 * What stands before Camel's routes at the HTTP servers, where a body is not yet in memory: bounds on bodies, the webhook's (contract 4) and Jolokia's, and
 * the token of tools and admin (contract 7). And what stands behind them: an error in JSON for what no route of the API takes.
 */
public final class HttpGuards extends EventNotifierSupport {

    private static final String API = "/api/dingtalk/";
    private static final String WEBHOOKS = API + "webhook/";
    private static final String WEBHOOK = WEBHOOKS + ":integration";
    private static final long MAX_JOLOKIA_BYTES = 1024 * 1024;
    private static final int FIRST = -1_000;

    private final CamelContext context;
    private final Settings settings;
    private final Webhook webhook;
    private final ApiAccess access;

    public HttpGuards(CamelContext context, Settings settings, Webhook webhook, ApiAccess access) {
        this.context = context;
        this.settings = settings;
        this.webhook = webhook;
        this.access = access;
    }

    /** Puts the guards up: the servers are there by now, and no route runs yet. */
    @Override
    public void notify(CamelEvent event) {
        install();
    }

    @Override
    public boolean isEnabled(CamelEvent event) {
        return event instanceof CamelEvent.CamelContextRoutesStartingEvent;
    }

    private void install() {
        Router web = router(settings.webhookPort());
        web.route(WEBHOOK).order(FIRST).handler(this::knownOnly);
        web.post(WEBHOOK).order(FIRST + 1).handler(BodyHandler.create(false).setBodyLimit(Webhook.MAX_BODY_BYTES)).failureHandler(this::tooLarge);
        web.route(API + "*").order(FIRST).handler(this::authorisedOnly);
        web.post(API + "tools/*").order(FIRST + 1).handler(new WaitingRoom(request ->
                refuse(request, 503, Refusals.json("busy", "Too many calls of tools wait already. Try again later, with fewer at once"))));
        web.route(API + "*").last().handler(this::nobodyAnswers);
        router(settings.managementPort()).post(ManagementGuard.JOLOKIA + "/*").order(FIRST).handler(BodyHandler.create(false).setBodyLimit(MAX_JOLOKIA_BYTES));
    }

    private Router router(int port) {
        return VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
    }

    /** Before a byte of the body is read: an integration that is not there takes none. */
    private void knownOnly(RoutingContext request) {
        if (webhook.isOn(request.pathParam("integration"))) {
            request.next();
        } else {
            refuse(request, 404, Refusals.json("unknown_integration", new UnknownIntegrationException().getMessage()));
        }
    }

    /** Before a byte of the body is read: strangers can't fill the memory with tools' files, nor find out which paths there are. */
    private void authorisedOnly(RoutingContext request) {
        if (request.normalizedPath().startsWith(WEBHOOKS)) {
            request.next();
            return;
        }
        try {
            access.check(request.request());
            readAsJson(request.request());
            request.next();
        } catch (ApiException e) {
            refuse(request, e.status(), Refusals.json(e.code(), e.getMessage()));
        }
    }

    /** What is posted here is JSON, also where {@code curl -d} calls it a form: forms would be taken apart before a route sees them. */
    private static void readAsJson(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && !type.toLowerCase(Locale.ROOT).contains("json")) {
            request.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        }
    }

    private void nobodyAnswers(RoutingContext request) {
        if (request.normalizedPath().startsWith(WEBHOOKS)) {
            request.next();
        } else {
            refuse(request, 404, Refusals.json("not_found", "Nothing answers this method at this path"));
        }
    }

    private void tooLarge(RoutingContext request) {
        if (request.statusCode() == 413) {
            refuse(request, 413, Refusals.json("too_large", new TooLargeException(Webhook.MAX_BODY_BYTES).getMessage()));
        } else {
            request.next();
        }
    }

    private static void refuse(RoutingContext request, int status, String json) {
        request.response().setStatusCode(status).putHeader("Content-Type", "application/json; charset=utf-8").end(json);
    }
}
