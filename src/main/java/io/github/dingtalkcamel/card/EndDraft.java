package io.github.dingtalkcamel.card;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

import io.github.dingtalkcamel.component.api.ReplyDraft;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Ends the draft of a reply, which is whole, failed or stopped, and continues, without a thread that waits, when no call for it is under
 * way.
 */
final class EndDraft extends AsyncProcessorSupport {

    private final CamelContext context;
    private ExecutorService workers;

    EndDraft(CamelContext context) {
        this.context = context;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        CompletableFuture<Void> quiet = exchange.getProperty(ReplyDraft.PROPERTY) instanceof StreamingCard card ? card.endDraft()
                : CompletableFuture.completedFuture(null);
        if (quiet.isDone()) {
            callback.done(true);
            return true;
        }
        quiet.whenCompleteAsync((done, failure) -> callback.done(false), workers);
        return false;
    }

    @Override
    protected void doStart() {
        workers = context.getExecutorServiceManager().newThreadPool(this, "dingtalk-card-turns", 1, 16);
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownGraceful(workers, Duration.ofSeconds(1).toMillis());
    }
}
