package io.github.dingtalkcamel.tool;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.queue.HeapShare;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.tracing.TraceContext;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a tool's call by {@code direct:run-tool}, once for each {@code requestId}: a repeated call gets the same result, and waits for it
 * while the first one runs. A run that failed unexpectedly is not repeated, since its outcome is unknown. One that was refused
 * ({@link ApiException}) did nothing, and may be repeated.
 * <p>
 * The memory that calls hold until they are done is bounded in bytes, also for calls whose caller waits no longer: a call beyond it is
 * refused with 503.
 * <p>
 * The caller waits no longer than its {@code timeoutMs}. What has begun by then continues, so that its outcome is known afterwards; the
 * rest is not begun.
 */
public final class ToolRuns extends AsyncProcessorSupport implements CamelContextAware {

    /**
     * Threads that begin calls. A call holds one only until it waits for the first time, so calls that wait for a recipient, for another
     * node or for DingTalk delay no others, however many they are. The calls that the route of a tool makes begin on threads of their own.
     */
    public static final int MOST = 64;
    /** What a call holds beside its arguments while it runs, by estimate. */
    private static final long RUN_BYTES = 8 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(ToolRuns.class);
    private static final String TARGET = "direct:run-tool";

    private final ToolRequests requests;
    private final long maxBytes;
    private long bytes;
    private final InstantSource clock;
    private final Map<String, Flight> underWay = new HashMap<>();
    private CamelContext camelContext;
    private RouteCalls routes;
    private ExecutorService threads;
    private ExecutorService answers;
    private static final long LOOK_MILLIS = 100;

    public ToolRuns(ToolRequests requests, InstantSource clock) {
        this(requests, clock, HeapShare.bytes(4, 64));
    }

    /** @param maxBytes that calls may hold together */
    ToolRuns(ToolRequests requests, InstantSource clock, long maxBytes) {
        this.maxBytes = maxBytes;
        this.requests = requests;
        this.clock = clock;
    }

    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
    };

    private record Flight(ToolRun run, CompletableFuture<Map<String, Object>> outcome) {
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        ToolCall call = exchange.getProperty(ToolCall.PROPERTY, ToolCall.class);
        Flight flight;
        try {
            // a route of a tool that calls another one holds a thread already, and must not wait for a second one
            flight = flight(call, exchange, exchange.getProperty(ToolRun.PROPERTY) != null ? answers : threads);
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        flight.outcome().copy().orTimeout(call.timeout().toMillis(), TimeUnit.MILLISECONDS).whenComplete((result, failure) -> {
            Throwable cause = failure != null && failure.getCause() != null ? failure.getCause() : failure;
            if (cause == null) {
                exchange.getMessage().setBody(result);
            } else if (cause instanceof TimeoutException) {
                exchange.getMessage().setBody(flight.run().result());
            } else {
                exchange.setException(cause);
            }
            answers.execute(() -> callback.done(false));
        });
        return false;
    }

    private Flight flight(ToolCall call, Exchange caller, Executor executor) throws ApiException {
        Flight mine = new Flight(new ToolRun(call, clock), new CompletableFuture<>());
        if (call.requestId() == null) {
            hold(mine);
            start(mine, caller, executor);
            return mine;
        }
        synchronized (underWay) {
            Flight others = underWay.putIfAbsent(call.requestId(), mine);
            if (others != null) {
                if (!others.run().call().fingerprint().equals(call.fingerprint())) {
                    throw ToolRequests.otherArguments();
                }
                return others;
            }
        }
        try {
            hold(mine);
            ToolRequests.Begun begun = requests.begin(call);
            if (begun.isNew()) {
                start(mine, caller, executor);
            } else if (begun.result() != null) {
                end(mine, begun.result(), null);
            } else {
                mine.run().elsewhere();
                awaitElsewhere(mine, caller, executor);
            }
        } catch (ApiException | RuntimeException e) {
            end(mine, null, e);
            throw e;
        }
        return mine;
    }

    /**
     * Another node makes the call: its result is read when it is there, for as long as the caller waits. Where that node refuses it, this
     * one makes it.
     */
    private void awaitElsewhere(Flight mine, Exchange caller, Executor executor) {
        CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS, answers).execute(() -> {
            try {
                boolean isLate = !clock.instant().isBefore(mine.run().deadline());
                ToolRequests.Begun begun = requests.lookAgain(mine.run().call());
                if (begun.isNew()) {
                    mine.run().here();
                    start(mine, caller, executor);
                } else if (begun.result() != null || isLate) {
                    end(mine, begun.result() == null ? mine.run().result() : begun.result(), null);
                } else {
                    awaitElsewhere(mine, caller, executor);
                }
            } catch (ApiException | RuntimeException e) {
                end(mine, null, e);
            }
        });
    }

    /** Until its outcome is known. */
    private void hold(Flight flight) throws ApiException {
        long size = flight.run().call().bytes() + RUN_BYTES;
        synchronized (this) {
            // one alone is never too large: its body was bounded
            if (bytes > 0 && bytes + size > maxBytes) {
                throw ApiException.busy("busy", "The calls under way hold as much memory as they may. Try again later");
            }
            bytes += size;
        }
        flight.outcome().whenComplete((result, failure) -> give(size));
    }

    private synchronized void give(long size) {
        bytes -= size;
    }

    /** Bytes that calls under way hold, by estimate. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Bytes that they may hold. */
    public long maxBytes() {
        return maxBytes;
    }

    private void start(Flight flight, Exchange caller, Executor executor) {
        executor.execute(() -> {
            ToolRun run = flight.run();
            Exchange exchange = new DefaultExchange(camelContext);
            TraceContext.continueIn(caller, exchange);
            exchange.setProperty(ToolCall.PROPERTY, run.call());
            exchange.setProperty(ToolRun.PROPERTY, run);
            exchange.setProperty(CallLimiter.WAIT_UNTIL, run.lastTry());
            exchange.setVariable("integration", run.call().integration());
            if (!run.call().tool().isAdded()) {
                routes.send(TARGET, exchange).thenAccept(done -> onThread(() -> ended(flight, done)));
            } else if (run.begin()) {
                // a user's route gets the arguments as its body
                exchange.getMessage().setBody(Json.MAPPER.convertValue(run.call().arguments(), MAP));
                routes.send(TARGET, exchange).thenAccept(done -> onThread(() -> {
                    addedEnded(run, done);
                    ended(flight, done);
                }));
            } else {
                ended(flight, exchange);
            }
        });
    }

    /** What ended the route may be a thread of the HTTP client's, and the outcome is stored. */
    private void onThread(Runnable task) {
        try {
            answers.execute(task);
        } catch (RejectedExecutionException e) {
            // the application stops
            task.run();
        }
    }

    private void ended(Flight flight, Exchange exchange) {
        ToolRun run = flight.run();
        if (exchange.getException() == null) {
            Map<String, Object> result = run.result();
            keep(run.call(), result);
            end(flight, result, null);
        } else {
            ApiException refused = Failure.of(exchange, ApiException.class);
            if (refused != null) {
                forget(run.call());
            }
            // another failure may have come after a message was sent: the call stays noted, and is not repeated
            end(flight, null, refused != null ? refused : exchange.getException());
        }
    }

    /** A user's route leaves the result's data as its body. What it can't do is the result's error. */
    private void addedEnded(ToolRun run, Exchange exchange) {
        try {
            if (exchange.getException() == null) {
                run.ended(data(exchange));
            }
        } catch (RuntimeException e) {
            exchange.setException(e);
        }
        if (exchange.getException() != null && Failure.of(exchange, ApiException.class) == null) {
            run.error(Problem.of(Failure.of(exchange, Exception.class)));
            exchange.setException(null);
        }
    }

    private static Map<String, Object> data(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        if (body == null) {
            return Map.of();
        }
        boolean isText = !(body instanceof Map) && !(body instanceof Collection) && !(body instanceof Number) && !(body instanceof Boolean)
                && !(body instanceof JsonNode);
        String text = isText ? exchange.getMessage().getBody(String.class) : null;
        JsonNode left = text == null ? Json.MAPPER.valueToTree(body) : json(text);
        return left.isObject() ? Json.MAPPER.convertValue(left, MAP) : Map.of("result", Json.MAPPER.convertValue(left, Object.class));
    }

    private static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text) instanceof ObjectNode object ? object : TextNode.valueOf(text);
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(text);
        }
    }

    /** The result is given all the same where it can't be kept: what was sent was sent. */
    private void keep(ToolCall call, Map<String, Object> result) {
        try {
            requests.end(call, result);
        } catch (StoreException e) {
            LOG.warn("The result of {} could not be stored: a repeated call is answered that the outcome is unknown", call, e);
        }
    }

    private void forget(ToolCall call) {
        try {
            requests.forget(call);
        } catch (StoreException e) {
            LOG.warn("{} did nothing, but that could not be stored: a repeated call is answered that the outcome is unknown", call, e);
        }
    }

    private void end(Flight flight, Map<String, Object> result, Exception failure) {
        String requestId = flight.run().call().requestId();
        if (requestId != null) {
            synchronized (underWay) {
                underWay.remove(requestId, flight);
            }
        }
        if (failure != null) {
            flight.outcome().completeExceptionally(failure);
        } else {
            flight.outcome().complete(result);
        }
    }

    @Override
    protected void doStart() {
        routes = new RouteCalls(this, camelContext);
        threads = camelContext.getExecutorServiceManager().newFixedThreadPool(this, "dingtalk-tools", MOST);
        // with threads of their own: an answer must not wait for calls that begin
        answers = camelContext.getExecutorServiceManager().newCachedThreadPool(this, "dingtalk-tool-answers");
    }

    @Override
    protected void doShutdown() throws Exception {
        routes.close();
        camelContext.getExecutorServiceManager().shutdown(threads);
        camelContext.getExecutorServiceManager().shutdown(answers);
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext context) {
        camelContext = context;
    }
}
