package io.github.dingtalkcamel.reload;
import java.util.concurrent.CompletableFuture;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;

/** A step of routes that outlives them: Camel shuts down with a route every step that is a service, also one that other versions of the route share. */
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
