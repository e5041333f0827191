package io.github.dingtalkcamel.server;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.TypeConverter;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.ObjectHelper;
import org.apache.camel.support.http.HttpUtil;

/**
 * Camel's consumer of HTTP requests, but a request holds no thread while its route waits: Camel's holds one until the answer is there. The
 * route begins on a thread that may block; where it ends on another one, the answer is written all the same.
 *
 * <p>For routes that answer with a text or bytes. Forms with files, streamed bodies and proxies are left to Camel's.
 */
public final class AsynchronousConsumer extends VertxPlatformHttpConsumer {

    /** In a request's context: a map of the properties that its exchange gets, of what a guard has found out about it. */
    public static final String PROPERTIES = "dingtalk.exchange.properties";
    /** In a request's context: a {@link Runnable} that is called, once and on any thread, when the request holds no thread any more. */
    public static final String ON_WAIT = "dingtalk.on.wait";

    private static final String FAILURE_TYPE = "text/plain; charset=utf-8";

    private final Executor threads;

    /**
     * @param router  the name of the router in the registry
     * @param threads where routes begin
     */
    public AsynchronousConsumer(PlatformHttpEndpoint endpoint, Processor processor, List<Handler<RoutingContext>> handlers, String router,
            Executor threads) {
        super(endpoint, processor, handlers, router);
        this.threads = threads;
    }

    /** Whether this consumer can do what the endpoint's options ask for. */
    public static boolean isFor(PlatformHttpEndpoint endpoint) {
        return !endpoint.isHttpProxy() && !endpoint.isUseStreaming() && endpoint.isUseBodyHandler() && !endpoint.isUseCookieHandler()
                && endpoint.isMuteException() && !endpoint.isHandleWriteResponseError();
    }

    @Override
    protected void handleRequest(RoutingContext request) {
        if (isSuspended()) {
            super.handleRequest(request);
            return;
        }
        Context loop = request.vertx().getOrCreateContext();
        Exchange exchange = createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        processHttpRequest(exchange, request);
        Map<String, Object> properties = request.get(PROPERTIES, Map.of());
        properties.forEach(exchange::setProperty);
        Runnable onWait = request.get(ON_WAIT);
        try {
            threads.execute(() -> run(exchange, request, loop, onWait));
        } catch (RejectedExecutionException e) {
            // the application stops
            exchange.setException(e);
            answer(exchange, request, Buffer.buffer());
        }
    }

    private void run(Exchange exchange, RoutingContext request, Context loop, Runnable onWait) {
        boolean isDone = true;
        try {
            createUoW(exchange);
            isDone = getAsyncProcessor().process(exchange, sync -> ended(exchange, request, loop));
        } catch (Exception | Error e) {
            exchange.setException(e);
            ended(exchange, request, loop);
        }
        if (!isDone && onWait != null) {
            onWait.run();
        }
    }

    /** Where the body is a stream, it is read here: the thread of all connections must not wait for it. */
    private void ended(Exchange exchange, RoutingContext request, Context loop) {
        Buffer body;
        try {
            body = body(exchange);
        } catch (Exception e) {
            exchange.setException(e);
            body = Buffer.buffer();
        }
        Buffer answer = body;
        loop.runOnContext(now -> answer(exchange, request, answer));
    }

    /** Of a failed route nothing: what it left says what came in. */
    private static Buffer body(Exchange exchange) throws Exception {
        Object body = exchange.getException() == null ? exchange.getMessage().getBody() : null;
        if (body instanceof String text) {
            return Buffer.buffer(text);
        }
        return body == null ? Buffer.buffer() : Buffer.buffer(exchange.getMessage().getMandatoryBody(byte[].class));
    }

    private void answer(Exchange exchange, RoutingContext request, Buffer body) {
        try {
            // the client may have closed the connection
            if (!request.response().ended() && !request.response().closed()) {
                putHead(exchange, request);
                request.response().end(body);
            }
        } catch (Exception e) {
            getExceptionHandler().handleException("A request to " + getEndpoint().getPath() + " could not be answered", exchange, e);
            request.fail(e);
        } finally {
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }

    /** As Camel's consumer does. */
    private void putHead(Exchange exchange, RoutingContext request) {
        Message message = exchange.getMessage();
        HttpServerResponse response = request.response().setStatusCode(HttpUtil.determineResponseCode(exchange, message.getBody()));
        putHeaders(exchange, request, response);
        String type = exchange.getException() != null ? FAILURE_TYPE : message.getHeader(Exchange.CONTENT_TYPE, String.class);
        if (type != null) {
            response.putHeader(Exchange.CONTENT_TYPE, type);
        }
    }

    private void putHeaders(Exchange exchange, RoutingContext request, HttpServerResponse response) {
        HeaderFilterStrategy filter = getEndpoint().getHeaderFilterStrategy();
        TypeConverter converter = exchange.getContext().getTypeConverter();
        for (Map.Entry<String, Object> header : exchange.getMessage().getHeaders().entrySet()) {
            String name = header.getKey();
            if (!request.pathParams().containsKey(name)) {
                HttpUtil.applyHeader(filter, exchange, ObjectHelper.createIterator(header.getValue(), null, true), converter, name,
                        (all, only) -> {
                            if (all != null) {
                                response.putHeader(name, all);
                            } else if (only != null) {
                                response.putHeader(name, only);
                            }
                        });
            }
        }
    }
}
