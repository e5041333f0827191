package io.github.dingtalkcamel.limits;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.resilience4j.core.IntervalFunction;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Where exchanges and calls wait after a {@link RetryableException}: those that were not let through until the {@link DingTalkCallLimiter} has a pass for them, in order of
 * arrival; others for a delay that doubles with each try. They go on with whatever comes next in their route, at the latest when their patience ends.
 * <p>
 * No thread waits. They go on by a few threads, so that a host that comes back is not run over.
 */
public final class RetryQueue extends AsyncProcessorSupport implements AutoCloseable {

    /** Exchange property: how often the exchange has tried what it is at. */
    public static final String TRIES = CallRetry.TRIES;

    private static final int THREADS = 32;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);
    private static final long TICK_MILLIS = 20;
    private static final String DELAYED = "";

    private final DingTalkCallLimiter gate;
    private final IntervalFunction delays;
    private final InstantSource clock;
    private final CamelContext context;
    private final AtomicInteger goingOn = new AtomicInteger();
    private final Map<String, Set<Waiting>> lines = new LinkedHashMap<>();
    private ExecutorService workers;
    private ScheduledExecutorService ticks;
    private boolean ticking;
    private boolean closed;

    /** @param firstDelay before the first repeat of what failed */
    public RetryQueue(CamelContext context, DingTalkCallLimiter gate, Duration firstDelay, InstantSource clock) {
        this.context = context;
        this.gate = gate;
        // a fifth more or less, so that those who failed together don't come back together
        this.delays = IntervalFunction.ofExponentialRandomBackoff(firstDelay, 2, 0.2, LONGEST_DELAY);
        this.clock = clock;
    }

    /**
     * One that waits.
     *
     * @param whose what it can be woken by
     * @param goOn  continues it, with a permit or with null
     * @param stop  ends it where the process ends
     */
    private record Waiting(Object whose, Consumer<GrantedPermit> goOn, Runnable stop, Instant from, Instant until) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        gate.giveBack(exchange);
        CallNotPermittedException notNow = Failure.of(exchange, CallNotPermittedException.class);
        Instant now = clock.instant();
        Waiting one = new Waiting(exchange, permit -> {
            exchange.setProperty(GrantedPermit.GRANTED, permit);
            callback.done(false);
        }, () -> {
            exchange.setException(new StoppingException());
            callback.done(false);
        }, notNow == null ? now.plus(delay(exchange.getProperty(TRIES, 1, Integer.class))) : now,
                exchange.getProperty(DingTalkCallLimiter.PATIENCE, now.plus(LONGEST_DELAY), Instant.class));
        if (add(notNow == null ? DELAYED : notNow.line(), one)) {
            return false;
        }
        exchange.setException(new StoppingException());
        callback.done(true);
        return true;
    }

    /** A permit of a line, in order of arrival; null where there is none until then. Fails where the process ends. */
    CompletableFuture<GrantedPermit> permit(String line, Instant until) {
        return waiting(line, clock.instant(), until);
    }

    /** Completes after the delay that follows so many failures, at the latest then. Fails where the process ends. */
    CompletableFuture<Void> pause(int failures, Instant until) {
        return waiting(DELAYED, clock.instant().plus(delay(failures)), until).thenAccept(none -> { });
    }

    private CompletableFuture<GrantedPermit> waiting(String line, Instant from, Instant until) {
        CompletableFuture<GrantedPermit> future = new CompletableFuture<>();
        if (!add(line, new Waiting(future, future::complete, () -> future.completeExceptionally(new StoppingException()), from, until))) {
            future.completeExceptionally(new StoppingException());
        }
        return future;
    }

    private synchronized boolean add(String line, Waiting one) {
        if (closed) {
            return false;
        }
        lines.computeIfAbsent(line, key -> new LinkedHashSet<>()).add(one);
        gate.queueing(line, true);
        tickSoon();
        return true;
    }

    private Duration delay(int tries) {
        return Duration.ofMillis(delays.apply(Math.max(1, tries)));
    }

    /** How many wait. */
    public synchronized int size() {
        return lines.values().stream().mapToInt(Set::size).sum();
    }

    /** Lets one exchange go on at once, as if its patience had ended; false if it does not wait. */
    public synchronized boolean wake(Exchange exchange) {
        for (Set<Waiting> line : lines.values()) {
            for (Waiting one : line) {
                if (one.whose() == exchange) {
                    line.remove(one);
                    goOn(one, null);
                    return true;
                }
            }
        }
        return false;
    }

    private void tickSoon() {
        if (!ticking && ticks != null) {
            ticking = true;
            ticks.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Lets go on whoever may. */
    synchronized void tick() {
        ticking = false;
        Instant now = clock.instant();
        for (String line : List.copyOf(lines.keySet())) {
            Set<Waiting> waiting = lines.get(line);
            boolean passed = line.equals(DELAYED) ? delayed(waiting, now) : inLine(line, waiting, now);
            if (waiting.isEmpty()) {
                lines.remove(line);
                gate.queueing(line, false);
            } else if (passed) {
                // another line may be the first next time: a host that is away is tried by one call only
                lines.put(line, lines.remove(line));
            }
        }
        if (!lines.isEmpty() && !closed) {
            tickSoon();
        }
    }

    private boolean delayed(Set<Waiting> waiting, Instant now) {
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext() && hasWorkers();) {
            Waiting one = each.next();
            if (!now.isBefore(one.from()) || !now.isBefore(one.until())) {
                each.remove();
                goOn(one, null);
            }
        }
        return false;
    }

    private boolean inLine(String line, Set<Waiting> waiting, Instant now) {
        boolean passed = false;
        boolean shut = false;
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext() && hasWorkers();) {
            Waiting one = each.next();
            GrantedPermit pass = shut ? null : gate.tryPass(line);
            shut = pass == null;
            if (pass != null || !now.isBefore(one.until())) {
                each.remove();
                goOn(one, pass);
                passed |= pass != null;
            }
        }
        return passed;
    }

    /** A pass must be used soon: it is only given out where a thread is free to use it. */
    private boolean hasWorkers() {
        return goingOn.get() < THREADS;
    }

    private void goOn(Waiting one, GrantedPermit pass) {
        goingOn.incrementAndGet();
        workers.execute(() -> {
            try {
                one.goOn().accept(pass);
            } finally {
                goingOn.decrementAndGet();
            }
        });
    }

    /** Nobody waits any longer: what waits ends with a {@link StoppingException}, so that the next start goes on with it. */
    @Override
    public void close() {
        List<Waiting> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            lines.values().forEach(all::addAll);
            lines.clear();
        }
        all.forEach(one -> workers.execute(one.stop()));
    }

    @Override
    protected void doStart() {
        workers = context.getExecutorServiceManager().newFixedThreadPool(this, "dingtalk-going-on", THREADS);
        ticks = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "dingtalk-line");
    }

    @Override
    protected void doShutdown() {
        context.getExecutorServiceManager().shutdownNow(ticks);
        context.getExecutorServiceManager().shutdown(workers);
    }
}
