package io.github.dingtalkcamel.hook;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The queue behind {@code seda:dingtalk-events}: hands out one event at a time, the next when every hook is done with it.
 * <p>
 * Promises: each hook gets the events in the order of their offers. Never more than {@code capacity} wait. Events of our own take no more than half of
 * the places, so that however many there are, DingTalk's find room.
 * <p>
 * Does not promise: durability; that a slow hook delays no other; to wait for a hook for longer than {@code patience}: then the next one is handed out.
 */
public final class EventQueue extends AbstractQueue<Exchange> implements BlockingQueue<Exchange> {

    private final int capacity;
    private final long patienceNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();
    private final Deque<Exchange> waiting = new ArrayDeque<>();
    private Done underWay;
    private long handedOutAt;

    public EventQueue(int capacity, Duration patience) {
        this.capacity = capacity;
        this.patienceNanos = patience.toNanos();
    }

    /** The event that the hooks have. */
    private final class Done extends SynchronizationAdapter {

        @Override
        public void onDone(Exchange exchange) {
            lock.lock();
            try {
                if (underWay == this) {
                    underWay = null;
                    change.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Queues an event of DingTalk. @return false when there is no room */
    @Override
    public boolean offer(Exchange event) {
        return offer(event, capacity);
    }

    /** Queues an event of our own. @return false when there is no room for those */
    public boolean offerOwn(Exchange event) {
        return offer(event, capacity / 2);
    }

    private boolean offer(Exchange event, int places) {
        lock.lock();
        try {
            if (waiting.size() >= places) {
                return false;
            }
            waiting.add(event);
            change.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Exchange poll(long timeout, TimeUnit unit) throws InterruptedException {
        long end = System.nanoTime() + unit.toNanos(timeout);
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() || isHeld()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return null;
                }
                change.awaitNanos(waiting.isEmpty() ? left : Math.min(left, handedOutAt + patienceNanos - System.nanoTime()));
            }
            return handOut();
        } finally {
            lock.unlock();
        }
    }

    private boolean isHeld() {
        return underWay != null && System.nanoTime() - handedOutAt < patienceNanos;
    }

    private Exchange handOut() {
        Exchange event = waiting.remove();
        underWay = new Done();
        handedOutAt = System.nanoTime();
        event.getExchangeExtension().addOnCompletion(underWay);
        return event;
    }

    @Override
    public Exchange poll() {
        lock.lock();
        try {
            return waiting.isEmpty() || isHeld() ? null : handOut();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Exchange take() throws InterruptedException {
        while (true) {
            Exchange event = poll(1, TimeUnit.MINUTES);
            if (event != null) {
                return event;
            }
        }
    }

    /** Never waits: who publishes must not be held up. */
    @Override
    public void put(Exchange event) {
        add(event);
    }

    /** Never waits: who publishes must not be held up. */
    @Override
    public boolean offer(Exchange event, long timeout, TimeUnit unit) {
        return offer(event);
    }

    /** Events that wait, without the one that the hooks have. */
    @Override
    public int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int remainingCapacity() {
        return Math.max(0, capacity - size());
    }

    @Override
    public Exchange peek() {
        lock.lock();
        try {
            return waiting.peek();
        } finally {
            lock.unlock();
        }
    }

    /** A snapshot. */
    @Override
    public Iterator<Exchange> iterator() {
        lock.lock();
        try {
            return List.copyOf(waiting).iterator();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int drainTo(Collection<? super Exchange> to) {
        return drainTo(to, Integer.MAX_VALUE);
    }

    @Override
    public int drainTo(Collection<? super Exchange> to, int most) {
        lock.lock();
        try {
            int moved = 0;
            for (; moved < most && !waiting.isEmpty(); moved++) {
                to.add(waiting.remove());
            }
            return moved;
        } finally {
            lock.unlock();
        }
    }
}
