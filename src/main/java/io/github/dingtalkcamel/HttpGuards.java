package io.github.dingtalkcamel;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.inbound.Webhook;
import io.github.dingtalkcamel.server.ApiAccess;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.server.AsynchronousConsumer;
import io.github.dingtalkcamel.server.Bodies;
import io.github.dingtalkcamel.server.BodyRules;
import io.github.dingtalkcamel.server.HeldBodies;
import io.github.dingtalkcamel.server.HttpBudgets;
import io.github.dingtalkcamel.server.LimitedVertx;
import io.github.dingtalkcamel.server.Refusal;
import io.github.dingtalkcamel.server.UnknownIntegrationException;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.tool.ToolCallLimiter;
import io.github.dingtalkcamel.tracing.TraceContext;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Guards the public HTTP server in front of Camel's routes. Before a byte of the body is read, it checks that the integration exists, or
 * the token of tools and admin. Once a route matches, it reads the body within a bound and a budget. Requests to the API that no route
 * matches get an error in JSON.
 */
public final class HttpGuards {

    private static final String API = "/api/dingtalk/";
    private static final String WEBHOOKS = API + "webhook/";
    private static final String TOOLS = API + "tools/";
    private static final String MCP = API + "mcp";
    private static final Set<HttpMethod> WEBHOOK_METHODS = Set.of(HttpMethod.POST, HttpMethod.GET);
    /** After all routes whose order is that of their creation. */
    private static final int AFTER_WEBHOOKS = 1 << 30;
    private static final String RULES = "dingtalk.body.rules";
    private static final int MAX_API_BYTES = 32 << 20;
    /** Admin takes names and ids. */
    private static final int MAX_ADMIN_BYTES = 1 << 20;
    private static final Duration LONGEST_UPLOAD = Duration.ofMinutes(10);
    /** How often a body is in memory: its bytes, decoded, and parts of it; an unproved body is never parsed into a tree of objects. */
    private static final int UNPROVED_COPIES = 3;
    private static final int PROVED_COPIES = 6;
    /** A file stays where it came; what is read into objects is counted by {@link HeldBodies#hold} when it is. */
    private static final int TOOL_COPIES = 1;
    private static final int ADMIN_COPIES = 16;

    private final Settings settings;
    private final Webhook webhook;
    private final ApiAccess access;
    private final HttpBudgets budgets;
    private final HeldBodies held;
    private final ToolCallLimiter toolCallLimiter = new ToolCallLimiter(request ->
            Refusal.busy(request, "busy", "Too many calls of tools wait already. Try again later, with fewer at once"));
    private LimitedVertx vertx;
    private boolean installed;
    private BodyRules unauthenticated;
    private BodyRules messages;
    private BodyRules unprovedMessages;
    private BodyRules calls;
    private BodyRules admin;
    private volatile boolean open;

    public HttpGuards(Settings settings, Webhook webhook, ApiAccess access, HttpBudgets budgets, HeldBodies held) {
        this.settings = settings;
        this.webhook = webhook;
        this.access = access;
        this.budgets = budgets;
        this.held = held;
    }

    /** Sets the server to guard, which does not listen yet. */
    public void guard(LimitedVertx server) {
        vertx = server;
        Duration whole = server.limits().unprovedBodyTime();
        Duration progress = server.limits().progressTime();
        // what never fits is too large, and not to be tried again
        int most = (int) Math.min(MAX_API_BYTES, budgets.unproved().capacity() / UNPROVED_COPIES);
        unauthenticated = new BodyRules(most, budgets.unproved(), UNPROVED_COPIES, whole, whole);
        unprovedMessages = new BodyRules(Webhook.MAX_BODY_BYTES, budgets.unproved(), UNPROVED_COPIES, whole, whole);
        messages = new BodyRules(Webhook.MAX_BODY_BYTES, budgets.messages(), PROVED_COPIES, progress, progress);
        calls = new BodyRules(MAX_API_BYTES, budgets.api(), TOOL_COPIES, LONGEST_UPLOAD, progress);
        admin = new BodyRules(MAX_ADMIN_BYTES, budgets.api(), ADMIN_COPIES, progress, progress);
    }

    /**
     * Creates the consumers of routes, with bodies read by these guards. Those of the API hold no thread while their routes wait.
     *
     * @param threads where routes of the API begin
     */
    public PlatformHttpEngine engine(Executor threads) {
        return new VertxPlatformHttpEngine() {
            @Override
            public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
                // the server exists by now
                install(getCamelContext());
                // other paths are those of routes of the user's, with all that Camel's consumer can do
                return endpoint.getPath().startsWith(API) && AsynchronousConsumer.isFor(endpoint)
                        ? new AsynchronousConsumer(endpoint, processor, getHandlers(),
                                VertxPlatformHttpRouter.getRouterNameFromPort(getServerPort()), threads)
                        : super.createConsumer(endpoint, processor);
            }
        };
    }

    private synchronized void install(CamelContext context) {
        if (installed) {
            return;
        }
        installed = true;
        String name = VertxPlatformHttpRouter.getRouterNameFromPort(settings.webhookPort());
        VertxPlatformHttpRouter camels = VertxPlatformHttpRouter.lookup(context, name);
        // while the old one is bound too, Camel finds that
        context.getRegistry().unbind(name);
        context.getRegistry().bind(name, new VertxPlatformHttpRouter(camels.getServer(), camels.vertx(), camels, name,
                camels.getServerType()) {
            private final AtomicInteger next = new AtomicInteger(AFTER_WEBHOOKS);

            @Override
            public Handler<RoutingContext> bodyHandler() {
                return HttpGuards.this::readBody;
            }

            /**
             * Most requests are webhooks: the other routes of the API, which are many, are looked at after theirs. Each has an order of its
             * own, without which Vert.x does not find a route that it has to remove.
             */
            @Override
            public Route route(String path) {
                Route route = super.route(path);
                return path.startsWith(API) && !path.startsWith(WEBHOOKS) ? route.order(next.getAndIncrement()) : route;
            }
        });
        camels.route(API + "*").last().handler(this::notFound);
    }

    /** Lets requests through, since the routes run now; until then they get 503. */
    public void open() {
        open = true;
    }

    /** Refuses requests with 503 and Retry-After, since the routes stop now. */
    public void shut() {
        open = false;
    }

    /** Whether requests are let through. */
    public boolean isOpen() {
        return open;
    }

    /** Handles each request first. */
    public void handle(RoutingContext request) {
        if (!open) {
            Refusal.busy(request, "not_running", "The application is starting or stopping. Try again later");
        } else if (request.normalizedPath().startsWith(WEBHOOKS)) {
            knownOnly(request);
        } else if (request.normalizedPath().startsWith(API)) {
            authorisedOnly(request);
        } else {
            request.next();
        }
    }

    /** Refuses requests for an unknown integration without reading their body. */
    private void knownOnly(RoutingContext request) {
        String integration = request.normalizedPath().substring(WEBHOOKS.length());
        // unauthenticated clients do not decide what is traced
        request.request().headers().remove(TraceContext.TRACEPARENT).remove(TraceContext.TRACESTATE).remove(TraceContext.BAGGAGE);
        if (!webhook.isOn(integration)) {
            Refusal.send(request, 404, "unknown_integration", new UnknownIntegrationException().getMessage());
        } else if (!WEBHOOK_METHODS.contains(request.request().method())) {
            request.response().putHeader(HttpHeaders.ALLOW, "POST, GET");
            Refusal.send(request, 405, "method", "Messages are posted here");
        } else {
            readAsJson(request.request());
            readMessage(request, integration);
        }
    }

    private void readMessage(RoutingContext request, String integration) {
        boolean proved = webhook.provesByHeaders(integration, request.request());
        request.put(AsynchronousConsumer.PROPERTIES, Map.of(Webhook.PROVED, proved));
        if (proved) {
            vertx.connections().proved(request.request());
            request.put(RULES, messages);
            request.next();
        } else {
            request.put(RULES, unprovedMessages);
            request.addHeadersEndHandler(answer -> {
                // an encrypted callback is proved by its body
                if (request.request().method() == HttpMethod.POST && request.response().getStatusCode() == 200) {
                    vertx.connections().proved(request.request());
                }
            });
            request.next();
        }
    }

    /** Refuses calls without the token before their body, such as a file, takes memory, and without telling which paths exist. */
    private void authorisedOnly(RoutingContext request) {
        try {
            access.check(request.request());
        } catch (ApiException e) {
            Refusal.send(request, e.httpStatus(), e.errorCode(), e.getMessage());
            return;
        }
        vertx.connections().proved(request.request());
        boolean mcp = request.normalizedPath().equals(MCP);
        if (mcp && request.request().method() != HttpMethod.POST) {
            // what clients of MCP understand: there is no stream to listen to, and no session to end
            request.response().putHeader(HttpHeaders.ALLOW, "POST");
            Refusal.send(request, 405, "method", "Messages of MCP are posted here");
            return;
        }
        boolean tool = mcp || request.normalizedPath().startsWith(TOOLS);
        request.put(RULES, tool ? calls : admin);
        readAsJson(request.request());
        if (request.request().method() == HttpMethod.POST && tool) {
            toolCallLimiter.handle(request);
        } else {
            request.next();
        }
    }

    /**
     * Treats every posted body as JSON, also one that {@code curl -d} declares as a form: a form would be parsed before the route gets
     * it.
     */
    private static void readAsJson(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && !type.toLowerCase(Locale.ROOT).contains("json")) {
            request.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        }
    }

    /** Reads the body, once a route matches the request. */
    private void readBody(RoutingContext request) {
        BodyRules rules = request.get(RULES, unauthenticated);
        Bodies.read(request, rules, () -> {
            held.keep(request);
            if (rules == unauthenticated) {
                Bodies.takeForm(request);
            }
            request.next();
        });
    }

    private void notFound(RoutingContext request) {
        if (request.normalizedPath().startsWith(WEBHOOKS)) {
            request.next();
        } else {
            Refusal.send(request, 404, "not_found", "Nothing answers this method at this path");
        }
    }
}
