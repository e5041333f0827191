package io.github.dingtalkcamel.outbox;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

import io.github.dingtalkcamel.cluster.Claims;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the events of the {@link Outbox} to the route that sends them, one after the other in their order.
 * <p>
 * Promises: the next event is handed out only when the one before it was sent. After a failure none is, for a second, then for twice as
 * long each time, up to ten; the same event comes first then, for as long as it takes.
 * <p>
 * Does not promise: delivery once only. What was sent is deleted a batch at a time, so after a crash up to {@value #BATCH} events, and
 * after a failed deletion those of it, are sent again.
 */
public final class OutboxRelay {

    /** Exchange property: the event that is being sent. */
    public static final String ENTRY = "CamelDingTalkOutboxEntry";

    static final int BATCH = 100;
    private static final String CLAIM = "outbox";
    private static final long BATCH_CHARACTERS = 4L << 20;
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);

    private final Outbox outbox;
    private final InstantSource clock;
    private final Deque<Outbox.Entry> page = new ArrayDeque<>();
    private final List<Long> sent = new ArrayList<>();
    private long pause;
    private long pausedUntil;
    private volatile boolean closed;
    private boolean isSending;
    private final Claims claims;
    private long claim;

    public OutboxRelay(Outbox outbox, InstantSource clock) {
        this(outbox, clock, Claims.ALONE);
    }

    /** @param claims which node relays */
    public OutboxRelay(Outbox outbox, InstantSource clock, Claims claims) {
        this.claims = claims;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * The events that wait, each read when the one before it was sent. Ends behind the last one, after a failure, and while the relay
     * pauses.
     */
    public Iterator<Outbox.Entry> waiting() {
        return new Iterator<>() {
            private boolean ended;

            @Override
            public boolean hasNext() {
                ended = ended || isPaused() || !fill();
                return !ended;
            }

            @Override
            public Outbox.Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                synchronized (OutboxRelay.this) {
                    isSending = true;
                    return page.peek();
                }
            }
        };
    }

    private synchronized boolean isPaused() {
        return closed || !outbox.isOn() || clock.millis() < pausedUntil || !isClaimed();
    }

    /** Whether this node is the one that relays. What it read before another node did counts no more. */
    private boolean isClaimed() throws StoreException {
        long now = claims.hold(CLAIM);
        if (now != claim) {
            page.clear();
            claim = now;
        }
        return now != 0;
    }

    /** Whether there is an event at the head of the page. What was sent is deleted when a page is used up. */
    private synchronized boolean fill() throws StoreException {
        if (page.isEmpty()) {
            forgetSent();
            page.addAll(outbox.waiting(BATCH, BATCH_CHARACTERS));
        }
        return !page.isEmpty();
    }

    private void forgetSent() throws StoreException {
        if (!sent.isEmpty()) {
            outbox.delete(sent);
            sent.clear();
        }
    }

    /** The endpoint took the event. */
    public synchronized void sent(@ExchangeProperty(ENTRY) Outbox.Entry entry) throws StoreException {
        isSending = false;
        page.remove(entry);
        sent.add(entry.id());
        if (closed) {
            leave();
        }
        if (pause > 0) {
            LOG.info("Events of the outbox are delivered again");
            pause = 0;
        }
    }

    /** The endpoint did not take the event: it is the first one after the pause. */
    public synchronized void failed(Exchange exchange, @ExchangeProperty(ENTRY) Outbox.Entry entry) {
        Exception failure = Failure.of(exchange, Exception.class);
        if (pause == 0) {
            LOG.warn("Events of the outbox can't be delivered: they wait in the store, and are tried again for as long as it takes. Event "
                    + "{} ({}): {}", entry.eventId(), entry.eventType(), KnownSecrets.clean(String.valueOf(failure)), failure);
        }
        pause = pause == 0 ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
        pausedUntil = clock.millis() + pause;
        page.clear();
        isSending = false;
        if (closed) {
            leave();
            return;
        }
        try {
            forgetSent();
        } catch (StoreException e) {
            LOG.warn("Events that were delivered can't be deleted yet: {}", e.getMessage());
        }
    }

    /** Hands out nothing more, and deletes what was sent. Another node relays as soon as no event is being sent here. */
    public synchronized void close() {
        closed = true;
        leave();
    }

    private void leave() {
        try {
            forgetSent();
            if (!isSending) {
                claims.release(CLAIM);
            }
        } catch (StoreException e) {
            LOG.warn("Events that were delivered can't be deleted, and are delivered again after the next start: {}", e.getMessage());
        }
    }
}
