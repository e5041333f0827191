package io.github.dingtalkcamel.turns;

import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.inbound.Delivery;
import io.github.dingtalkcamel.inbound.InboundMessage;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of {@code accept} that stores: reserves a place in the queue, inserts the message, and lets the exchange go on when that is durable.
 * <p>
 * Sets the property {@value #STORED} to {@code new} or {@code duplicate}, and for a new one the {@link Turn}. Exchanges go on one after the other, in
 * the order of their rows, so that what follows queues them in that order. The thread that delivered the message does not wait.
 * <p>
 * Until {@link #open} is called nothing goes on: what an earlier process left behind is queued first.
 */
public final class Intake extends AsyncProcessorSupport {

    /** Exchange property: what became of the message at the store. */
    public static final String STORED = "CamelDingTalkStored";

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final Inbox inbox;
    private final KeyedQueue queue;
    private final ExecutorService inOrder;
    private final CountDownLatch opened = new CountDownLatch(1);

    public Intake(Inbox inbox, KeyedQueue queue) {
        this.inbox = inbox;
        this.queue = queue;
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

    /** Lets go on what was stored: the turns of an earlier process are queued by now. */
    public void open() {
        opened.countDown();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        String payload = exchange.getProperty(InboundMessage.PAYLOAD, String.class);
        KeyedQueue.Slot slot = queue.reserve(Turn.key(message));
        if (slot == null) {
            refuseUnlessKnown(exchange, message);
            callback.done(true);
            return true;
        }
        inbox.add(message, payload, exchange.getProperty(Delivery.PROPERTY, Delivery.class)).whenCompleteAsync((row, failure) -> {
            stored(exchange, message, slot, row, failure);
            callback.done(false);
        }, inOrder);
        return false;
    }

    private static void stored(Exchange exchange, InboundMessage message, KeyedQueue.Slot slot, OptionalLong row, Throwable failure) {
        exchange.removeProperty(InboundMessage.PAYLOAD);
        if (failure != null) {
            slot.release();
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            exchange.setException(cause);
        } else if (row.isEmpty()) {
            slot.release();
            exchange.setProperty(STORED, "duplicate");
        } else {
            Turn turn = new Turn(row.getAsLong(), message, slot, null);
            exchange.setProperty(STORED, "new");
            exchange.setProperty(Turns.STORED_MILLIS, exchange.getClock().elapsed());
            exchange.setProperty(Turn.PROPERTY, turn);
            exchange.getExchangeExtension().addOnCompletion(new QueuedOrSaid(turn));
        }
    }

    /** A route that stores a turn and does not queue it is somebody's edit gone wrong: that must show, and its place must not stay taken. */
    private static final class QueuedOrSaid extends SynchronizationAdapter {

        private final Turn turn;

        QueuedOrSaid(Turn turn) {
            this.turn = turn;
        }

        @Override
        public void onDone(Exchange exchange) {
            if (turn.slot().release()) {
                LOG.error("Turn {} is stored, but its route did not send it to seda:turns: the next start takes it up", turn.reference());
            }
        }
    }

    /** A message that was accepted before is answered as before, also while there is no place for a new one. */
    private void refuseUnlessKnown(Exchange exchange, InboundMessage message) {
        try {
            if (inbox.holds(message.integration(), message.msgId())) {
                exchange.setProperty(STORED, "duplicate");
            } else {
                exchange.setException(new QueueFullException());
            }
        } catch (StoreException e) {
            exchange.setException(e);
        }
    }

    @Override
    protected void doShutdown() {
        open();
        inOrder.shutdown();
    }
}
