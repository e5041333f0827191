package io.github.dingtalkcamel.hook;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.queue.SedaQueue;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The queue behind {@code seda:dingtalk-events}: hands out one event at a time, the next when every hook is done with it.
 * <p>
 * Promises: each hook gets the events in the order of their offers. Never more than {@code capacity} wait. Events of our own take no more
 * than half of
 * the places, so that however many there are, DingTalk's find room. The bytes that waiting events hold are bounded likewise, but one event
 * always fits.
 * <p>
 * Does not promise: durability; that a slow hook delays no other; to wait for a hook for longer than {@code patience}: then the next one is
 * handed out.
 */
public final class EventQueue extends SedaQueue {

    private final int capacity;
    private final long patienceNanos;
    private final long maxBytes;

    private final LongSupplier nanoTime;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long bytes;
    private Done running;
    private long handedOutAt;

    private record Waiting(Exchange event, long bytes) {
    }

    public EventQueue(int capacity, Duration patience) {
        this(capacity, patience, Long.MAX_VALUE);
    }

    /** @param maxBytes that waiting events may hold together, by the estimate of {@link HeapSize} */
    public EventQueue(int capacity, Duration patience, long maxBytes) {
        this(capacity, patience, maxBytes, System::nanoTime);
    }

    EventQueue(int capacity, Duration patience, long maxBytes, LongSupplier nanoTime) {
        this.maxBytes = maxBytes;
        this.capacity = capacity;
        this.patienceNanos = patience.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Ends the event that the hooks have. */
    private final class Done extends SynchronizationAdapter {

        @Override
        public void onDone(Exchange exchange) {
            lock.lock();
            try {
                if (running == this) {
                    running = null;
                    wakeAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Queues an event of DingTalk. @return false when there is no room */
    @Override
    public boolean offer(Exchange event) {
        return offer(event, capacity, maxBytes);
    }

    /** Queues an event of DingTalk. @throws HooksFullException when there is no room */
    @Override
    public boolean add(Exchange event) {
        if (!offer(event)) {
            throw new HooksFullException();
        }
        return true;
    }

    /** Queues an event of our own. @return false when there is no room for those */
    public boolean offerOwn(Exchange event) {
        return offer(event, capacity / 2, maxBytes / 2);
    }

    private boolean offer(Exchange event, int places, long room) {
        // what the event says is in its body; the whole delivery would stay in memory
        event.removeProperty(Delivery.PROPERTY);
        long size = HeapSize.of(event.getMessage().getBody());
        lock.lock();
        try {
            if (waiting.size() >= places || !waiting.isEmpty() && bytes + size > room) {
                return false;
            }
            waiting.add(new Waiting(event, size));
            bytes += size;
            wake();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isHeld() {
        return running != null && nanoTime.getAsLong() - handedOutAt < patienceNanos;
    }

    private Exchange removeFirst() {
        Waiting first = waiting.remove();
        bytes -= first.bytes();
        return first.event();
    }

    @Override
    protected Exchange handOut() {
        if (waiting.isEmpty() || isHeld()) {
            return null;
        }
        Exchange event = removeFirst();
        running = new Done();
        handedOutAt = nanoTime.getAsLong();
        event.getExchangeExtension().addOnCompletion(running);
        return event;
    }

    @Override
    protected long recheckNanos() {
        return waiting.isEmpty() ? Long.MAX_VALUE : handedOutAt + patienceNanos - nanoTime.getAsLong();
    }

    @Override
    protected List<Exchange> waiting() {
        return waiting.stream().map(Waiting::event).toList();
    }

    @Override
    protected Exchange next() {
        return waiting.isEmpty() ? null : waiting.peek().event();
    }

    /** Events that wait, without the one that the hooks have. */
    @Override
    public int size() {
        return locked(() -> waiting.size());
    }

    /** Bytes that waiting events hold, by estimate. */
    public long bytes() {
        return locked(() -> bytes);
    }

    /** Bytes that they may hold. */
    public long maxBytes() {
        return maxBytes;
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
                to.add(removeFirst());
            }
            return moved;
        } finally {
            lock.unlock();
        }
    }
}
