package io.github.dingtalkcamel.queue;

import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.apache.camel.Exchange;

/**
 * The {@link BlockingQueue} that Camel's {@code seda} wants, for queues that decide themselves what is handed out next.
 * <p>
 * A subclass says what to hand out and what waits; it is asked with {@link #lock} held. It signals {@link #change} when something may have
 * become
 * available. Producers never wait: an offer is accepted or refused at once, its time-out is ignored.
 */
public abstract class SedaQueue extends AbstractQueue<Exchange> implements BlockingQueue<Exchange> {

    /** Guards the state of the subclass. */
    protected final ReentrantLock lock = new ReentrantLock();
    /** Signalled when a poll may find something. */
    protected final Condition change = lock.newCondition();

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
                change.awaitNanos(Math.min(left, recheckNanos()));
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
