package io.github.dingtalkcamel.turn;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code inbound-message} that store: reserve a place in a queue, insert the message, and let the exchange continue when that is durable.
 * Messages for agents have their place in the turns' queue; commands and refusals have a queue of their own, so they are accepted while the other is full.
 * <p>
 * Sets the property {@value Turn#PROPERTY} to the {@link Turn} of a new message; a duplicate, and a refusal that is not due, get none. Exchanges continue
 * one after the other, in the order of their rows, so that what follows queues them in that order. The thread that delivered the message does not
 * wait.
 * <p>
 * Nothing is accepted before {@link #open} is called: turns that an earlier process left behind are queued first.
 */
public final class Intake implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final Inbox inbox;
    private final KeyedQueue turns;
    private final KeyedQueue commands;
    private final ExecutorService inOrder;
    private final CountDownLatch opened = new CountDownLatch(1);

    /**
     * @param turns    the queue behind {@code seda:turns}
     * @param commands the queue behind {@code seda:commands}
     */
    public Intake(Inbox inbox, KeyedQueue turns, KeyedQueue commands) {
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

    /** The turns of an earlier process are queued: stored messages continue from now on. */
    public void open() {
        opened.countDown();
    }

    /** The step that stores what agents are to answer. */
    public AsyncProcessor turns() {
        return new Step(Turn.Kind.TURN, turns);
    }

    /** The step that stores commands. */
    public AsyncProcessor commands() {
        return new Step(Turn.Kind.COMMAND, commands);
    }

    /** The step that stores a message whose sender is denied, unless the sender was told so within the hour. */
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
            String payload = exchange.getProperty(InboundMessage.PAYLOAD, String.class);
            KeyedQueue.Slot slot = queue.reserve(Turn.key(message), Turn.bytes(payload));
            if (slot == null) {
                refuseUnlessKnown(exchange, message);
                callback.done(true);
                return true;
            }
            inbox.add(kind, message, payload, exchange.getProperty(Delivery.PROPERTY, Delivery.class)).whenCompleteAsync((added, failure) -> {
                try {
                    stored(exchange, message, slot, added, failure);
                    callback.done(false);
                } catch (RuntimeException | Error e) {
                    // a future would swallow it
                    LOG.error("What follows the storing of a message failed", e);
                }
            }, inOrder);
            return false;
        }

        private void stored(Exchange exchange, InboundMessage message, KeyedQueue.Slot slot, OptionalLong row, Throwable failure) {
            exchange.removeProperty(InboundMessage.PAYLOAD);
            if (failure != null) {
                slot.release();
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
                exchange.setException(cause);
            } else if (row.isEmpty()) {
                slot.release();
            } else {
                Turn turn = new Turn(row.getAsLong(), kind, message, slot, null, new Cancellation());
                exchange.setProperty(Turns.STORED_MILLIS, exchange.getClock().elapsed());
                exchange.setProperty(Turn.PROPERTY, turn);
                exchange.getExchangeExtension().addOnCompletion(new QueuedOrSaid(turn));
            }
        }
    }

    /** A route that stores a turn and does not queue it was edited wrongly: that is reported, and the turn's place is freed. */
    private static final class QueuedOrSaid extends SynchronizationAdapter {

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
        }
    }

    /** A message that was accepted before is answered as before, also while there is no place for a new one. */
    private void refuseUnlessKnown(Exchange exchange, InboundMessage message) {
        try {
            if (!inbox.holds(message.integration(), message.msgId())) {
                exchange.setException(new QueueFullException());
            }
        } catch (StoreException e) {
            exchange.setException(e);
        }
    }

    /** Messages that are stored still continue; no more are accepted. */
    @Override
    public void close() {
        open();
        inOrder.shutdown();
    }
}
