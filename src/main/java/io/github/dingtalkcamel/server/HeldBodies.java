package io.github.dingtalkcamel.server;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * What the bodies of requests under way hold of their budgets, for those who handle the request itself, beyond the reach of its routing
 * context.
 */
public final class HeldBodies {

    private final Map<HttpServerRequest, ByteBudget.Share> shares = new ConcurrentHashMap<>();

    /** Keeps the share of a request whose body is there. */
    public void keep(RoutingContext routing) {
        ByteBudget.Share share = BodyReader.share(routing);
        if (share != null) {
            shares.put(routing.request(), share);
            routing.addEndHandler(end -> {
                if (end.succeeded()) {
                    release(routing.request());
                } else {
                    routing.vertx().setTimer(BodyReader.AFTER_DISCONNECT_MS, later -> release(routing.request()));
                }
            });
        }
    }

    /**
     * Counts a body several times, because what is made of it takes more room than its bytes. One that alone takes more than all of the
     * budget may have it when no other holds any of it.
     *
     * @return false where there is no room for that now
     */
    public boolean hold(HttpServerRequest request, long bytes) {
        ByteBudget.Share share = shares.get(request);
        return share == null || share.resizeWithin(bytes);
    }

    /** The body of this request was handled, and is in use no more. */
    public void release(HttpServerRequest request) {
        ByteBudget.Share share = shares.remove(request);
        if (share != null) {
            share.close();
        }
    }
}
