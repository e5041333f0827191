package io.github.dingtalkcamel.component.dingtalk;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.Failures;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/** Calls DingTalk. No thread waits for the answer: the exchange continues on a thread of the component. */
public class DingTalkProducer extends DefaultAsyncProducer {

    private final Operation operation;

    DingTalkProducer(DingTalkEndpoint endpoint, Operation operation) {
        super(endpoint);
        this.operation = operation;
    }

    @Override
    public DingTalkEndpoint getEndpoint() {
        return (DingTalkEndpoint) super.getEndpoint();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        CompletableFuture<?> done;
        try {
            done = operation.perform(exchange);
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        if (done.isDone() && !done.isCompletedExceptionally()) {
            callback.done(true);
            return true;
        }
        done.whenComplete((ok, failure) -> {
            if (failure != null) {
                exchange.setException(Failures.causeOf(failure));
            }
            callback.done(false);
        });
        return false;
    }
}
