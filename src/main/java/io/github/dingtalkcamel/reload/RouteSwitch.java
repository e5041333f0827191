package io.github.dingtalkcamel.reload;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncCallbackToCompletableFutureAdapter;
import org.apache.camel.support.PluginHelper;

/**
 * Connects a consumer to the current version of its route. When a route is edited its consumer keeps its threads, connections and
 * subscriptions, and the next message goes to the new version. Every message finds a complete route.
 *
 * <p>Has no life cycle of its own: a consumer starts and stops its processor, and that must not start or stop the route.
 */
final class RouteSwitch implements AsyncProcessor {

    private volatile LiveRoute current;

    RouteSwitch(LiveRoute current) {
        this.current = current;
    }

    void switchTo(LiveRoute route) {
        current = route;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        LiveRoute route = current;
        while (!route.enter()) {
            // it was closed meanwhile, so another version is current by now
            route = current;
        }
        Visit visit = new Visit(route, callback);
        try {
            return route.pipeline().process(exchange, visit);
        } catch (RuntimeException | Error e) {
            visit.leave();
            throw e;
        }
    }

    /** Counts one exchange out of the route, once. */
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
