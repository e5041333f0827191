package io.github.dingtalkcamel.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

import io.github.dingtalkcamel.queue.KeyedOrder;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Keeps the order of what is sent to a recipient: a call continues when all earlier calls for any of its recipients have ended. No thread
 * waits. A person
 * who is addressed in two ways counts as two recipients.
 */
public final class RecipientSequencer extends AsyncProcessorSupport implements CamelContextAware {

    private final KeyedOrder<String, AsyncCallback> order = new KeyedOrder<>();
    private CamelContext camelContext;
    private ExecutorService threads;

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        ToolRun run = exchange.getProperty(ToolRun.PROPERTY, ToolRun.class);
        // custom robots have a stored queue of their own, in which a call that waited here would be missing
        List<String> recipients = run.call().targets().stream().filter(target -> target.type() != RecipientType.WEBHOOK)
                .map(target -> run.call().integration() + " " + target.named()).toList();
        boolean starts;
        synchronized (order) {
            KeyedOrder.Entry<String, AsyncCallback> place = order.add(recipients, callback);
            // before another thread can start it, and it may end
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange over) {
                    leave(place);
                }
            });
            // it alone can be the one that starts: all others that could were started before
            starts = order.start() != null;
        }
        if (starts) {
            callback.done(true);
        }
        return starts;
    }

    private void leave(KeyedOrder.Entry<String, AsyncCallback> place) {
        List<AsyncCallback> next = new ArrayList<>();
        synchronized (order) {
            order.remove(place);
            for (KeyedOrder.Entry<String, AsyncCallback> entry = order.start(); entry != null; entry = order.start()) {
                next.add(entry.item());
            }
        }
        next.forEach(callback -> threads.execute(() -> callback.done(false)));
    }

    @Override
    protected void doStart() {
        threads = camelContext.getExecutorServiceManager().newCachedThreadPool(this, "dingtalk-tools-in-order");
    }

    @Override
    protected void doShutdown() {
        camelContext.getExecutorServiceManager().shutdown(threads);
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
