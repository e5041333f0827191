package io.github.dingtalkcamel.hook;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

import io.github.dingtalkcamel.queue.SedaQueue;
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
public final class EventQueue extends SedaQueue {

    private final int capacity;
    private final long patienceNanos;

    private final Deque<Exchange> waiting = new ArrayDeque<>();
    private Done running;
    private long handedOutAt;

    public EventQueue(int capacity, Duration patience) {
        this.capacity = capacity;
        this.patienceNanos = patience.toNanos();
    }

    /** Ends the event that the hooks have. */
    private final class Done extends SynchronizationAdapter {

        @Override
        public void onDone(Exchange exchange) {
            lock.lock();
            try {
                if (running == this) {
                    running = null;
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

    private boolean isHeld() {
        return running != null && System.nanoTime() - handedOutAt < patienceNanos;
    }

    @Override
    protected Exchange handOut() {
        if (waiting.isEmpty() || isHeld()) {
            return null;
        }
        Exchange event = waiting.remove();
        running = new Done();
        handedOutAt = System.nanoTime();
        event.getExchangeExtension().addOnCompletion(running);
        return event;
    }

    @Override
    protected long recheckNanos() {
        return waiting.isEmpty() ? Long.MAX_VALUE : handedOutAt + patienceNanos - System.nanoTime();
    }

    @Override
    protected List<Exchange> waiting() {
        return List.copyOf(waiting);
    }

    @Override
    protected Exchange next() {
        return waiting.peek();
    }

    /** Events that wait, without the one that the hooks have. */
    @Override
    public int size() {
        return locked(() -> waiting.size());
    }

    @Override
    public int remainingCapacity() {
        return Math.max(0, capacity - size());
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
