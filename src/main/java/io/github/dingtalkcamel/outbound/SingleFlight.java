package io.github.dingtalkcamel.outbound;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.limits.GrantedPermit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;

/**
 * Lets one of many callers do what all of them want: the first sends an exchange with the callers' variables to the target, the others wait for the same
 * outcome, result or failure. Callers with another key do not wait. No thread waits either.
 */
public final class SingleFlight extends AsyncProcessorSupport implements CamelContextAware {

    private final Map<String, CompletableFuture<Object>> underWay = new ConcurrentHashMap<>();
    private CamelContext camelContext;
    private ProducerTemplate producer;
    private final String target;
    private final String key;
    private final String with;

    /**
     * @param target endpoint that does it; its body is the outcome
     * @param key    name of the variable whose value tells flights apart
     * @param with   name of one more variable that the target wants to know
     */
    public SingleFlight(String target, String key, String with) {
        this.target = target;
        this.key = key;
        this.with = with;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        String flight = exchange.getVariable(key, String.class);
        CompletableFuture<Object> mine = new CompletableFuture<>();
        CompletableFuture<Object> others = underWay.putIfAbsent(flight, mine);
        if (others == null) {
            start(exchange, flight, mine);
        }
        (others == null ? mine : others).whenComplete((outcome, failure) -> {
            if (failure == null) {
                exchange.getMessage().setBody(outcome);
            } else {
                exchange.setException(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
            }
            callback.done(false);
        });
        return false;
    }

    private void start(Exchange caller, String flight, CompletableFuture<Object> mine) {
        Exchange call = new DefaultExchange(camelContext);
        call.setVariable(key, flight);
        call.setVariable(with, caller.getVariable(with));
        // got while waiting for just this
        call.setProperty(GrantedPermit.GRANTED, caller.removeProperty(GrantedPermit.GRANTED));
        producer.asyncSend(target, call).whenComplete((done, failure) -> {
            underWay.remove(flight, mine);
            if (failure != null) {
                mine.completeExceptionally(failure);
            } else if (done.getException() != null) {
                mine.completeExceptionally(done.getException());
            } else {
                mine.complete(done.getMessage().getBody());
            }
        });
    }

    @Override
    protected void doStart() {
        producer = camelContext.createProducerTemplate();
    }

    @Override
    protected void doStop() throws Exception {
        if (producer != null) {
            producer.stop();
        }
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }
}
