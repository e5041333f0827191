package io.github.dingtalkcamel.queue;

import java.util.AbstractQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.apache.camel.Exchange;

/**
 * The {@link BlockingQueue} that Camel's {@code seda} wants, for queues that decide themselves what is handed out next.
 * <p>
 * A subclass says what to hand out and what waits; it is asked with {@link #lock} held. It calls {@link #wake} when something may have
 * become available, and so does its {@link #handOut} where there is more. Producers never wait: an offer is accepted or refused at once,
 * its time-out is ignored.
 * <p>
 * One waiting thread at a time is woken, the one that came last, and the next one when that one has come. So few threads do the work of
 * many: one that is at work takes what came meanwhile before another one has woken up for it, which costs more than a short task.
 */
public abstract class SedaQueue extends AbstractQueue<Exchange> implements BlockingQueue<Exchange> {

    /** Guards the state of the subclass. */
    protected final ReentrantLock lock = new ReentrantLock();
    /** The threads that wait in a poll, the last one first. */
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    /** The one that was woken and has not come yet; null where there is none. */
    private Waiter coming;

    /** A thread that waits. */
    private static final class Waiter {

        private final Thread thread = Thread.currentThread();
        private volatile boolean woken;

        void wake() {
            woken = true;
            LockSupport.unpark(thread);
        }
    }

    /** Hands out the next exchange, or null where none may run now. Called with the lock held. */
    protected abstract Exchange handOut();

    /** What waits, in order. Called with the lock held. */
    protected abstract List<Exchange> waiting();

    /** The exchange that would be handed out next, or null. Called with the lock held. */
    protected abstract Exchange next();

    /** Reads something of the state, with the lock held. */
    protected final <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    /** Changes something of the state, with the lock held. */
    protected final void changing(Runnable alteration) {
        lock.lock();
        try {
            alteration.run();
        } finally {
            lock.unlock();
        }
    }

    /** A poll may find something. Called with the lock held. */
    protected final void wake() {
        if (coming == null && !waiters.isEmpty()) {
            coming = waiters.removeFirst();
            coming.wake();
        }
    }

    /** All polls are to look. Called with the lock held. */
    protected final void wakeAll() {
        waiters.forEach(Waiter::wake);
        waiters.clear();
    }

    /** Waits until it is woken, with the lock released meanwhile. */
    private void await(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        Waiter waiter = new Waiter();
        waiters.addFirst(waiter);
        lock.unlock();
        try {
            for (long left = nanos; !waiter.woken && left > 0 && !Thread.currentThread().isInterrupted(); left = end - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
            }
        } finally {
            lock.lock();
            if (!waiter.woken) {
                waiters.removeLastOccurrence(waiter);
            }
            if (coming == waiter) {
                coming = null;
            }
        }
        if (Thread.interrupted()) {
            wake();
            throw new InterruptedException();
        }
    }

    /** How long a poll waits in all, for a caller that asked for so long. Asked again after each change. Called with the lock held. */
    protected long pollNanos(long asked) {
        return asked;
    }

    /** When to look again at the latest, although nothing changed. Called with the lock held. */
    protected long recheckNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public final Exchange poll(long timeout, TimeUnit unit) throws InterruptedException {
        long asked = unit.toNanos(timeout);
        long start = System.nanoTime();
        lock.lockInterruptibly();
        try {
            Exchange exchange = handOut();
            while (exchange == null) {
                long left = pollNanos(asked) - (System.nanoTime() - start);
                if (left <= 0) {
                    return null;
                }
                await(Math.min(left, recheckNanos()));
                exchange = handOut();
            }
            return exchange;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final Exchange poll() {
        return locked(this::handOut);
    }

    @Override
    public final Exchange take() throws InterruptedException {
        while (true) {
            Exchange exchange = poll(1, TimeUnit.MINUTES);
            if (exchange != null) {
                return exchange;
            }
        }
    }

    @Override
    public final Exchange peek() {
        return locked(this::next);
    }

    /** A snapshot. */
    @Override
    public final Iterator<Exchange> iterator() {
        return locked(() -> List.copyOf(waiting()).iterator());
    }

    /** Never waits: fails as {@link #add} does when there is no room. */
    @Override
    public final void put(Exchange exchange) {
        add(exchange);
    }

    /** Never waits. */
    @Override
    public final boolean offer(Exchange exchange, long timeout, TimeUnit unit) {
        return offer(exchange);
    }

    @Override
    public final int drainTo(Collection<? super Exchange> to) {
        return drainTo(to, Integer.MAX_VALUE);
    }

    /** Removes what waits, without handing it out: nothing of it counts as running. */
    @Override
    public final void clear() {
        drainTo(new ArrayList<>());
    }
}
