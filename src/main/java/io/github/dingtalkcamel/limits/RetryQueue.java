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

import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.resilience4j.core.IntervalFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Where calls wait: those that were not permitted, until the {@link DingTalkCallLimiter} has a permit for them, in order of arrival; those
 * that failed, for a delay that doubles with each failure. None waits longer than its caller can.
 * <p>
 * No thread waits. What has waited continues on a few threads, so that a host that is available again is not flooded.
 */
public final class RetryQueue extends ServiceSupport implements AutoCloseable {

    private static final int THREADS = 32;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);
    private static final long TICK_MILLIS = 20;
    private static final String DELAYED = "";

    private final DingTalkCallLimiter callLimiter;
    private final IntervalFunction delays;
    private final InstantSource clock;
    private final CamelContext context;
    private final AtomicInteger continuing = new AtomicInteger();
    private final Map<String, Set<Waiting>> lines = new LinkedHashMap<>();
    private ExecutorService workers;
    private ScheduledExecutorService ticks;
    private boolean ticking;
    private boolean closed;

    /** @param firstDelay before the first repeat of what failed */
    public RetryQueue(CamelContext context, DingTalkCallLimiter callLimiter, Duration firstDelay, InstantSource clock) {
        this.context = context;
        this.callLimiter = callLimiter;
        // a fifth more or less, so that calls that failed together are not repeated together
        this.delays = IntervalFunction.ofExponentialRandomBackoff(firstDelay, 2, 0.2, LONGEST_DELAY);
        this.clock = clock;
    }

    /**
     * One call that waits.
     *
     * @param permit completed when the call may continue: with a permit, or with null where it waited for none or its time has ended
     * @param from   when a delay is over
     * @param until  when the caller's time ends
     */
    private record Waiting(CompletableFuture<GrantedPermit> permit, Instant from, Instant until) {
    }

    /** A permit of a line, in order of arrival; null where there is none until then. Fails where the process ends. */
    CompletableFuture<GrantedPermit> permit(String line, Instant until) {
        return waiting(line, clock.instant(), until);
    }

    /** Completes after the delay that follows so many failures, at the latest then. Fails where the process ends. */
    CompletableFuture<Void> pause(int failures, Instant until) {
        Duration delay = Duration.ofMillis(delays.apply(Math.max(1, failures)));
        return waiting(DELAYED, clock.instant().plus(delay), until).thenAccept(none -> { });
    }

    private CompletableFuture<GrantedPermit> waiting(String line, Instant from, Instant until) {
        CompletableFuture<GrantedPermit> permit = new CompletableFuture<>();
        if (!add(line, new Waiting(permit, from, until))) {
            permit.completeExceptionally(new StoppingException());
        }
        return permit;
    }

    private synchronized boolean add(String line, Waiting one) {
        if (closed) {
            return false;
        }
        lines.computeIfAbsent(line, key -> new LinkedHashSet<>()).add(one);
        callLimiter.queueing(line, true);
        tickSoon();
        return true;
    }

    /** How many calls wait. */
    public synchronized int size() {
        return lines.values().stream().mapToInt(Set::size).sum();
    }

    private void tickSoon() {
        if (!ticking && ticks != null) {
            ticking = true;
            ticks.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Lets calls continue that may. */
    synchronized void tick() {
        ticking = false;
        Instant now = clock.instant();
        for (String line : List.copyOf(lines.keySet())) {
            Set<Waiting> waiting = lines.get(line);
            boolean permitted = line.equals(DELAYED) ? delayed(waiting, now) : inLine(line, waiting, now);
            if (waiting.isEmpty()) {
                lines.remove(line);
                callLimiter.queueing(line, false);
            } else if (permitted) {
                // another line may be the first next time: an unavailable host is tried by one call only
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
                resume(one, null);
            }
        }
        return false;
    }

    private boolean inLine(String line, Set<Waiting> waiting, Instant now) {
        boolean permitted = false;
        boolean shut = false;
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext() && hasWorkers();) {
            Waiting one = each.next();
            GrantedPermit permit = shut ? null : callLimiter.tryPass(line);
            shut = permit == null;
            if (permit != null || !now.isBefore(one.until())) {
                each.remove();
                resume(one, permit);
                permitted |= permit != null;
            }
        }
        return permitted;
    }

    /** A permit must be used soon: it is only given out where a thread is free to use it. */
    private boolean hasWorkers() {
        return continuing.get() < THREADS;
    }

    private void resume(Waiting one, GrantedPermit permit) {
        continuing.incrementAndGet();
        workers.execute(() -> {
            try {
                one.permit().complete(permit);
            } finally {
                continuing.decrementAndGet();
            }
        });
    }

    /** Ends all waiting with a {@link StoppingException}, so that the next start continues what is stored. */
    @Override
    public void close() {
        List<Waiting> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            lines.values().forEach(all::addAll);
            lines.clear();
        }
        all.forEach(one -> workers.execute(() -> one.permit().completeExceptionally(new StoppingException())));
    }

    @Override
    protected void doStart() {
        workers = context.getExecutorServiceManager().newFixedThreadPool(this, "dingtalk-waited", THREADS);
        ticks = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "dingtalk-waiting");
    }

    @Override
    protected void doShutdown() {
        context.getExecutorServiceManager().shutdownNow(ticks);
        context.getExecutorServiceManager().shutdown(workers);
    }
}
