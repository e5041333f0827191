package io.github.dingtalkcamel.component.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Route;
import org.apache.camel.support.UnitOfWorkHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes that a model may call. A tool is a route that consumes from {@code direct:NAME}: its description tells the model what it
 * does, its note holds the JSON schema of its arguments ({@link ToolSchema}).
 * <p>
 * The route gets the arguments as its body, a map, and in headers and properties who asked, as the agent got it. Arguments come from a
 * model that reads what users write: a tool checks them, and decides by the headers what the sender may see. They never become headers.
 * <p>
 * A tool's result is its body as text, JSON for maps and lists, of at most {@value #MOST_CHARACTERS} characters. A tool that fails or
 * takes longer than {@value #MOST_SECONDS} s is reported to the model without details, and to the log with them.
 */
final class ModelTools implements AutoCloseable {

    static final int MOST_CHARACTERS = 16_384;
    static final int MOST_SECONDS = 30;
    private static final int MOST_ARGUMENTS = 65_536;
    private static final Logger LOG = LoggerFactory.getLogger(ModelTools.class);
    private static final String NAME = "[A-Za-z0-9_-]{1,64}";

    private final CamelContext context;
    private final ModelClients clients;
    private final List<String> names;
    private final Map<String, AsyncProducer> producers = new ConcurrentHashMap<>();

    /** @param names of {@code direct:} endpoints, with commas between them */
    ModelTools(CamelContext context, ModelClients clients, String names) {
        this.context = context;
        this.clients = clients;
        this.names = Arrays.stream(names.split(",")).map(name -> name.strip().replaceFirst("^direct:(//)?", ""))
                .filter(name -> !name.isEmpty()).toList();
        this.names.stream().filter(name -> !name.matches(NAME)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("tools must be names of direct: endpoints, of letters, digits, - and _ with commas"
                    + " between them, not " + name);
        });
    }

    /** Their description for the model; read anew for each call, since routes may be replaced. */
    List<ToolSpecification> specifications() {
        List<ToolSpecification> tools = new ArrayList<>();
        for (String name : names) {
            Route route = route(name);
            if (route == null) {
                throw new IllegalArgumentException("tools names " + name + ", but no route consumes from direct:" + name
                        + ": add or start one");
            }
            if (route.getDescription() == null || route.getDescription().isBlank()) {
                throw new IllegalArgumentException("the route of the tool " + name
                        + " needs a description: by it the model decides when to call it");
            }
            try {
                tools.add(ToolSpecification.builder().name(name).description(route.getDescription().strip())
                        .parameters(ToolSchema.parse(schema(route))).build());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the note of the tool's route " + name + " is not taken as JSON schema: "
                        + e.getMessage());
            }
        }
        return tools;
    }

    private Route route(String name) {
        return context.getRoutes().stream().filter(route -> route.getEndpoint().getEndpointUri().replaceFirst("\\?.*", "")
                .equals("direct://" + name)).findFirst()
                .orElse(null);
    }

    /** The note of the route where that is JSON; empty for a tool without arguments. */
    private static String schema(Route route) {
        String note = route.getNote() == null ? "" : route.getNote().strip();
        return note.startsWith("{") ? note : "";
    }

    /** What to show while the tool runs: the title of its schema; empty for nothing. */
    String activity(String name) {
        Route route = names.contains(name) ? route(name) : null;
        return route == null ? "" : ToolSchema.title(schema(route));
    }

    /**
     * Calls one. Never fails: the model gets the error.
     *
     * @param asked headers and properties of who asked
     * @param ended ended with the model's call
     */
    CompletableFuture<String> call(ToolExecutionRequest request, Asked asked, EndedCalls ended) {
        CompletableFuture<String> result = new CompletableFuture<>();
        String name = request.name();
        try {
            if (!names.contains(name)) {
                return CompletableFuture.completedFuture("There is no tool of this name.");
            }
            Map<String, Object> arguments = arguments(request.arguments());
            String missing = missing(name, arguments);
            if (missing != null) {
                return CompletableFuture.completedFuture("The argument " + missing + " is missing.");
            }
            AsyncProducer producer = producers.computeIfAbsent(name, this::producer);
            Exchange call = producer.getEndpoint().createExchange(ExchangePattern.InOut);
            asked.copyTo(call);
            EndedCalls waits = new EndedCalls();
            call.setProperty(StopSignal.PROPERTY, waits);
            call.getMessage().setBody(arguments);
            ended.whenStopped(new EndOf(waits, result));
            ScheduledFuture<?> timeout = clients.timer().schedule(() -> {
                if (result.complete("The tool did not answer within " + MOST_SECONDS + " s.")) {
                    LOG.warn("Tool {} did not answer within {} s", name, MOST_SECONDS);
                    waits.end();
                }
            }, MOST_SECONDS, TimeUnit.SECONDS);
            result.whenComplete((done, failure) -> timeout.cancel(false));
            producer.process(call, doneSync -> result.complete(result(name, call)));
        } catch (BadArgumentsException e) {
            result.complete(e.getMessage());
        } catch (RejectedExecutionException e) {
            result.complete("The application is stopping.");
        } catch (RuntimeException e) {
            result.complete(failed(name, e));
        }
        return result;
    }

    private AsyncProducer producer(String name) {
        try {
            AsyncProducer producer = context.getEndpoint("direct:" + name + "?block=false").createAsyncProducer();
            ServiceHelper.startService(producer);
            return producer;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> arguments(String text) {
        if (text == null || text.isBlank()) {
            return Map.of();
        }
        if (text.length() > MOST_ARGUMENTS) {
            throw new BadArgumentsException("The arguments are too long.");
        }
        try {
            JsonNode read = Json.MAPPER.readTree(text);
            if (read.isObject()) {
                return Json.MAPPER.convertValue(read, new TypeReference<Map<String, Object>>() { });
            }
        } catch (JsonProcessingException e) {
            // as below
        }
        throw new BadArgumentsException("The arguments must be a JSON object.");
    }

    private String missing(String name, Map<String, Object> arguments) {
        Route route = route(name);
        return route == null ? null
                : ToolSchema.parse(schema(route)).required().stream().filter(each -> arguments.get(each) == null)
                .findFirst().orElse(null);
    }

    private String result(String name, Exchange call) {
        try {
            if (call.getException() != null) {
                return failed(name, call.getException());
            }
            Object body = call.getMessage().getBody();
            String text = body == null ? ""
                    : body instanceof Map || body instanceof List ? Json.MAPPER.writeValueAsString(body)
                    : call.getContext().getTypeConverter().mandatoryConvertTo(String.class, call, body);
            return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "… (cut off: the result has "
                    + text.length() + " characters)";
        } catch (Exception e) {
            return failed(name, e);
        } finally {
            UnitOfWorkHelper.doneSynchronizations(call, call.getExchangeExtension().handoverCompletions());
        }
    }

    private static String failed(String name, Exception failure) {
        LOG.warn("Tool {} failed: {}", name, Failures.shown(failure.toString()));
        return "The tool failed. Say that, and do not guess what it would have answered.";
    }

    @Override
    public void close() {
        producers.values().forEach(ServiceHelper::stopService);
        producers.clear();
    }

    /** The sender: what a tool gets beside its arguments. */
    record Asked(Map<String, Object> headers, InboundMessage message, Object history) {

        static Asked of(Exchange exchange) {
            Map<String, Object> headers = new java.util.HashMap<>();
            exchange.getMessage().getHeaders().forEach((name, value) -> {
                if (name.startsWith("CamelDingTalk")) {
                    headers.put(name, value);
                }
            });
            return new Asked(headers, exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class),
                    exchange.getProperty(ModelConstants.HISTORY));
        }

        private void copyTo(Exchange call) {
            headers.forEach(call.getMessage()::setHeader);
            if (message != null) {
                call.setProperty(InboundMessage.PROPERTY, message);
            }
            if (history != null) {
                call.setProperty(ModelConstants.HISTORY, history);
            }
        }
    }

    /** Ends what a tool waits for. */
    private record EndOf(EndedCalls waits, CompletableFuture<String> result) implements StopSignal.Call {

        @Override
        public void end() {
            waits.end();
        }

        @Override
        public boolean isOver() {
            return result.isDone();
        }
    }

    private static final class BadArgumentsException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        BadArgumentsException(String message) {
            super(message, null, false, false);
        }
    }
}
