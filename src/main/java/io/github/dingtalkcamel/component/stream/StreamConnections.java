package io.github.dingtalkcamel.component.stream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.message.Delivery;

/**
 * The Stream connections of one app: open while there are subscribers, and subscribed to what these receive. All subscribers share them.
 * When the subscriptions
 * change, new connections take the place of the old ones, which are read until they end.
 */
public final class StreamConnections {

    /** Subscribers that come or go together change the connections once. */
    private static final Duration GATHERING = Duration.ofMillis(50);
    /** Events and clicks on cards that are processed at once. */
    private static final int OTHERS_AT_ONCE = 16;
    /** For what came in to be processed and answered, before the connections are closed. */
    private static final long LAST_ANSWERS_MILLIS = 2_000;

    private final DingTalkApp app;
    private final StreamTimeouts pace;
    private final Scheduler scheduler;
    private final ConnectionMetrics traffic;
    private final List<ManagedConnection> kept;
    private final List<ExecutorService> threads;
    private final Map<Delivery.Kind, Subscription> subscriptions = new EnumMap<>(Delivery.Kind.class);
    /**
     * What the connections were last opened for; empty while they are closed. Used on the scheduler, and while subscriptions are locked.
     */
    private Set<Delivery.Kind> opened = Set.of();

    private record Subscription(StreamSubscriber subscriber, AtomicInteger underWay) {
    }

    StreamConnections(DingTalkApp app, HttpClient http, StreamTimeouts pace, Scheduler scheduler, ConnectionMetrics traffic) {
        this.app = app;
        this.pace = pace;
        this.scheduler = scheduler;
        this.traffic = traffic;
        ThreadPoolExecutor messages = pool("dingtalk-stream-" + app.name(), 1, new PriorityBlockingQueue<>());
        ThreadPoolExecutor others = pool("dingtalk-stream-events-" + app.name(), OTHERS_AT_ONCE, new LinkedBlockingQueue<>());
        this.threads = List.of(messages, others);
        Gateway gateway = new Gateway(http, app, this::kinds, userAgent(), pace.opening());
        FrameHandler reception = new FrameHandler(app.name(), new FrameDispatcher(this::enter, messages, others, scheduler, traffic),
                traffic);
        this.kept = IntStream.rangeClosed(1, app.connections()).mapToObj(number -> new ManagedConnection(app.name(), number, gateway,
                reception, traffic, pace, scheduler,
                () -> ThreadLocalRandom.current().nextDouble())).toList();
    }

    private static ThreadPoolExecutor pool(String name, int size, BlockingQueue<Runnable> waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(size, size, 10, TimeUnit.SECONDS, waiting, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static String userAgent() {
        String version = StreamConnections.class.getPackage().getImplementationVersion();
        return "dingtalk-camel-java/" + (version == null ? "dev" : version);
    }

    /**
     * Adds a subscriber. The connections are opened for it, or replaced, by {@link #open}.
     *
     * @throws IllegalArgumentException where another subscriber receives the same kind
     */
    public void subscribe(StreamSubscriber subscriber) {
        synchronized (subscriptions) {
            for (Delivery.Kind kind : subscriber.kinds()) {
                if (subscriptions.containsKey(kind)) {
                    throw new IllegalArgumentException("Two routes consume the " + kind.name().toLowerCase(Locale.ROOT)
                            + "s of DingTalk app "
                            + app.name()
                            + ", and each is delivered once only: let one route hand them on to the other");
                }
            }
            Subscription subscription = new Subscription(subscriber, new AtomicInteger());
            subscriber.kinds().forEach(kind -> subscriptions.put(kind, subscription));
        }
    }

    /** Opens the connections for the subscribers that there are, or replaces those that were opened for others. Does not wait for them. */
    public void open() {
        scheduler.in(GATHERING, this::apply);
    }

    /**
     * Waits until what came in for this subscriber is processed and answered, and closes the connections where it was the last one: all of
     * it within a few seconds.
     */
    public void unsubscribe(StreamSubscriber subscriber) {
        remove(subscription -> subscription.subscriber() == subscriber);
    }

    /** Removes all subscribers at once, as {@link #unsubscribe} does. */
    public void disconnect() {
        remove(subscription -> true);
    }

    private void remove(Predicate<Subscription> which) {
        Set<Subscription> leaving = new HashSet<>();
        boolean last;
        synchronized (subscriptions) {
            subscriptions.values().stream().filter(which).forEach(leaving::add);
            last = subscriptions.values().stream().allMatch(leaving::contains);
        }
        if (leaving.isEmpty()) {
            return;
        }
        if (last) {
            kept.forEach(ManagedConnection::stopOpening);
        }
        await(leaving);
        synchronized (subscriptions) {
            last = subscriptions.values().stream().allMatch(leaving::contains);
            if (!last) {
                subscriptions.values().removeAll(leaving);
            }
        }
        if (last) {
            close();
            synchronized (subscriptions) {
                subscriptions.values().removeAll(leaving);
                opened = Set.of();
            }
        }
        open();
    }

    private void apply() {
        Set<Delivery.Kind> wanted;
        boolean closed;
        synchronized (subscriptions) {
            wanted = kinds();
            if (wanted.isEmpty() || wanted.equals(opened)) {
                return;
            }
            closed = opened.isEmpty();
            opened = wanted;
        }
        kept.forEach(closed ? ManagedConnection::start : ManagedConnection::resubscribe);
    }

    private Set<Delivery.Kind> kinds() {
        synchronized (subscriptions) {
            return subscriptions.isEmpty() ? Set.of() : EnumSet.copyOf(subscriptions.keySet());
        }
    }

    private void enter(Delivery delivery, Consumer<FrameDispatcher.Outcome> done) {
        Subscription subscription;
        synchronized (subscriptions) {
            subscription = subscriptions.get(delivery.push().kind());
        }
        if (subscription == null) {
            done.accept(new FrameDispatcher.Outcome(new RejectedExecutionException("nothing consumes it any more"), null));
            return;
        }
        subscription.underWay().incrementAndGet();
        subscription.subscriber().deliver(delivery, outcome -> {
            try {
                done.accept(outcome);
            } finally {
                subscription.underWay().decrementAndGet();
            }
        });
    }

    private void await(Set<Subscription> leaving) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_ANSWERS_MILLIS);
        while (leaving.stream().anyMatch(each -> each.underWay().get() > 0) && System.nanoTime() < end) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void close() {
        CompletableFuture<?> closed = CompletableFuture.allOf(kept.stream().map(ManagedConnection::stop).toArray(CompletableFuture[]::new));
        try {
            closed.get(2 * pace.closing().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // they end with the process
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How each connection is, by number. */
    public List<ConnectionStatus> statuses() {
        return kept.stream().map(ManagedConnection::status).toList();
    }

    /** How many connections can receive now. */
    public long connected() {
        return kept.stream().filter(ManagedConnection::isConnected).count();
    }

    /** How many connections there should be. */
    public int size() {
        return kept.size();
    }

    /** Figures for metrics. */
    public ConnectionMetrics metrics() {
        return traffic;
    }

    /** The app whose connections they are. */
    public DingTalkApp app() {
        return app;
    }

    /** Opens a new connection in the place of each; the old ones are read until they end. */
    public void reconnect() {
        kept.forEach(ManagedConnection::reconnect);
    }

    void probe() {
        kept.forEach(ManagedConnection::probe);
    }

    void shutDown() {
        threads.forEach(ExecutorService::shutdown);
    }
}
