package io.github.dingtalkcamel.turn;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.tracing.TraceContext;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of route {@code inbound-message} that store a message: reserve a place in a queue, insert the row, and continue the exchange
 * when the row is durable. Messages for agents have their place in the queue of turns; commands and refusals have a queue of their own, so
 * that they are accepted while the queue of turns is full.
 * <p>
 * Sets the property {@value Turn#PROPERTY} to the {@link Turn} of a new message; a duplicate, and a refusal that is not due, get none.
 * Exchanges continue one after the other, in the order of their rows, so that the following steps queue them in that order. The thread
 * that delivered the message does not wait.
 * <p>
 * No exchange continues before {@link #open} is called: turns that an earlier process left unfinished are queued first.
 */
public final class Intake implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final Inbox inbox;
    private final KeyedQueue turns;
    private final KeyedQueue commands;
    private final Leases leases;
    private final EarlyStarts starts;
    private final ExecutorService inOrder;
    private final CountDownLatch opened = new CountDownLatch(1);

    /**
     * @param turns    the queue behind {@code seda:turns}
     * @param commands the queue behind {@code seda:commands}
     */
    public Intake(Inbox inbox, KeyedQueue turns, KeyedQueue commands) {
        this(inbox, turns, commands, Leases.ALONE, null);
    }

    /**
     * @param leases which node works on a conversation
     * @param starts the turns that are stored as running, or null to store none so
     */
    Intake(Inbox inbox, KeyedQueue turns, KeyedQueue commands, Leases leases, EarlyStarts starts) {
        this.leases = leases;
        this.starts = starts;
        this.inbox = inbox;
        this.turns = turns;
        this.commands = commands;
        this.inOrder = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "dingtalk-accepted");
            thread.setDaemon(true);
            return thread;
        });
        this.inOrder.execute(this::awaitOpening);
    }

    private void awaitOpening() {
        try {
            opened.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Continues the exchanges whose messages are stored: the turns of an earlier process are queued by now. */
    public void open() {
        opened.countDown();
    }

    /** Runs tasks between the steps that queue what is stored, in the order of their submission. */
    Executor inOrder() {
        return inOrder;
    }

    /** The step that stores messages for agents. */
    public AsyncProcessor turns() {
        return new Step(Turn.Kind.TURN, turns);
    }

    /** The step that stores commands. */
    public AsyncProcessor commands() {
        return new Step(Turn.Kind.COMMAND, commands);
    }

    /** The step that stores a message of a denied sender, unless the sender got a refusal within the last hour. */
    public AsyncProcessor refusals() {
        return new Step(Turn.Kind.REFUSAL, commands);
    }

    private final class Step extends AsyncProcessorSupport {

        private final Turn.Kind kind;
        private final KeyedQueue queue;

        Step(Turn.Kind kind, KeyedQueue queue) {
            this.kind = kind;
            this.queue = queue;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
            Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
            String payload = delivery.content().json().toString();
            KeyedQueue.Slot slot = queue.reserve(Turn.key(message), Turn.bytes(payload));
            if (slot != null && kind == Turn.Kind.TURN && leases.isQueueFull()) {
                slot.release();
                slot = null;
            }
            if (slot == null) {
                refuseUnlessKnown(exchange, message);
                callback.done(true);
                return true;
            }
            // not by a future: two threads could attach what follows in another order than that of their rows
            KeyedQueue.Slot place = slot;
            String traceparent = TraceContext.traceparent(exchange);
            inbox.add(kind, message, payload, delivery, traceparent, () -> startsAtOnce(place), (stored, failure) -> {
                EarlyStart start = stored != null && stored.isRunning() ? starts.stored(stored.row().getAsLong(), Turn.key(message)) : null;
                inOrder.execute(() -> resume(exchange, callback, message, place, stored, start, failure));
            });
            return false;
        }

        /**
         * Asked while the message is written. Nodes that share the store read from it which turns run and wait, and whose the conversation
         * is. Before {@link #open} nothing starts.
         */
        private boolean startsAtOnce(KeyedQueue.Slot slot) {
            return kind == Turn.Kind.TURN && starts != null && starts.isOpen() && !leases.isShared() && opened.getCount() == 0
                    && slot.startsAtOnce();
        }

        private void resume(Exchange exchange, AsyncCallback callback, InboundMessage message, KeyedQueue.Slot slot, StoredMessage outcome,
                EarlyStart early, Throwable failure) {
            try {
                stored(exchange, message, slot, outcome, early, failure);
                callback.done(false);
            } catch (RuntimeException | Error e) {
                // the executor would keep it to itself
                LOG.error("The steps after the storing of a message failed", e);
            }
        }

        private void stored(Exchange exchange, InboundMessage message, KeyedQueue.Slot slot, StoredMessage outcome, EarlyStart early,
                Throwable failure) {
            if (failure != null || outcome.isFull()) {
                slot.release();
                exchange.setException(failure != null ? failure : new QueueFullException());
            } else if (outcome.row().isEmpty()) {
                slot.release();
            } else {
                Lease lease = kind == Turn.Kind.TURN ? leases.admit(outcome.arrival()) : leases.ofNode();
                if (!lease.isHere()) {
                    slot.release();
                }
                Turn turn = new Turn(outcome.row().getAsLong(), kind, message, slot, null, new Cancellation(),
                        TraceContext.traceparent(exchange), lease, early);
                exchange.setProperty(Turns.STORED_MILLIS, exchange.getClock().elapsed());
                exchange.setProperty(Turn.PROPERTY, turn);
                if (lease.isHere()) {
                    exchange.getExchangeExtension().addOnCompletion(new QueuedOrSaid(turn));
                }
            }
        }
    }

    /** A route that stores a turn and does not queue it was edited wrongly: that is reported, and the turn's place is freed. */
    private final class QueuedOrSaid extends SynchronizationAdapter {

        private final Turn turn;

        QueuedOrSaid(Turn turn) {
            this.turn = turn;
        }

        @Override
        public void onDone(Exchange exchange) {
            if (turn.slot().release()) {
                LOG.error("Turn {} is stored, but its route did not send it to seda:{}: the next start resumes it", turn.reference(),
                        turn.kind() == Turn.Kind.TURN ? "turns" : "commands");
            }
            if (turn.early() != null) {
                starts.forget(turn.early());
            }
        }
    }

    /** A message that was accepted before is answered as before, also while the queue is full. */
    private void refuseUnlessKnown(Exchange exchange, InboundMessage message) {
        try {
            if (!inbox.holds(message.integration(), message.msgId())) {
                exchange.setException(new QueueFullException());
            }
        } catch (StoreException e) {
            exchange.setException(e);
        }
    }

    /** No message is stored as running any more. Turns that have not started do not count as tried. */
    void closeEarlyStarts() {
        if (starts != null && !leases.isShared()) {
            starts.close();
        }
    }

    /** Exchanges whose messages are stored still continue; later ones do not. */
    @Override
    public void close() {
        open();
        inOrder.shutdown();
    }
}
