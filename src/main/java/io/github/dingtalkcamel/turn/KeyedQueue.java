package io.github.dingtalkcamel.turn;

import static io.github.dingtalkcamel.turn.OfferedTurn.turn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import io.github.dingtalkcamel.queue.KeyedOrder;
import io.github.dingtalkcamel.queue.SedaQueue;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * The queue behind {@code seda:turns}: hands out one exchange of a conversation at a time.
 * <p>
 * Promises: exchanges of a conversation are handed out in the order of their offers, the next one only when the previous one is done, on
 * any thread. Conversations take turns, so a busy one delays no other. Never more exchanges run at once than {@code maxRunning}, never more
 * wait than {@code capacity}, of one conversation never more than {@code conversationCapacity}. The bytes that turns hold are bounded as
 * well, from the reservation until the exchange is done. A place is {@link #reserve reserved} before a message is stored: it always fits.
 * <p>
 * A turn that only waits until DingTalk accepts its reply may {@link #yield} its running place: its conversation stays blocked, and the
 * turn counts as waiting. So does a turn that waits for its agent, which {@link RunningPlace takes a place again} before turns that have
 * not started. A turn that is {@link #stop stopped} frees its conversation at once, and counts as running until its exchange ends.
 * <p>
 * Does not promise durability: waiting exchanges are rows of the store, which are queued again at the next start.
 */
public final class KeyedQueue extends SedaQueue {

    /** Turns that may have yielded their running place at once: this bounds the memory that they hold. */
    static final int MOST_YIELDED = 2_000;

    private final int capacity;
    private final int maxRunning;
    private final long idleNanos;
    private final long maxBytes;
    private final KeyedOrder<String, Exchange> order = new KeyedOrder<>();
    private final Places places;
    private final Set<KeyedOrder.Entry<String, Exchange>> yielded = new HashSet<>();
    private final ParkedTurns parked = new ParkedTurns();
    private int running;
    private boolean closed;
    private long bytes;
    /** Since when a turn might start that no worker has come for; null where there is none. */
    private Long startableSince;

    public KeyedQueue(int capacity, int conversationCapacity, int maxRunning) {
        this(capacity, conversationCapacity, maxRunning, Duration.ZERO, Long.MAX_VALUE);
    }

    /**
     * @param idle     the least time that a poll waits while the queue is open, so that thousands of workers wake seldom
     * @param maxBytes that turns may hold together, waiting and running
     */
    public KeyedQueue(int capacity, int conversationCapacity, int maxRunning, Duration idle, long maxBytes) {
        this.maxBytes = maxBytes;
        this.capacity = capacity;
        this.maxRunning = maxRunning;
        this.idleNanos = idle.toNanos();
        this.places = new Places(capacity, conversationCapacity);
    }

    /** A place among the waiting turns, and the bytes that the turn holds. Used up by the offer of its exchange, or given back. */
    public final class Slot {

        private final String key;
        private boolean held = true;
        private volatile boolean ending;
        private long holds;

        private Slot(String key, long holds) {
            this.key = key;
            hold(holds);
        }

        /** @param soon whether its turn keeps the next one for moments only. @return whether one may have counted on that in vain */
        boolean ends(boolean soon) {
            boolean before = ending;
            ending = soon;
            return before && !soon && locked(() -> places.has(key));
        }

        /** Whether nothing keeps its turn: it is next in its conversation, where none runs or one ends, and all find running places. */
        public boolean startsAtOnce() {
            return locked(() -> {
                KeyedOrder.Entry<String, Exchange> before = order.running(key);
                return held && places.of(key) == 1 && running + places.taken() <= maxRunning
                        && (before == null || turn(before.item()).slot().ending);
            });
        }

        private void forget() {
            hold(-holds);
        }

        private void hold(long more) {
            holds += more;
            bytes += more;
        }

        KeyedQueue queue() {
            return KeyedQueue.this;
        }

        /** Gives the place back, if it was not used. @return true when it was not */
        public boolean release() {
            return locked(() -> {
                if (!held) {
                    return false;
                }
                held = false;
                forget();
                places.giveBack(key);
                return true;
            });
        }
    }

    /**
     * Takes a place for one exchange of a conversation, which holds {@code turnBytes} in memory.
     *
     * @return          null when the queue is full, in turns or in bytes, or that conversation's part of it, or when the queue is closed
     */
    public Slot reserve(String key, long turnBytes) {
        return locked(() -> closed || bytes + turnBytes > maxBytes || !places.isFree(key) ? null : place(key, turnBytes));
    }

    /** Takes a place beyond all limits: for turns that were accepted before this start. */
    public Slot reserveAnyway(String key, long turnBytes) {
        return locked(() -> place(key, turnBytes));
    }

    private Slot place(String key, long turnBytes) {
        places.take(key);
        return new Slot(key, turnBytes);
    }

    /** Queues the exchange of a {@link Turn} in the place that was reserved for it; none that another node answers. */
    @Override
    public boolean offer(Exchange exchange) {
        Turn turn = OfferedTurn.of(exchange, this);
        if (!turn.isHere()) {
            return OfferedTurn.leaveElsewhere(exchange);
        }
        changing(() -> {
            Slot slot = turn.slot();
            if (!slot.held) {
                throw new IllegalArgumentException("Turn " + turn.reference() + " was queued already");
            }
            slot.held = false;
            order.add(slot.key, exchange);
            signalWork();
        });
        return true;
    }

    @Override
    protected Exchange handOut() {
        KeyedOrder.Entry<String, Exchange> entry = closed || running >= maxRunning ? null : order.start();
        if (entry == null) {
            return null;
        }
        Exchange exchange = entry.item();
        Slot slot = turn(exchange).slot();
        places.giveBack(slot.key);
        running++;
        startableSince = null;
        exchange.getExchangeExtension().addOnCompletion(new WhenTurnEnds(() -> done(entry, slot)));
        signalWork();
        return exchange;
    }

    private void signalWork() {
        letReturn();
        boolean startable = order.canStart() && running < maxRunning;
        if (startable) {
            wake();
        }
        startableSince = startable ? startableSince == null ? Long.valueOf(System.nanoTime()) : startableSince : null;
    }

    private void letReturn() {
        while (running < maxRunning && parked.hasReady()) {
            ParkedTurns.Ready next = parked.next();
            places.giveBack(next.turn().slot().key);
            running++;
            next.then().run();
        }
    }

    /** How long turns have waited that might run, while no worker came for any: at most some milliseconds where workers work. */
    public Duration unattended() {
        return locked(() -> closed || startableSince == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - startableSince));
    }

    private void done(KeyedOrder.Entry<String, Exchange> entry, Slot slot) {
        changing(() -> {
            slot.forget();
            if (yielded.remove(entry) || parked.remove(turn(entry.item()))) {
                places.giveBack(slot.key);
            } else {
                running--;
            }
            order.remove(entry);
            signalWork();
        });
    }

    /** The running exchange of a turn's conversation if it is that turn's, else null. */
    private KeyedOrder.Entry<String, Exchange> running(Turn turn) {
        KeyedOrder.Entry<String, Exchange> entry = turn.slot().queue() == this ? order.running(turn.slot().key) : null;
        return entry != null && turn(entry.item()) == turn ? entry : null;
    }

    /**
     * A turn that only waits for DingTalk gives its running place to another conversation, and holds a waiting one until it is done. Its
     * own conversation still waits for it. Nothing happens where {@value #MOST_YIELDED} have yielded, where the reply does not fit into
     * memory, or where the conversation went past it.
     *
     * @param replyBytes what the reply holds in memory until the turn is done
     */
    public void yield(Turn turn, long replyBytes) {
        changing(() -> {
            KeyedOrder.Entry<String, Exchange> entry = running(turn);
            if (entry != null && yielded.size() < MOST_YIELDED && bytes + replyBytes <= maxBytes && yielded.add(entry)) {
                turn.slot().hold(replyBytes);
                places.take(turn.slot().key);
                running--;
                signalWork();
            }
        });
    }

    /** The turn waits for its agent: it gives its running place away and counts as waiting. Nothing where the conversation went past it. */
    void park(Turn turn) {
        changing(() -> {
            if (running(turn) != null && parked.add(turn)) {
                places.take(turn.slot().key);
                running--;
                signalWork();
            }
        });
    }

    /** The turn can continue. @param then called with the lock held once the turn has a running place again: must not block */
    void unpark(Turn turn, Runnable then) {
        changing(() -> {
            if (parked.ready(turn, then)) {
                signalWork();
            } else {
                then.run();
            }
        });
    }

    /** Hands out the conversation's next turn although this one has not ended, which still counts as running. */
    public void releaseNext(@ExchangeProperty(Turn.PROPERTY) Turn turn) {
        changing(() -> {
            KeyedOrder.Entry<String, Exchange> entry = running(turn);
            if (entry != null) {
                order.remove(entry);
                signalWork();
            }
        });
    }

    /**
     * Stops turns of one conversation: waiting ones are not handed out, the running one is asked to end, and its conversation goes past it.
     * @param which of them
     * @param by    the name of the person who stops them; null where it is not known
     */
    public Stopped stop(String key, Predicate<Turn> which, String by) {
        List<Exchange> dropped = new ArrayList<>();
        Turn ended = null;
        lock.lock();
        try {
            for (KeyedOrder.Entry<String, Exchange> entry : order.waiting(key)) {
                if (which.test(turn(entry.item()))) {
                    order.remove(entry);
                    places.giveBack(key);
                    turn(entry.item()).slot().forget();
                    dropped.add(entry.item());
                }
            }
            KeyedOrder.Entry<String, Exchange> current = order.running(key);
            if (current != null && which.test(turn(current.item()))) {
                ended = turn(current.item());
                order.remove(current);
            }
            signalWork();
        } finally {
            lock.unlock();
        }
        return Stopped.by(by, ended, dropped);
    }

    /** True while a turn of this conversation is being answered that was not stopped. */
    public boolean isRunning(String key) {
        return locked(() -> order.running(key) != null);
    }

    /** Hands out nothing more. To those who drain the queue it is empty; waiting turns stay stored. */
    public void close() {
        changing(() -> {
            closed = true;
            wakeAll();
        });
    }

    /** Turns that wait, without those whose message is being stored just now. */
    @Override
    public int size() {
        return locked(() -> closed ? 0 : order.waitingCount());
    }

    /** Turns that are answered and wait until DingTalk accepts the answer. */
    public int yielded() {
        return locked(() -> yielded.size());
    }

    /** Turns that wait for their agent, which answers others. */
    public int parked() {
        return locked(parked::size);
    }

    public int running() {
        return locked(() -> running);
    }

    public int waiting(String key) {
        return locked(() -> order.waiting(key).size());
    }

    boolean isIdle(String key) {
        return locked(() -> !places.has(key) && !order.keys().contains(key));
    }

    /** The turns that are being answered and were not stopped. */
    public List<Turn> runningTurns() {
        return locked(() -> order.running().stream().map(OfferedTurn::turn).toList());
    }

    /** Conversations that take memory here: those in which a turn waits, runs or is being stored. */
    int conversations() {
        return locked(() -> places.conversations() + (int) order.keys().stream().filter(key -> !places.has(key)).count());
    }

    public int capacity() {
        return capacity;
    }

    public int maxRunning() {
        return maxRunning;
    }

    /** True while no further turn would get a place, however short its message. */
    public boolean isFull() {
        return remainingCapacity() == 0 || bytes() + Turn.LEAST_BYTES > maxBytes;
    }

    /** Bytes that turns hold, waiting and running, by estimate. */
    public long bytes() {
        return locked(() -> bytes);
    }

    /** Bytes that they may hold. */
    public long maxBytes() {
        return maxBytes;
    }

    @Override
    public int remainingCapacity() {
        return locked(() -> places.left());
    }

    @Override
    protected List<Exchange> waiting() {
        return order.waiting();
    }

    @Override
    protected Exchange next() {
        return order.peek();
    }

    @Override
    protected long pollNanos(long asked) {
        return closed ? asked : Math.max(asked, idleNanos);
    }

    /** Always refused, as is {@link #clear}: waiting turns are stored messages that were promised an answer. */
    @Override
    public int drainTo(Collection<? super Exchange> to, int most) {
        throw new UnsupportedOperationException("Waiting turns are stored messages and will be answered: they can't be purged from memory");
    }
}
