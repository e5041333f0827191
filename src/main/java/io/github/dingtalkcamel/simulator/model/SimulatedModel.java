package io.github.dingtalkcamel.simulator.model;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.api.BodyCollector;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * An OpenAI-compatible model at {@code /v1/chat/completions} and {@code /v1/models}. It takes every key and every model's name, knows
 * nothing, and says in each answer that it is simulated. It calls a tool where one is offered and the text has a number in it.
 * Each planned {@link ModelFault} meets one call, in the order they were planned.
 */
public final class SimulatedModel {

    /** The name by which {@code /v1/models} lists it. */
    public static final String NAME = "simulated-model";
    private static final String MARK = "[simulated model] ";
    private static final int PIECE = 8;
    private static final int PAUSE_MILLIS = 15;
    private static final int SLOW_MILLIS = 1_000;
    private static final int WAIT_MILLIS = 30_000;
    private static final int MOST_RECORDS = 5_000;
    private static final int SHOWN = 2_000;

    private final Vertx vertx;
    private final InstantSource clock;
    private final Deque<ModelFault> planned = new ArrayDeque<>();
    private final Deque<ModelRequest> requests = new ArrayDeque<>();
    private volatile String onlyKey;
    private volatile Consumer<ModelFault> onTrigger = fault -> { };

    public SimulatedModel(Vertx vertx, InstantSource clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    /** Sets what is called with each fault that meets a call. */
    public void onTrigger(Consumer<ModelFault> listener) {
        onTrigger = listener;
    }

    /** From now on only this key is taken, for the list of models as well; null for every key. */
    public void requireKey(String key) {
        onlyKey = key;
    }

    private boolean takes(String key) {
        return onlyKey == null || onlyKey.equals(key);
    }

    private static String key(RoutingContext context) {
        String header = context.request().getHeader("Authorization");
        return header == null ? null : header.replaceFirst("^Bearer ", "");
    }

    /** Plans a fault for as many of the next calls. */
    public void plan(ModelFault fault, int times) {
        synchronized (planned) {
            for (int i = 0; i < times; i++) {
                planned.add(fault);
            }
        }
    }

    /** Plans one from {@code {"fault":"break","times":2}}. */
    public void plan(ObjectNode order) {
        int times = order.path("times").asInt(1);
        if (times < 1 || times > MOST_RECORDS) {
            throw new IllegalArgumentException("times must be 1 to " + MOST_RECORDS + ", not " + times);
        }
        plan(ModelFault.named(Json.text(order, "fault")), times);
    }

    /** The faults that have met no call yet. */
    public List<ModelFault> planned() {
        synchronized (planned) {
            return new ArrayList<>(planned);
        }
    }

    public void clear() {
        synchronized (planned) {
            planned.clear();
        }
    }

    /** The calls of {@code /v1/chat/completions}, the oldest first; the last 5,000. */
    public List<ModelRequest> requests() {
        synchronized (requests) {
            return new ArrayList<>(requests);
        }
    }

    public void register(Router router) {
        router.route(HttpMethod.POST, "/v1/chat/completions").handler(this::complete);
        router.route(HttpMethod.GET, "/v1/models").handler(context -> {
            if (!takes(key(context))) {
                refused(context.response(), ModelFault.REJECT_KEY);
                return;
            }
            ObjectNode list = Json.object().put("object", "list");
            list.putArray("data").addObject().put("id", NAME).put("object", "model").put("owned_by", "dingtalk-camel");
            json(context.response(), 200, list);
        });
    }

    private void complete(RoutingContext context) {
        Buffer read = context.get(BodyCollector.BODY);
        ObjectNode body = Json.objectOrNull(read.toString());
        HttpServerResponse response = context.response();
        if (body == null || !body.path("messages").isArray() || Json.text(body, "model") == null) {
            error(response, 400, "invalid_request_error", "the body must be a JSON object with model and messages");
            return;
        }
        ModelRequest request = new ModelRequest(clock.instant(), key(context), body, new CompletableFuture<>());
        // both are called where the caller closes the connection
        response.closeHandler(closed -> request.answered().complete(response.ended()));
        response.endHandler(ended -> request.answered().complete(response.ended()));
        synchronized (requests) {
            requests.add(request);
            while (requests.size() > MOST_RECORDS) {
                requests.removeFirst();
            }
        }
        ModelFault fault;
        synchronized (planned) {
            fault = takes(request.key()) ? planned.poll() : ModelFault.REJECT_KEY;
        }
        if (fault != null) {
            onTrigger.accept(fault);
        }
        if (fault == null || !refused(response, fault)) {
            answer(response, body, fault);
        }
    }

    /** Whether the fault is one that comes in place of an answer. */
    private static boolean refused(HttpServerResponse response, ModelFault fault) {
        switch (fault) {
            case REJECT_KEY -> error(response, 401, "invalid_api_key", "Incorrect API key provided (simulated)");
            case UNKNOWN_MODEL -> error(response, 404, "model_not_found",
                    "The model does not exist or you do not have access to it (simulated)");
            case THROTTLE, THROTTLE_LONG -> {
                response.putHeader("Retry-After", fault == ModelFault.THROTTLE ? "1" : "3600");
                error(response, 429, "rate_limit_exceeded", "Rate limit reached (simulated)");
            }
            case FAIL -> error(response, 503, "server_error", "The engine is overloaded (simulated)");
            case TOO_LONG -> error(response, 400, "context_length_exceeded",
                    "This model's maximum context length is 8192 tokens (simulated)");
            case NEVER_ANSWER -> {
                return true;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void answer(HttpServerResponse response, ObjectNode body, ModelFault fault) {
        boolean tool = fault == ModelFault.CALL_TOOL && SimulatedToolCall.isOffered(body)
                || (fault == null || fault == ModelFault.NO_STREAM) && SimulatedToolCall.isWanted(body);
        boolean streams = body.path("stream").asBoolean(false) && fault != ModelFault.NO_STREAM && fault != ModelFault.NO_STREAM_BREAK;
        String text = fault == ModelFault.EMPTY || tool ? "" : (fault == ModelFault.THINK ? "<think>They want something.</think>\n"
                : "") + reply(body);
        String reason = fault == ModelFault.CUT_OFF ? "length" : fault == ModelFault.FILTER ? "content_filter" : tool ? "tool_calls"
                : "stop";
        ObjectNode usage = Json.object().put("prompt_tokens", Math.max(1, body.path("messages").toString().length() / 4))
                .put("completion_tokens", Math.max(1, text.length() / 4));
        usage.put("total_tokens", usage.path("prompt_tokens").asInt() + usage.path("completion_tokens").asInt());
        if (!streams) {
            ObjectNode whole = chunk(body, "chat.completion");
            ObjectNode choice = whole.withArray("choices").addObject().put("index", 0).put("finish_reason", reason);
            ObjectNode message = choice.putObject("message").put("role", "assistant").put("content", text);
            if (tool) {
                call(message, body);
                message.path("tool_calls").forEach(call -> ((ObjectNode) call).remove("index"));
            }
            whole.set("usage", usage);
            String json = Json.write(whole);
            json(response, 200, fault == ModelFault.NO_STREAM_BREAK ? json.substring(0, json.length() / 2) : json);
            return;
        }
        List<String> events = new ArrayList<>();
        for (int at = 0; at < text.length(); at += PIECE) {
            ObjectNode piece = chunk(body, "chat.completion.chunk");
            piece.withArray("choices").addObject().put("index", 0).putNull("finish_reason").putObject("delta").put("role", "assistant")
                    .put("content", text.substring(at, Math.min(text.length(), at + PIECE)));
            events.add(Json.write(piece));
        }
        if (fault == ModelFault.BREAK || fault == ModelFault.NO_END) {
            events.subList(Math.max(1, events.size() / 2), events.size()).clear();
        } else if (fault == ModelFault.NEVER_END) {
            events.subList(1, events.size()).clear();
        } else {
            ObjectNode last = chunk(body, "chat.completion.chunk");
            ObjectNode delta = last.withArray("choices").addObject().put("index", 0).put("finish_reason", reason).putObject("delta");
            if (tool) {
                call(delta, body);
            }
            events.add(Json.write(last));
            if (body.at("/stream_options/include_usage").asBoolean(false)) {
                ObjectNode end = chunk(body, "chat.completion.chunk");
                end.putArray("choices");
                end.set("usage", usage);
                events.add(Json.write(end));
            }
            if (fault != ModelFault.NO_DONE) {
                events.add("[DONE]");
            }
        }
        response.setChunked(true).putHeader("Content-Type", "text/event-stream");
        if (fault == ModelFault.WAIT) {
            vertx.setTimer(WAIT_MILLIS, timer -> stream(response, events, 0, fault));
        } else {
            stream(response, events, 0, fault);
        }
    }

    private void stream(HttpServerResponse response, List<String> events, int at, ModelFault fault) {
        if (response.closed()) {
            return;
        }
        if (at == events.size()) {
            if (fault == ModelFault.BREAK) {
                response.reset();
            } else if (fault != ModelFault.NEVER_END) {
                response.end();
            }
            return;
        }
        response.write("data: " + events.get(at) + "\n\n");
        vertx.setTimer(fault == ModelFault.SLOW ? SLOW_MILLIS : PAUSE_MILLIS, timer -> stream(response, events, at + 1, fault));
    }

    /** What it says: that it is simulated, and the text it got. */
    private static String reply(ObjectNode body) {
        JsonNode messages = body.path("messages");
        JsonNode last = messages.path(messages.size() - 1);
        String given = given(last.path("content"));
        return MARK + ("tool".equals(Json.text(last, "role")) ? "The tool answered: " : "You said: ")
                + (given.length() <= SHOWN ? given : given.substring(0, SHOWN) + "…")
                + (messages.size() > 1 ? "\n\n(messages in the prompt: " + messages.size() + ")" : "");
    }

    private static String given(JsonNode content) {
        if (!content.isArray()) {
            return content.asText("");
        }
        StringBuilder given = new StringBuilder();
        content.forEach(part -> given.append(part.has("text") ? part.path("text").asText() : "[picture]").append(' '));
        return given.toString().strip();
    }

    private static void call(ObjectNode message, ObjectNode body) {
        message.withArray("tool_calls").addObject().put("index", 0).put("id", "call_simulated").put("type", "function")
                .putObject("function")
                .put("name", body.at("/tools/0/function/name").asText()).put("arguments", SimulatedToolCall.arguments(body));
    }

    private ObjectNode chunk(ObjectNode body, String object) {
        return Json.object().put("id", "chatcmpl-simulated").put("object", object).put("created", clock.instant().getEpochSecond())
                .put("model", Json.text(body, "model"));
    }

    private static void error(HttpServerResponse response, int status, String code, String message) {
        ObjectNode error = Json.object();
        error.putObject("error").put("code", code).put("type", code).put("message", message);
        json(response, status, error);
    }

    private static void json(HttpServerResponse response, int status, ObjectNode body) {
        json(response, status, Json.write(body));
    }

    private static void json(HttpServerResponse response, int status, String body) {
        response.setStatusCode(status).putHeader("Content-Type", "application/json").end(body);
    }
}
