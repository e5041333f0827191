package io.github.dingtalkcamel.tool;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.dingtalkcamel.server.AsynchronousConsumer;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * Lets in no more HTTP calls of tools at once than can begin, since each holds its body, and a thread that webhook requests need too, until
 * it begins to wait: for its recipient, for another node, for DingTalk. Others wait here in order of arrival, their bodies unread; when too
 * many wait, further calls are refused.
 */
public final class ToolCallLimiter implements Handler<RoutingContext> {

    private static final int SEATS = 2_000;

    private final Handler<RoutingContext> full;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int inside;

    /** @param context of the request: only its thread may continue it */
    private record Waiting(RoutingContext request, Context context) {
    }

    /** @param full answers refused calls */
    public ToolCallLimiter(Handler<RoutingContext> full) {
        this.full = full;
    }

    @Override
    public void handle(RoutingContext request) {
        boolean enters;
        synchronized (this) {
            enters = inside < ToolRuns.MOST;
            if (enters) {
                inside++;
            } else if (waiting.size() < SEATS) {
                request.request().pause();
                waiting.add(new Waiting(request, request.vertx().getOrCreateContext()));
                return;
            }
        }
        if (enters) {
            enter(request);
        } else {
            full.handle(request);
        }
    }

    private void enter(RoutingContext request) {
        AtomicBoolean left = new AtomicBoolean();
        Runnable leaving = () -> {
            if (left.compareAndSet(false, true)) {
                leave();
            }
        };
        request.put(AsynchronousConsumer.ON_WAIT, leaving).addEndHandler(end -> leaving.run());
        request.next();
    }

    private void leave() {
        Waiting next;
        synchronized (this) {
            do {
                next = waiting.poll();
                // who hung up meanwhile wants nothing any more
            } while (next != null && next.request().response().closed());
            if (next == null) {
                inside--;
                return;
            }
        }
        RoutingContext entering = next.request();
        next.context().runOnContext(now -> {
            entering.request().resume();
            enter(entering);
        });
    }
}
