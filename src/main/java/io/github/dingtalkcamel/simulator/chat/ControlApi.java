package io.github.dingtalkcamel.simulator.chat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.api.BodyCollector;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.fault.FaultRequest;
import io.github.dingtalkcamel.simulator.model.SimulatedModel;
import io.github.dingtalkcamel.simulator.platform.AskResult;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.StreamSide;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The simulator's own controls under {@code /simulator}, for people with curl and for scripts.
 *
 * <table>
 * <caption>Paths</caption>
 * <tr><td>POST say</td><td>says the body's text, or what its JSON says; answers the reply. {@code by} is
 * {@code stream} or {@code webhook}; unless it is there, Stream if a connection is open, else webhook. {@code card} is the content of an
 * {@code interactiveCard} in place of the text; {@code quote} what it replies to, a {@code repliedMsg} of docs/protocol.md 3.4;
 * {@code quoteKey} the {@code processQueryKey} of a message of the robot's that it replies to</td></tr>
 * <tr><td>GET, DELETE deliveries</td><td>what people would see; {@code ?conversation=}, {@code ?limit=} (200)</td></tr>
 * <tr><td>GET, DELETE requests</td><td>what DingTalk's side was asked, without secrets; {@code ?limit=} (200)</td></tr>
 * <tr><td>GET, POST, DELETE troubles</td><td>plans faults, see {@link FaultRequest}</td></tr>
 * <tr><td>GET, POST, DELETE model/faults</td><td>plans faults of the simulated model: {@code {"fault":"break","times":1}}</td></tr>
 * <tr><td>GET model/requests</td><td>what the simulated model was asked, without keys; {@code ?limit=} (200)</td></tr>
 * <tr><td>chat/…</td><td>for the page at /, see {@link ChatApi}</td></tr>
 * <tr><td>stream/…</td><td>see {@link StreamControls}</td></tr>
 * <tr><td>POST tokens/expire</td><td>expires the token of {@code {"app":…}}, or of the first app</td></tr>
 * </table>
 */
public final class ControlApi {

    public static final String ROOT = "/simulator";
    private static final int MAX_WAIT_SECONDS = 600;

    private final Platform platform;
    private final FaultInjector faults;
    private final ConversationDriver driver;
    private final StreamSide stream;
    private final SimulatedModel model;

    public ControlApi(Platform platform, FaultInjector faults, ConversationDriver driver, StreamSide stream, SimulatedModel model) {
        this.platform = platform;
        this.faults = faults;
        this.driver = driver;
        this.stream = stream;
        this.model = model;
    }

    public void register(Router router) {
        on(router, HttpMethod.POST, "/say", this::say);
        on(router, HttpMethod.GET, "/deliveries", context -> {
            String conversation = context.request().getParam("conversation");
            json(context, 200, list(last(context, platform.deliveries().all().stream()
                    .filter(delivery -> conversation == null || delivery.conversationId().equals(conversation)).toList()), Delivery::json));
        });
        on(router, HttpMethod.DELETE, "/deliveries", context -> {
            platform.deliveries().clear();
            done(context);
        });
        on(router, HttpMethod.GET, "/requests", context ->
                json(context, 200, list(last(context, platform.requests().all()), new Redaction(platform)::json)));
        on(router, HttpMethod.DELETE, "/requests", context -> {
            platform.requests().clear();
            done(context);
        });
        on(router, HttpMethod.GET, "/troubles", context -> json(context, 200,
                list(faults.planned(), fault -> Json.object().put("trouble", fault.toString()).put("struck", fault.triggered()))));
        on(router, HttpMethod.POST, "/troubles", context -> {
            FaultRequest.plan(bodyJson(context), faults);
            done(context);
        });
        on(router, HttpMethod.DELETE, "/troubles", context -> {
            faults.clear();
            done(context);
        });
        on(router, HttpMethod.GET, "/model/faults", context -> json(context, 200,
                list(model.planned(), fault -> Json.object().put("fault", fault.publicName()))));
        on(router, HttpMethod.POST, "/model/faults", context -> {
            model.plan(bodyJson(context));
            done(context);
        });
        on(router, HttpMethod.DELETE, "/model/faults", context -> {
            model.clear();
            done(context);
        });
        on(router, HttpMethod.GET, "/model/requests", context -> json(context, 200, list(last(context, model.requests()),
                request -> Json.object().put("at", request.at().toString()).put("answered", String.valueOf(request.answered().getNow(null)))
                .set("body", request.body()))));
        new StreamControls(platform, stream).register(router);
        on(router, HttpMethod.POST, "/tokens/expire", context -> {
            String app = body(context).length() == 0 ? null : Json.text(bodyJson(context), "app");
            platform.tokens().expire(platform.app(app).appKey());
            done(context);
        });
        router.route(ROOT + "/*").handler(context -> fail(context, 404, "there is no " + context.request().method() + " "
                + context.request().path()
                + " here; there is POST /simulator/say, GET and DELETE /simulator/deliveries and /simulator/requests, "
                + "GET, POST and DELETE /simulator/troubles and /simulator/model/faults, GET /simulator/model/requests, POST "
                + "/simulator/tokens/expire, and "
                + StreamControls.PATHS));
    }

    interface Control {
        void handle(RoutingContext context);
    }

    static void on(Router router, HttpMethod method, String path, Control control) {
        router.route(method, ROOT + path).handler(context -> {
            try {
                control.handle(context);
            } catch (IllegalArgumentException e) {
                fail(context, 400, e.getMessage());
            }
        });
    }

    private void say(RoutingContext context) {
        boolean orderIsJson = header(context, "Content-Type").contains("json");
        boolean answerIsJson = header(context, "Accept").contains("json")
                || (orderIsJson && !header(context, "Accept").contains("text/plain"));
        ObjectNode order = orderIsJson ? bodyJson(context) : Json.object().put("text", body(context).toString());
        int waitSeconds = order.path("waitSeconds").asInt(10);
        if (waitSeconds < 0 || waitSeconds > MAX_WAIT_SECONDS) {
            throw new IllegalArgumentException("waitSeconds must be 0 to " + MAX_WAIT_SECONDS + ", not " + waitSeconds);
        }
        driver.ask(userMessage(order), Duration.ofSeconds(waitSeconds)).onComplete(done -> {
            if (done.failed()) {
                fail(context, 500, String.valueOf(done.cause().getMessage()));
            } else {
                tell(context, done.result(), waitSeconds, answerIsJson);
            }
        });
    }

    /** The transport unless one is given: Stream if an application is connected, else webhook. */
    private UserMessage by(ObjectNode order, UserMessage userMessage) {
        String by = Json.text(order, "by");
        if (by == null) {
            boolean stream = !order.path("encrypted").asBoolean(false) && driver.isConnected(Json.text(order, "app"));
            return stream ? userMessage.byStream() : userMessage.byWebhook();
        }
        return switch (by) {
            case "stream" -> userMessage.byStream(Json.text(order, "connection"));
            case "webhook" -> userMessage.byWebhook();
            default -> throw new IllegalArgumentException("by must be stream or webhook, not " + by);
        };
    }

    private UserMessage userMessage(ObjectNode order) {
        String text = Json.text(order, "text");
        if (text == null && !order.path("with").isObject() && !order.has("card")) {
            throw new IllegalArgumentException("text is missing: what shall be said?");
        }
        UserMessage userMessage = order.has("card") ? UserMessage.card(order.get("card").toString())
                : UserMessage.text(text == null ? "" : text);
        userMessage = userMessage.to(Json.text(order, "app")).from(Json.text(order, "user")).inGroup(Json.text(order, "group"))
                .msgId(Json.text(order, "msgId"));
        userMessage = by(order, userMessage);
        if (!order.path("at").asBoolean(true)) {
            userMessage = userMessage.withoutMention();
        }
        if (order.path("encrypted").asBoolean(false)) {
            userMessage = userMessage.encrypted();
        }
        if (order.path("without").isArray()) {
            String[] fields = new String[order.path("without").size()];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = order.path("without").path(i).asText();
            }
            userMessage = userMessage.without(fields);
        }
        if (order.path("quote").isObject()) {
            userMessage = userMessage.quoting(Json.write(order.path("quote")));
        }
        if (order.path("quoteKey").isTextual()) {
            userMessage = userMessage.quotingKey(Json.text(order, "quoteKey"));
        }
        return order.path("with").isObject() ? userMessage.with(Json.write(order.path("with"))) : userMessage;
    }

    private static void tell(RoutingContext context, AskResult exchange, int waitSeconds, boolean asJson) {
        PushResult sent = exchange.sent();
        List<String> replies = exchange.replies().stream()
                .map(reply -> reply.text() == null ? "[" + reply.type() + "]" : reply.text()).toList();
        String message = null;
        int status = 200;
        if (!sent.accepted() && replies.isEmpty()) {
            status = 502;
            message = "the application did not take the message: " + sent.fault() + (sent.body().isEmpty() ? "" : ": " + sent.body());
        } else if (replies.isEmpty() && waitSeconds > 0) {
            status = 504;
            message = "the application took the message, but no reply came within " + waitSeconds + " s";
        }
        if (!asJson) {
            plain(context, status, message == null ? String.join("\n", replies) : message);
            return;
        }
        ObjectNode answer = Json.object().put("accepted", sent.accepted()).put("status", sent.status()).put("msgId", sent.msgId())
                .put("conversationId", sent.conversationId()).put("by", sent.transport().name().toLowerCase(Locale.ROOT))
                .put("connection", sent.connectionId()).put("tookMs", sent.took().toMillis());
        ArrayNode texts = answer.putArray("replies");
        replies.forEach(texts::add);
        if (message != null) {
            answer.put("message", message);
        }
        json(context, status, Json.write(answer));
    }

    static <T> List<T> last(RoutingContext context, List<T> all) {
        String limit = context.request().getParam("limit", "200");
        if (!limit.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("limit must be a number, not " + limit);
        }
        return all.subList(Math.max(0, all.size() - Integer.parseInt(limit)), all.size());
    }

    static <T> String list(List<T> all, Function<T, ObjectNode> toJson) {
        return all.stream().map(toJson).map(Json::write).collect(Collectors.joining(",\n", "[", "]"));
    }

    static Buffer body(RoutingContext context) {
        return context.get(BodyCollector.BODY);
    }

    static ObjectNode bodyJson(RoutingContext context) {
        return Json.required(body(context).toString(), "the body");
    }

    private static String header(RoutingContext context, String name) {
        String value = context.request().getHeader(name);
        return value == null ? "" : value.toLowerCase(Locale.ROOT);
    }

    static void done(RoutingContext context) {
        json(context, 200, "{\"ok\":true}");
    }

    static void fail(RoutingContext context, int status, String message) {
        if (header(context, "Content-Type").contains("json") || header(context, "Accept").contains("json")) {
            json(context, status, Json.write(Json.object().put("message", message)));
        } else {
            plain(context, status, message);
        }
    }

    static void json(RoutingContext context, int status, String body) {
        context.response().setStatusCode(status).putHeader("Content-Type", "application/json").end(body + "\n");
    }

    private static void plain(RoutingContext context, int status, String text) {
        context.response().setStatusCode(status).putHeader("Content-Type", "text/plain;charset=utf-8").end(text + "\n");
    }
}
