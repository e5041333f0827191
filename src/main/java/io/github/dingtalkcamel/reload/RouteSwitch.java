package io.github.dingtalkcamel.reload;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncCallbackToCompletableFutureAdapter;
import org.apache.camel.support.PluginHelper;

/**
 * Stands between a consumer and its route. When a route is edited its consumer stays as it is, with its threads, connections and place in queues, and
 * the door leads to the new version from one message to the next. So no message meets a moment without a route, or half of one.
 * <p>
 * Has no life cycle of its own: consumers start and stop what they hold, and this must not start or stop the route behind it.
 */
final class RouteSwitch implements AsyncProcessor {

    private volatile LiveRoute behind;

    RouteSwitch(LiveRoute behind) {
        this.behind = behind;
    }

    void leadTo(LiveRoute route) {
        behind = route;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        LiveRoute route = behind;
        while (!route.enter()) {
            // it was closed since we looked, so there is another by now
            route = behind;
        }
        Visit visit = new Visit(route, callback);
        try {
            return route.pipeline().process(exchange, visit);
        } catch (RuntimeException | Error e) {
            visit.leave();
            throw e;
        }
    }

    /** One exchange's stay in the route. */
    private static final class Visit extends AtomicBoolean implements AsyncCallback {

        private static final long serialVersionUID = 1L;

        private final transient LiveRoute route;
        private final transient AsyncCallback callback;

        Visit(LiveRoute route, AsyncCallback callback) {
            this.route = route;
            this.callback = callback;
        }

        void leave() {
            if (compareAndSet(false, true)) {
                route.leave();
            }
        }

        @Override
        public void done(boolean doneSync) {
            leave();
            callback.done(doneSync);
        }
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        PluginHelper.getAsyncProcessorAwaitManager(exchange.getContext()).process(this, exchange);
    }

    @Override
    public CompletableFuture<Exchange> processAsync(Exchange exchange) {
        AsyncCallbackToCompletableFutureAdapter<Exchange> callback = new AsyncCallbackToCompletableFutureAdapter<>(exchange);
        process(exchange, callback);
        return callback.getFuture();
    }
}
