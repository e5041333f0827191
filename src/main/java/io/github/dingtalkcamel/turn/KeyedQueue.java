package io.github.dingtalkcamel.turn;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.support.UnitOfWorkHelper;

/**
 * The queue behind {@code seda:turns}: hands out one exchange of a conversation at a time (contract 5, "Order and routing").
 * <p>
 * Promises: exchanges of one conversation are handed out in the order of their offers, the next one only when the one before is done, however long that
 * takes and on whatever thread it ends. Conversations take turns, so a busy one delays no other. Never more exchanges run at once than
 * {@code maxRunning}, never more wait than {@code capacity}, of one conversation never more than {@code conversationCapacity}.
 * <p>
 * A turn that only waits for DingTalk to take its reply may {@link #yield} its running place: its conversation stays held, and it counts among the waiting.
 * <p>
 * Does not promise durability: waiting exchanges are rows of the store, which hands them in again at the next start.
 * <p>
 * A place is {@link #reserve reserved} before a message is stored, so that what is stored always fits.
 * <p>
 * A turn that is {@link #stop stopped} frees its conversation at once, and counts as running until its exchange is really over: so what runs stays bounded.
 */
public final class KeyedQueue extends AbstractQueue<Exchange> implements BlockingQueue<Exchange> {

    /** Turns that may have yielded their running place at once: what they hold in memory has to end somewhere. */
    static final int MOST_YIELDED = 2_000;

    private final int capacity;
    private final int conversationCapacity;
    private final int maxRunning;
    private final long idleNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private int taken;
    private int queued;
    private int running;
    private final Set<Exchange> yielded = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean closed;

    public KeyedQueue(int capacity, int conversationCapacity, int maxRunning) {
        this(capacity, conversationCapacity, maxRunning, Duration.ZERO);
    }

    /**
     * @param idle how long a poll waits at least while the queue is open. Thousands of workers wake seldom then, and those of a closed queue still end at once:
     *             Camel knows one time-out for all of it, and sleeps as long before its first poll
     */
    public KeyedQueue(int capacity, int conversationCapacity, int maxRunning, Duration idle) {
        this.capacity = capacity;
        this.conversationCapacity = conversationCapacity;
        this.maxRunning = maxRunning;
        this.idleNanos = idle.toNanos();
    }

    /** One conversation: what waits in it, in order. Exists while there is something to know of it. */
    private static final class Lane {
        final String key;
        final Deque<Exchange> waiting = new ArrayDeque<>();
        int taken;
        /** The exchange that the lane waits for, or null. */
        Exchange running;

        Lane(String key) {
            this.key = key;
        }
    }

    /** A place among the waiting turns. Used up by the offer of its exchange, or given back. */
    public final class Slot {

        private final Lane lane;
        private boolean held = true;

        private Slot(Lane lane) {
            this.lane = lane;
        }

        private KeyedQueue queue() {
            return KeyedQueue.this;
        }

        /**
         * Gives the place back, if it was not used.
         *
         * @return true when it was not
         */
        public boolean release() {
            lock.lock();
            try {
                if (!held) {
                    return false;
                }
                held = false;
                vacate(lane);
                forget(lane);
                return true;
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * A turn gives its running place to another conversation, and holds one among the waiting until it is done: it only waits for DingTalk now. What follows
     * in its own conversation goes on waiting for it. Nothing happens where {@value #MOST_YIELDED} have yielded, or where the conversation went on past it.
     */
    public void yield(Turn turn) {
        lock.lock();
        try {
            Lane lane = turn.slot().lane;
            Exchange exchange = lane.running;
            if (exchange != null && turn(exchange) == turn && turn.slot().queue() == this && yielded.size() < MOST_YIELDED && yielded.add(exchange)) {
                lane.taken++;
                taken++;
                running--;
                if (!ready.isEmpty()) {
                    work.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a place for one exchange of a conversation.
     *
     * @return null when the queue is full, or that conversation's part of it, or when the queue is closed
     */
    public Slot reserve(String key) {
        lock.lock();
        try {
            Lane lane = lanes.get(key);
            if (closed || taken >= capacity || lane != null && lane.taken >= conversationCapacity) {
                return null;
            }
            return place(key);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a place whatever the limits say: for turns that were accepted before this start. */
    public Slot reserveAnyway(String key) {
        lock.lock();
        try {
            return place(key);
        } finally {
            lock.unlock();
        }
    }

    private Slot place(String key) {
        Lane lane = lanes.computeIfAbsent(key, Lane::new);
        taken++;
        lane.taken++;
        return new Slot(lane);
    }

    /** Queues the exchange of a {@link Turn} in the place that was reserved for it. */
    @Override
    public boolean offer(Exchange exchange) {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn == null) {
            throw new IllegalArgumentException("seda:turns and seda:commands take stored messages only: send to direct:accept instead");
        }
        if (turn.slot().queue() != this) {
            // so that a command never reaches an agent, whatever somebody's edit of a route says
            throw new IllegalArgumentException("Turn " + turn.reference() + " has its place in another queue");
        }
        lock.lock();
        try {
            Slot slot = turn.slot();
            if (!slot.held) {
                throw new IllegalArgumentException("Turn " + turn.reference() + " was queued already");
            }
            slot.held = false;
            Lane lane = slot.lane;
            lane.waiting.add(exchange);
            queued++;
            if (lane.running == null && lane.waiting.size() == 1) {
                ready.add(lane);
                work.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Exchange poll(long timeout, TimeUnit unit) throws InterruptedException {
        long asked = unit.toNanos(timeout);
        long nanos = Math.max(asked, idleNanos);
        lock.lockInterruptibly();
        try {
            while (closed || ready.isEmpty() || running >= maxRunning) {
                if (closed) {
                    nanos = Math.min(nanos, asked);
                }
                if (nanos <= 0) {
                    return null;
                }
                nanos = work.awaitNanos(nanos);
            }
            return handOut();
        } finally {
            lock.unlock();
        }
    }

    private Exchange handOut() {
        Lane lane = ready.remove();
        Exchange exchange = lane.waiting.remove();
        queued--;
        vacate(lane);
        lane.running = exchange;
        running++;
        exchange.getExchangeExtension().addOnCompletion(new Done(lane, exchange));
        if (!ready.isEmpty() && running < maxRunning) {
            work.signal();
        }
        return exchange;
    }

    private void done(Lane lane, Exchange exchange) {
        lock.lock();
        try {
            if (yielded.remove(exchange)) {
                vacate(lane);
            } else {
                running--;
            }
            free(lane, exchange);
            forget(lane);
            if (!ready.isEmpty()) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The lane goes on to its next exchange, unless it did so before. */
    private void free(Lane lane, Exchange exchange) {
        if (lane.running != exchange) {
            return;
        }
        lane.running = null;
        if (!lane.waiting.isEmpty()) {
            ready.add(lane);
        }
        forget(lane);
    }

    /**
     * What was stopped in a conversation.
     *
     * @param running the turn that was being answered, or null
     * @param dropped those that waited, in their order
     */
    public record Stopped(Turn running, List<Turn> dropped) {

        /** Whether there was nothing to stop. */
        public boolean isNothing() {
            return running == null && dropped.isEmpty();
        }
    }

    /**
     * Stops turns of one conversation: those that wait are handed out no more, and the conversation goes on past the one that runs, which is told to end.
     *
     * @param which of them
     */
    public Stopped stop(String key, Predicate<Turn> which) {
        List<Exchange> dropped = new ArrayList<>();
        Turn ended = null;
        lock.lock();
        try {
            Lane lane = lanes.get(key);
            if (lane == null) {
                return new Stopped(null, List.of());
            }
            for (Iterator<Exchange> waiting = lane.waiting.iterator(); waiting.hasNext();) {
                Exchange exchange = waiting.next();
                if (which.test(turn(exchange))) {
                    waiting.remove();
                    dropped.add(exchange);
                    queued--;
                    vacate(lane);
                }
            }
            if (lane.waiting.isEmpty()) {
                ready.remove(lane);
            }
            if (lane.running != null && which.test(turn(lane.running))) {
                ended = turn(lane.running);
                free(lane, lane.running);
            } else {
                forget(lane);
            }
            if (!ready.isEmpty()) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
        if (ended != null) {
            ended.cancellation().stop();
        }
        List<Turn> turns = dropped.stream().map(KeyedQueue::turn).toList();
        turns.forEach(turn -> turn.cancellation().stop());
        // nobody else will end them
        dropped.forEach(exchange -> UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions()));
        return new Stopped(ended, turns);
    }

    /** The conversation goes on past this turn, which is as good as done: what is left of it need not hold up the next one. It still counts as running. */
    public void goOn(@ExchangeProperty(Turn.PROPERTY) Turn turn) {
        lock.lock();
        try {
            Lane lane = turn.slot().lane;
            if (lane.running != null && turn(lane.running) == turn) {
                free(lane, lane.running);
                if (!ready.isEmpty()) {
                    work.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static Turn turn(Exchange exchange) {
        return exchange.getProperty(Turn.PROPERTY, Turn.class);
    }

    /** True while a turn of this conversation is being answered that nobody has stopped. */
    public boolean isRunning(String key) {
        lock.lock();
        try {
            Lane lane = lanes.get(key);
            return lane != null && lane.running != null;
        } finally {
            lock.unlock();
        }
    }

    private void vacate(Lane lane) {
        taken--;
        lane.taken--;
    }

    private void forget(Lane lane) {
        if (lane.taken == 0 && lane.running == null) {
            lanes.remove(lane.key, lane);
        }
    }

    /** Frees the conversation when the exchange is done, success or failure. */
    private final class Done extends SynchronizationAdapter {

        private final Lane lane;
        private final Exchange exchange;

        Done(Lane lane, Exchange exchange) {
            this.lane = lane;
            this.exchange = exchange;
        }

        @Override
        public void onDone(Exchange ended) {
            done(lane, exchange);
        }

        @Override
        public boolean allowHandover() {
            // the turn ends with its own exchange, not with a copy that some route sends elsewhere
            return false;
        }
    }

    /** Hands out nothing more. To those who drain the queue it is empty; what waits stays stored. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Turns that wait, without those whose message is being stored just now. */
    @Override
    public int size() {
        lock.lock();
        try {
            return closed ? 0 : queued;
        } finally {
            lock.unlock();
        }
    }

    /** Turns that are answered and wait for DingTalk to take the answer. */
    public int yielded() {
        lock.lock();
        try {
            return yielded.size();
        } finally {
            lock.unlock();
        }
    }

    /** Turns being answered. */
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Turns of one conversation that wait. */
    public int waiting(String key) {
        lock.lock();
        try {
            Lane lane = lanes.get(key);
            return lane == null ? 0 : lane.waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Conversations of which it knows: those in which something waits, runs or is being stored. */
    public int conversations() {
        lock.lock();
        try {
            return lanes.size();
        } finally {
            lock.unlock();
        }
    }

    public int capacity() {
        return capacity;
    }

    public int maxRunning() {
        return maxRunning;
    }

    /** True while no further turn would get a place. */
    public boolean isFull() {
        return remainingCapacity() == 0;
    }

    @Override
    public int remainingCapacity() {
        lock.lock();
        try {
            return Math.max(0, capacity - taken);
        } finally {
            lock.unlock();
        }
    }

    /** A snapshot: conversation after conversation, each in its order. */
    @Override
    public Iterator<Exchange> iterator() {
        lock.lock();
        try {
            List<Exchange> all = new ArrayList<>(queued);
            lanes.values().forEach(lane -> all.addAll(lane.waiting));
            return List.copyOf(all).iterator();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Exchange peek() {
        lock.lock();
        try {
            return ready.isEmpty() ? null : ready.peek().waiting.peek();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Exchange poll() {
        lock.lock();
        try {
            return closed || ready.isEmpty() || running >= maxRunning ? null : handOut();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Exchange take() throws InterruptedException {
        while (true) {
            Exchange exchange = poll(1, TimeUnit.MINUTES);
            if (exchange != null) {
                return exchange;
            }
        }
    }

    /** Never waits: the place was reserved. */
    @Override
    public void put(Exchange exchange) {
        offer(exchange);
    }

    /** Never waits: the place was reserved. */
    @Override
    public boolean offer(Exchange exchange, long timeout, TimeUnit unit) {
        return offer(exchange);
    }

    @Override
    public int drainTo(Collection<? super Exchange> to) {
        throw stored();
    }

    @Override
    public int drainTo(Collection<? super Exchange> to, int most) {
        throw stored();
    }

    @Override
    public void clear() {
        throw stored();
    }

    private static UnsupportedOperationException stored() {
        return new UnsupportedOperationException("Waiting turns are stored messages that were promised an answer: they can't be purged from memory");
    }
}
