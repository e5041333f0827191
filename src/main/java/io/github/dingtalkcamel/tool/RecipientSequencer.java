package io.github.dingtalkcamel.tool;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.cluster.SharedOrder;
import io.github.dingtalkcamel.queue.KeyedOrder;
import io.github.dingtalkcamel.log.OutOfMemoryExit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the order of what is sent to a recipient: a call continues when all earlier calls for any of its recipients have ended, also those
 * of other nodes. Waits without a thread. A person who is addressed in two ways counts as two recipients.
 * <p>
 * Does not promise: an order with calls of other nodes while the store can't be written. Messages go out all the same, in the order of this
 * node's calls.
 */
public final class RecipientSequencer extends AsyncProcessorSupport implements CamelContextAware {

    private static final Logger LOG = LoggerFactory.getLogger(RecipientSequencer.class);
    /** How often a call that waits for another node looks whether it still has to. */
    private static final long LOOK_MILLIS = 25;
    private static final long REMOVE_AGAIN_MILLIS = 1_000;

    /** Null where this process has the store for itself. */
    private final SharedOrder shared;
    private final InstantSource clock;
    private final KeyedOrder<String, Call> order = new KeyedOrder<>();
    /** Calls that wait for other nodes, first on this one. Guarded by itself. */
    private final List<Call> behindOthers = new ArrayList<>();
    private volatile boolean failing;
    private CamelContext camelContext;
    private ExecutorService threads;
    private ScheduledExecutorService looks;

    /** For a process that has its store for itself. */
    public RecipientSequencer() {
        this(null, InstantSource.system());
    }

    /** @param shared the order over all nodes, or null where there are no others */
    public RecipientSequencer(SharedOrder shared, InstantSource clock) {
        this.shared = shared;
        this.clock = clock;
    }

    private static final class Call {

        private final AsyncCallback callback;
        /** Nothing is begun after it: there is no use in waiting longer. */
        private final Instant deadline;
        /** Null where no other node knows the call. */
        private volatile SharedOrder.Place place;
        /** These two are guarded by the order. */
        private KeyedOrder.Entry<String, Call> entry;
        private boolean ended;

        Call(AsyncCallback callback, Instant deadline) {
            this.callback = callback;
            this.deadline = deadline;
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        ToolRun run = exchange.getProperty(ToolRun.PROPERTY, ToolRun.class);
        // custom robots have a stored queue of their own, in which a call that waited here would be missing
        List<String> recipients = run.call().targets().stream().filter(target -> target.type() != RecipientType.WEBHOOK)
                .map(target -> run.call().integration() + " " + target.named()).toList();
        Call call = new Call(callback, run.deadline());
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange over) {
                leave(call);
            }
        });
        if (shared != null && !recipients.isEmpty()) {
            // called on the store's thread, in the order of places: so both orders are the same
            shared.add(recipients, (place, failure) -> added(call, recipients, place, failure));
            return false;
        }
        boolean starts = enter(call, recipients);
        if (starts) {
            callback.done(true);
        }
        return starts;
    }

    private void added(Call call, List<String> recipients, SharedOrder.Place place, Throwable failure) {
        if (failure != null && !failing) {
            LOG.warn("Calls of tools are in order with each other, but not with those of other nodes: {}", failure.getMessage());
        }
        failing = failure != null;
        call.place = place;
        if (enter(call, recipients)) {
            threads.execute(() -> begin(call));
        }
    }

    /** Whether the call is the first one of this node. */
    private boolean enter(Call call, List<String> recipients) {
        boolean ended;
        boolean starts;
        synchronized (order) {
            ended = call.ended;
            call.entry = ended ? null : order.add(recipients, call);
            // it alone can be the one that starts: all others that could were started before
            starts = !ended && order.start() != null;
        }
        if (ended) {
            remove(call.place);
        }
        return starts;
    }

    /** The call is the first one of this node. */
    private void begin(Call call) {
        if (call.place == null || !call.place.isBehindOthers()) {
            call.callback.done(false);
            return;
        }
        synchronized (behindOthers) {
            behindOthers.add(call);
            if (behindOthers.size() == 1) {
                later(this::look, LOOK_MILLIS);
            }
        }
    }

    private void look() {
        List<Call> waiting;
        synchronized (behindOthers) {
            waiting = List.copyOf(behindOthers);
        }
        Set<Long> still;
        try {
            still = shared.behindOthers(waiting.stream().map(call -> call.place).toList());
        } catch (RuntimeException | Error e) {
            OutOfMemoryExit.check(e);
            LOG.debug("Whether calls of other nodes have ended is looked up again: {}", e.getMessage());
            still = waiting.stream().map(call -> call.place.first()).collect(Collectors.toSet());
        }
        Instant now = clock.instant();
        Set<Long> blocked = still;
        List<Call> next = waiting.stream().filter(call -> !blocked.contains(call.place.first()) || !now.isBefore(call.deadline)).toList();
        synchronized (behindOthers) {
            behindOthers.removeAll(next);
            if (!behindOthers.isEmpty()) {
                later(this::look, LOOK_MILLIS);
            }
        }
        next.forEach(call -> threads.execute(() -> call.callback.done(false)));
    }

    private void leave(Call call) {
        List<Call> next = new ArrayList<>();
        SharedOrder.Place place;
        synchronized (order) {
            place = call.entry == null ? null : call.place;
            call.ended = true;
            if (call.entry != null) {
                order.remove(call.entry);
            }
            for (KeyedOrder.Entry<String, Call> entry = order.start(); entry != null; entry = order.start()) {
                next.add(entry.item());
            }
        }
        remove(place);
        next.forEach(each -> threads.execute(() -> begin(each)));
    }

    /** Other nodes wait until that is stored. */
    private void remove(SharedOrder.Place place) {
        if (place != null) {
            shared.remove(place).whenComplete((rows, failure) -> {
                if (failure != null) {
                    later(() -> remove(place), REMOVE_AGAIN_MILLIS);
                }
            });
        }
    }

    private void later(Runnable task, long millis) {
        try {
            looks.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The node stops: others do not wait for its calls then");
        }
    }

    @Override
    protected void doStart() {
        threads = camelContext.getExecutorServiceManager().newCachedThreadPool(this, "dingtalk-tools-in-order");
        looks = shared == null ? null : camelContext.getExecutorServiceManager().newSingleThreadScheduledExecutor(this,
                "dingtalk-tools-of-other-nodes");
    }

    @Override
    protected void doShutdown() {
        camelContext.getExecutorServiceManager().shutdown(threads);
        if (looks != null) {
            camelContext.getExecutorServiceManager().shutdownNow(looks);
        }
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
