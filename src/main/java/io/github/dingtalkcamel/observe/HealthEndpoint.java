package io.github.dingtalkcamel.observe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.dingtalkcamel.component.json.Json;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.support.ExceptionHelper;

/**
 * Answers {@code /observe/health}, {@code /live} and {@code /ready} below it: 200 where all is UP, else 503. Takes the parameters
 * {@code exposureLevel}, {@code data} and {@code stackTrace} of Camel's own endpoint, whose answer has quotes, backslashes and dashes of
 * messages escaped twice (Camel 4.18.0, ManagementHttpServer). What it doesn't know is left to Camel.
 */
public final class HealthEndpoint implements Handler<RoutingContext> {

    /** The path that it answers, and those below it. */
    private static final String PATH = "/observe/health";

    private final CamelContext context;

    public HealthEndpoint(CamelContext context) {
        this.context = context;
    }

    @FunctionalInterface
    private interface Invocation {
        Collection<HealthCheck.Result> of(CamelContext context, String exposureLevel);
    }

    @Override
    public void handle(RoutingContext request) {
        Invocation checks = request.request().method() == HttpMethod.GET ? checks(request.normalizedPath()) : null;
        if (checks == null) {
            request.next();
            return;
        }
        // the store is asked meanwhile
        request.vertx().executeBlocking(() -> answer(request, checks), false).onComplete(done -> {
            if (done.succeeded()) {
                request.response().putHeader("Content-Type", "application/json").end(done.result());
            } else {
                request.fail(done.cause());
            }
        });
    }

    private static Invocation checks(String path) {
        return switch (path) {
            case PATH -> HealthCheckHelper::invoke;
            case PATH + "/live" -> HealthCheckHelper::invokeLiveness;
            case PATH + "/ready" -> HealthCheckHelper::invokeReadiness;
            default -> null;
        };
    }

    private String answer(RoutingContext request, Invocation checks) throws Exception {
        String asked = request.request().getParam("exposureLevel");
        String exposure = asked == null ? HealthCheckRegistry.get(context).getExposureLevel() : asked;
        Collection<HealthCheck.Result> results = checks.of(context, exposure);
        boolean up = HealthCheckHelper.isResultsUp(results, request.normalizedPath().endsWith("/ready"));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", up ? "UP" : "DOWN");
        List<Map<String, Object>> shown = new ArrayList<>();
        for (HealthCheck.Result result : results) {
            if (!exposure.equals("oneline") && (exposure.equals("full") || result.getState() == HealthCheck.State.DOWN)) {
                shown.add(shown(result, exposure.equals("full"), isTrue(request, "stackTrace"), isTrue(request, "data")));
            }
        }
        if (!shown.isEmpty()) {
            answer.put("checks", shown);
        }
        if (!up) {
            request.response().setStatusCode(503);
        }
        return Json.MAPPER.writeValueAsString(answer);
    }

    private static boolean isTrue(RoutingContext request, String parameter) {
        return "true".equals(request.request().getParam(parameter));
    }

    private static Map<String, Object> shown(HealthCheck.Result result, boolean full, boolean stackTrace, boolean data) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", result.getCheck().getId());
        shown.put("status", result.getState().name());
        Throwable error = result.getError().orElse(null);
        if (error != null && (full || stackTrace)) {
            shown.put("error-message", messages(error));
        }
        if (error != null && stackTrace) {
            shown.put("error-stacktrace", ExceptionHelper.stackTraceToString(error));
        }
        result.getMessage().ifPresent(message -> shown.put("message", message));
        if (data && !result.getDetails().isEmpty()) {
            Map<String, String> details = new TreeMap<>();
            result.getDetails().forEach((name, value) -> details.put(name, value == null ? "" : String.valueOf(value)));
            shown.put("data", details);
        }
        return shown;
    }

    /** Those of the error and of its causes. */
    private static String messages(Throwable error) {
        StringBuilder messages = new StringBuilder(String.valueOf(error.getMessage()));
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            messages.append("; Caused by: ").append(cause.getClass().getCanonicalName()).append(": ").append(cause.getMessage());
        }
        return messages.toString();
    }
}
