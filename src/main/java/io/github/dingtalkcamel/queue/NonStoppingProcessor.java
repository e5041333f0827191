package io.github.dingtalkcamel.queue;

import java.util.concurrent.CompletableFuture;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;

/**
 * A processor that is not stopped with the routes that use it. Camel stops every processor of a route that is a service together with
 * the route, although other versions of the route may share it.
 */
public final class NonStoppingProcessor implements AsyncProcessor {

    private final AsyncProcessor step;

    public NonStoppingProcessor(AsyncProcessor step) {
        this.step = step;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        return step.process(exchange, callback);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        step.process(exchange);
    }

    @Override
    public CompletableFuture<Exchange> processAsync(Exchange exchange) {
        return step.processAsync(exchange);
    }
}
