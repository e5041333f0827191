package io.github.dingtalkcamel.observe;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.server.ManagementGuard;
import io.github.dingtalkcamel.server.Refusals;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.component.platform.http.plugin.DefaultJolokiaPlatformHttpPlugin;
import org.jolokia.json.JSONObject;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.request.EmptyResponseException;

/**
 * Jolokia with bounds: a bulk has at most {@value #MOST_REQUESTS} requests, which are answered one after the other until the answer has
 * {@value #MOST_BYTES} characters; what follows gets status 413 of its own. Two calls are worked on at a time, and answers that wait for
 * their clients share {@value #MOST_HELD} characters. Notifications are refused: clients of theirs would be held in memory, and the policy
 * file can't say so.
 */
public final class BoundedJolokia extends DefaultJolokiaPlatformHttpPlugin {

    static final int MOST_REQUESTS = 200;
    static final int MOST_BYTES = 8 << 20;
    /** One answer: a list of all there is has about 8 MB, more with more routes. */
    private static final int MOST_OF_ONE = 20 << 20;
    static final int MOST_HELD = 40 << 20;
    /** Objects of one answer, for each request of a bulk. */
    private static final int MOST_OBJECTS = 100_000;
    private static final int AT_A_TIME = 2;
    private static final int PATIENCE_SECONDS = 5;
    private static final String NOTIFICATION = "notification";
    private static final String VALUE = "value";

    private final Semaphore working = new Semaphore(AT_A_TIME);
    private final Semaphore held = new Semaphore(MOST_HELD);

    @Override
    public Object getHandler() {
        return (Handler<RoutingContext>) this::handle;
    }

    /** On a worker's thread, the body is there. */
    private void handle(RoutingContext context) {
        if (!acquireWork()) {
            busy(context);
            return;
        }
        String answer;
        try {
            answer = answer(context);
        } catch (TooManyException e) {
            refuse(context, 400, "too_many", e.getMessage());
            return;
        } finally {
            working.release();
        }
        send(context, answer);
    }

    /** A page of Hawtio asks several things at once: what is too much waits a while on its worker. */
    private boolean acquireWork() {
        try {
            return working.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static final class TooManyException extends Exception {
        TooManyException(int requests) {
            super("A bulk has at most " + MOST_REQUESTS + " requests, this one " + requests + ": send several", null, false, false);
        }
    }

    private void send(RoutingContext context, String answer) {
        int size = Math.min(answer.length(), MOST_HELD);
        if (!held.tryAcquire(size)) {
            busy(context);
            return;
        }
        AtomicBoolean released = new AtomicBoolean();
        Runnable release = () -> {
            if (released.compareAndSet(false, true)) {
                held.release(size);
            }
        };
        context.response().closeHandler(closed -> release.run());
        context.response().setStatusCode(200).putHeader("Content-Type", "application/json").end(answer).onComplete(sent -> release.run());
    }

    private static void busy(RoutingContext context) {
        context.response().putHeader("Retry-After", "1");
        refuse(context, 503, "busy", "JMX is being asked as much as it may be. Try again later, with fewer at once");
    }

    private static void refuse(RoutingContext context, int status, String code, String message) {
        context.response().setStatusCode(status).putHeader("Content-Type", "application/json; charset=utf-8")
                .end(Refusals.json(code, message));
    }

    private String answer(RoutingContext context) throws TooManyException {
        HttpServerRequest request = context.request();
        HttpRequestHandler jolokia = getJolokiaRequestHandler();
        try {
            String from = request.remoteAddress().hostAddress();
            String origin = request.getHeader("Origin") != null ? request.getHeader("Origin") : request.getHeader("Referer");
            jolokia.checkAccess(request.scheme(), from, from, origin == null ? null : origin.replaceAll("[\\n\\r]*", ""));
            if (request.method() == HttpMethod.GET) {
                String path = request.path().substring(Math.min(request.path().length(), ManagementGuard.JOLOKIA.length()));
                JSONStructure read = jolokia.handleGetRequest(request.uri(), path, parameters(request.params()));
                hideSecrets(read);
                return read.toJSONString();
            }
            byte[] body = context.body().buffer() == null ? new byte[0] : context.body().buffer().getBytes();
            JsonNode asked = Json.MAPPER.readTree(body);
            if (asked == null || !asked.isArray()) {
                return one(jolokia, request, asked);
            }
            if (asked.size() > MOST_REQUESTS) {
                throw new TooManyException(asked.size());
            }
            return all(jolokia, request, asked);
        } catch (EmptyResponseException e) {
            return "{}";
        } catch (IOException | RuntimeException e) {
            return jolokia.handleThrowable(e).toJSONString();
        } catch (TooManyException e) {
            throw e;
        } catch (Exception e) {
            return jolokia.handleThrowable(e).toJSONString();
        }
    }

    private static String all(HttpRequestHandler jolokia, HttpServerRequest request, JsonNode bulk) {
        List<String> answers = new ArrayList<>();
        long size = 0;
        for (JsonNode each : bulk) {
            String answer = size >= MOST_BYTES
                    ? error(413, "The answers before this one are as large as one answer may be: send fewer requests at once")
                    : one(jolokia, request, each);
            answers.add(answer);
            size += answer.length();
        }
        return "[" + String.join(",", answers) + "]";
    }

    private static String one(HttpRequestHandler jolokia, HttpServerRequest request, JsonNode asked) {
        if (asked instanceof ObjectNode object && NOTIFICATION.equalsIgnoreCase(object.path("type").asText().strip())) {
            return error(403, "Notifications are not offered: read attributes instead");
        }
        // a list is as large as JMX is, and cut it would be a broken one
        if (asked instanceof ObjectNode object && !"list".equalsIgnoreCase(object.path("type").asText().strip())) {
            ObjectNode config = object.path("config") instanceof ObjectNode given ? given : object.putObject("config");
            int objects = config.path("maxObjects").asInt(MOST_OBJECTS);
            config.put("maxObjects", objects <= 0 ? MOST_OBJECTS : Math.min(objects, MOST_OBJECTS));
        }
        try {
            byte[] json = Json.MAPPER.writeValueAsBytes(asked);
            JSONStructure answer = jolokia.handlePostRequest(request.uri(), new ByteArrayInputStream(json), StandardCharsets.UTF_8.name(),
                    parameters(request.params()));
            hideSecrets(answer);
            String text = answer.toJSONString();
            return text.length() <= MOST_OF_ONE ? text
                    : error(413, "The answer is larger than " + (MOST_OF_ONE >> 20) + " MB: ask for single attributes, or with maxDepth");
        } catch (EmptyResponseException e) {
            return "{}";
        } catch (Exception e) {
            return jolokia.handleThrowable(e).toJSONString();
        }
    }

    /**
     * Camel's dump of a route shows what its file says, a kamelet's or an endpoint's secret among it. Line by line: a text that is cleaned
     * is cut at some length.
     */
    private static void hideSecrets(JSONStructure answer) {
        if (answer instanceof JSONObject object && object.get(VALUE) instanceof String text) {
            object.put(VALUE, text.lines().map(KnownSecrets::clean).collect(Collectors.joining("\n")));
        }
    }

    /** As Jolokia tells errors. */
    private static String error(int status, String message) {
        return Json.MAPPER.createObjectNode().put("status", status).put("error_type", SecurityException.class.getName())
                .put("error", message).toString();
    }

    private static Map<String, String[]> parameters(MultiMap given) {
        Map<String, String[]> parameters = new HashMap<>();
        given.names().forEach(name -> parameters.put(name, given.getAll(name).toArray(String[]::new)));
        return parameters;
    }
}
