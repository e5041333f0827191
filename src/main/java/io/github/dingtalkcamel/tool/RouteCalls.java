package io.github.dingtalkcamel.tool;

import java.util.concurrent.CompletableFuture;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ProducerCache;
import org.apache.camel.support.cache.DefaultProducerCache;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Calls routes from Java on the calling thread, and holds it only until the route waits for the first time. A {@code ProducerTemplate}
 * holds it until the route has ended, or begins the call on one of few threads of its own.
 */
final class RouteCalls implements AutoCloseable {

    private final CamelContext context;
    private final ProducerCache producers;

    /** @param source whose calls they are */
    RouteCalls(Object source, CamelContext context) {
        this.context = context;
        this.producers = new DefaultProducerCache(source, context, 1);
        ServiceHelper.startService(producers);
    }

    /**
     * Sends the exchange to the endpoint. The result never fails: a fault is the exchange's exception. What follows runs on the thread that
     * ended the route.
     */
    CompletableFuture<Exchange> send(String uri, Exchange exchange) {
        CompletableFuture<Exchange> sent = new CompletableFuture<>();
        try {
            producers.asyncSendExchange(context.getEndpoint(uri), null, null, null, exchange, sent);
        } catch (RuntimeException e) {
            exchange.setException(e);
            sent.complete(exchange);
        }
        return sent;
    }

    @Override
    public void close() {
        ServiceHelper.stopService(producers);
    }
}
