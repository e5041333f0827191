package io.github.dingtalkcamel.simulator.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.Fault;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the calls of every API: records the request, triggers faults, and checks in the order of docs/protocol.md 9.7 – path and
 * method, token there, token valid, permission, rate – before the API itself looks at body and business.
 */
public final class SimulatedGateway {

    private static final Logger LOG = LoggerFactory.getLogger(SimulatedGateway.class);

    private final Vertx vertx;
    private final Router router;
    private final Platform platform;
    private final FaultInjector faults;

    public SimulatedGateway(Vertx vertx, Router router, Platform platform, FaultInjector faults) {
        this.vertx = vertx;
        this.router = router;
        this.platform = platform;
        this.faults = faults;
    }

    private record Endpoint(ApiFamily family, String scope, boolean tokenNeeded, Function<ApiRequest, ApiResponse> handling) {
    }

    /** Registers an API that needs no access token: its address or the body of the call has the credentials. */
    public void open(HttpMethod method, String path, ApiFamily family, Function<ApiRequest, ApiResponse> handling) {
        register(method, path, new Endpoint(family, "none", false, handling));
    }

    /** An API that wants an app's token; {@code scope} is the permission it would name as missing. */
    void withToken(HttpMethod method, String path, ApiFamily family, String scope, Function<ApiRequest, ApiResponse> handling) {
        register(method, path, new Endpoint(family, scope, true, handling));
    }

    /** Registers the answer to unknown paths. Call it last. */
    public void nothingElse() {
        Endpoint nothing = new Endpoint(ApiFamily.OTHER, "none", false, call -> ErrorFormat.of(call.path()).unknownPath(call.path()));
        router.route().handler(context -> serve(context, nothing));
    }

    private void register(HttpMethod method, String path, Endpoint endpoint) {
        router.route(method, path).handler(context -> serve(context, endpoint));
    }

    /** The body's object, or the gateway's refusal (docs/protocol.md 1.1, 1.4). */
    public static ObjectNode bodyOf(ApiRequest call) {
        if (call.body().length() == 0 || !call.saysJson()) {
            throw new ApiErrorException("Missingbody", "body is mandatory for this action.");
        }
        ObjectNode body = call.jsonOrNull();
        if (body == null) {
            throw new ApiErrorException("Invalidbody", "Specified parameter body is not valid. JSON parsing error");
        }
        return body;
    }

    /** Refuses as the gateway does when a field is missing or null (docs/protocol.md 1.4). */
    public static JsonNode mandatory(ObjectNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            throw new ApiErrorException("Missing" + field, field + " is mandatory for this action.");
        }
        return value;
    }

    private void serve(RoutingContext context, Endpoint endpoint) {
        HttpServerRequest request = context.request();
        String path = request.path();
        Fault fault = faults.trigger(endpoint.family(), CardApi.isEnd(path, context.get(BodyCollector.BODY)) ? path
                + FaultInjector.END : path);
        if (fault instanceof Fault.DropBefore) {
            record(context, 0);
            request.connection().close();
            return;
        }
        ApiResponse answer = answer(context, endpoint, fault);
        boolean answered = !(fault instanceof Fault.DropAfter || fault instanceof Fault.NeverAnswer);
        record(context, answered ? answer.status() : 0);
        if (fault instanceof Fault.DropAfter) {
            request.connection().close();
        } else if (fault instanceof Fault.Slow slow) {
            vertx.setTimer(slow.delay().toMillis(), timer -> write(request.response(), answer));
        } else if (fault instanceof Fault.Trickle trickle) {
            HttpServerResponse response = head(request.response(), answer).putHeader("Content-Length", "" + answer.body().length());
            trickle(response, answer.body(), 0, trickle.pause().toMillis());
        } else if (answered) {
            write(request.response(), answer);
        }
    }

    private ApiResponse answer(RoutingContext context, Endpoint endpoint, Fault fault) {
        ErrorFormat dialect = ErrorFormat.of(context.request().path());
        if (fault instanceof Fault.Canned canned) {
            return new ApiResponse(canned.status(), canned.contentType(), null, Buffer.buffer(canned.body()));
        }
        if (fault instanceof Fault.Quote quote) {
            Buffer body = context.get(BodyCollector.BODY);
            return dialect.quoting(context.request().path(), quote.form().text(context.request(), body));
        }
        if (fault instanceof Fault.Fail fail) {
            return dialect.failing(fail.status());
        }
        if (fault instanceof Fault.Busy) {
            return dialect.busy();
        }
        try {
            return handle(context, endpoint, dialect, fault);
        } catch (ApiErrorException refusal) {
            return refusal.answer();
        } catch (RuntimeException e) {
            LOG.error("the simulator failed to answer {}", context.request().path(), e);
            return dialect.failing(500);
        }
    }

    private ApiResponse handle(RoutingContext context, Endpoint endpoint, ErrorFormat dialect, Fault fault) {
        HttpServerRequest request = context.request();
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap().addAll(request.params()).addAll(context.pathParams());
        SimulatedApp caller = endpoint.tokenNeeded() ? caller(request, parameters, dialect, fault) : null;
        if (!endpoint.tokenNeeded() && fault instanceof Fault.ExpireToken) {
            platform.expireSession(parameters.get("session"));
        }
        if (fault instanceof Fault.NoPermission missing) {
            String scope = missing.scope() == null ? endpoint.scope() : missing.scope();
            return dialect.missingPermission(scope, caller == null ? "" : caller.appKey());
        }
        if (fault instanceof Fault.Throttle || fault instanceof Fault.Limit) {
            return dialect.throttled();
        }
        Buffer body = context.get(BodyCollector.BODY);
        return endpoint.handling().apply(
                new ApiRequest(request.path(), parameters, request.headers(), body, request.remoteAddress().hostAddress(), caller));
    }

    private SimulatedApp caller(HttpServerRequest request, MultiMap parameters, ErrorFormat dialect, Fault fault) {
        String token = dialect == ErrorFormat.API ? request.getHeader("x-acs-dingtalk-access-token") : parameters.get("access_token");
        if (token == null || token.isBlank()) {
            throw new ApiErrorException(dialect.missingToken());
        }
        if (fault instanceof Fault.ExpireToken) {
            String owner = platform.tokens().ownerOrNull(token);
            if (owner != null) {
                platform.tokens().expire(owner);
            }
        }
        SimulatedApp caller = platform.appOrNull(platform.tokens().ownerOrNull(token));
        if (caller == null) {
            throw new ApiErrorException(dialect.invalidToken());
        }
        return caller;
    }

    private void record(RoutingContext context, int status) {
        HttpServerRequest request = context.request();
        Map<String, List<String>> headers = new LinkedHashMap<>();
        request.headers().forEach(header ->
                headers.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1)).add(header.getValue()));
        Buffer body = context.get(BodyCollector.BODY);
        platform.record(new RecordedRequest(platform.now(), request.method().name(), request.path(), request.query(), headers,
                body.toString(), status));
    }

    private static HttpServerResponse head(HttpServerResponse response, ApiResponse answer) {
        response.setStatusCode(answer.status()).putHeader("Content-Type", answer.contentType());
        if (answer.requestId() != null) {
            response.putHeader("Server", "DingTalk/1.0.0").putHeader("x-acs-request-id", answer.requestId());
        }
        return response;
    }

    private static void write(HttpServerResponse response, ApiResponse answer) {
        if (!response.closed()) {
            head(response, answer).end(answer.body());
        }
    }

    private void trickle(HttpServerResponse response, Buffer body, int at, long pause) {
        if (response.closed()) {
            return;
        }
        if (at == body.length()) {
            response.end();
            return;
        }
        vertx.setTimer(pause, timer -> {
            if (!response.closed()) {
                response.write(body.getBuffer(at, at + 1));
            }
            trickle(response, body, at + 1, pause);
        });
    }
}
