package io.github.dingtalkcamel.component.stream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.message.Delivery;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sits between the reading threads and the route: accepts frames without waiting, passes them to the route, and answers each when the route
 * is done with it.
 * <p>
 * Promises: robot messages reach the route one after the other, and none waits until the route is done with the one before. Those of one
 * connection keep their order while the server's clock is not set back. Of those that wait at the same time, over all connections, the one
 * that DingTalk pushed first is next ({@link PushedMessage}). A click on a card is answered in time, even if the route is slow. The frames
 * in progress are bounded; a frame beyond the bound is refused, and DingTalk gets an answer that says so.
 * <p>
 * Does not promise the order of two messages of different connections where the later one has reached the route before the earlier one is
 * read: nothing tells that an earlier one is still to come.
 */
public final class FrameDispatcher {

    private static final Logger REFUSED = LoggerFactory.getLogger("dingtalk.refused");
    private static final Logger LOG = LoggerFactory.getLogger(FrameDispatcher.class);

    /** Characters of frames that the route is not done with. */
    static final int ROOM = 16 << 20;
    /** What each frame counts beside its characters: so many short ones are bounded too. */
    private static final int OVERHEAD = 1024;

    /** DingTalk waits 2 s (docs/protocol.md 6.5.6); the rest is for the way. */
    static final Duration CARD_PATIENCE = Duration.ofMillis(1_700);

    private final RouteEntry entry;
    private final Executor messages;
    private final Executor others;
    private final Scheduler scheduler;
    private final ConnectionMetrics traffic;
    private final Semaphore room = new Semaphore(ROOM);
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong received = new AtomicLong();

    /**
     * @param messages one thread, which runs those that wait by their natural order: each is a {@link PushedMessage}
     * @param others   for events and cards, whose routes may wait
     */
    FrameDispatcher(RouteEntry entry, Executor messages, Executor others, Scheduler scheduler, ConnectionMetrics traffic) {
        this.entry = entry;
        this.messages = messages;
        this.others = others;
        this.scheduler = scheduler;
        this.traffic = traffic;
    }

    /** The route. */
    @FunctionalInterface
    interface RouteEntry {

        /** @param done called once, on any thread */
        void enter(Delivery delivery, Consumer<Outcome> done);
    }

    /**
     * What the route made of it.
     *
     * @param failure why it was not taken, or null
     * @param body    what it left as the body: null, a text, a map or JSON
     */
    public record Outcome(Exception failure, Object body) {
    }

    /** Pushes that the route is not done with. */
    int underWay() {
        return underWay.get();
    }

    /** Answered once the route is done without an error, and so the message is stored; not at all when it could not be taken. */
    void message(String integration, Frame frame, Consumer<String> answer) {
        Executor inOrder = task -> messages.execute(
                new PushedMessage(frame.pushedAt(), scheduler.wallMillis(), received.incrementAndGet(), task));
        hand(inOrder, frame, outcome -> {
            Exception failure = outcome.failure();
            if (failure == null) {
                answer.accept(Ack.stored(frame.messageId()));
            } else {
                malformed(failure, frame, answer);
            }
        }, () -> Delivery.streamedMessage(integration, Body.read(frame.data())));
    }

    /** SUCCESS once it is handed on, LATER when it can't be. */
    void event(String integration, Frame frame, Consumer<String> answer) {
        hand(others, frame, outcome -> {
            Exception failure = outcome.failure();
            if (failure == null) {
                answer.accept(Ack.success(frame.messageId()));
            } else if (!malformed(failure, frame, answer)) {
                answer.accept(Ack.later(frame.messageId()));
            }
        }, () -> Delivery.streamedEvent(integration, frame.eventType(), frame.eventId(), Body.read(frame.data())));
    }

    /** Answered with what the route leaves as the body; with no change when it fails or takes too long. */
    void card(String integration, Frame frame, Consumer<String> answer) {
        AtomicBoolean answered = new AtomicBoolean();
        Consumer<String> once = response -> {
            if (answered.compareAndSet(false, true)) {
                answer.accept(response);
            }
        };
        Scheduler.Entry end = scheduler.in(CARD_PATIENCE, () -> {
            LOG.warn("A click on a card of {} was answered without a change: the route took longer than DingTalk waits", integration);
            once.accept(Ack.card(frame.messageId(), JsonNodeFactory.instance.objectNode()));
        });
        hand(others, frame, outcome -> {
            end.cancel();
            if (outcome.failure() == null || !malformed(outcome.failure(), frame, once)) {
                once.accept(Ack.card(frame.messageId(), response(outcome)));
            }
        }, () -> Delivery.streamedCard(integration, Body.read(frame.data())));
    }

    private static boolean malformed(Exception failure, Frame frame, Consumer<String> answer) {
        BadMessageException bad = ObjectHelper.getException(BadMessageException.class, failure);
        if (bad == null) {
            return false;
        }
        answer.accept(Ack.malformed(frame.messageId(), bad.getMessage()));
        return true;
    }

    private static JsonNode response(Outcome outcome) {
        JsonNode response = null;
        if (outcome.failure() == null && outcome.body() != null && !"".equals(outcome.body())) {
            try {
                response = outcome.body() instanceof String text ? Json.MAPPER.readTree(text) : Json.MAPPER.valueToTree(outcome.body());
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("The answer to a click on a card is no JSON: the card stays as it is");
            }
            if (response != null && !response.isObject()) {
                LOG.warn("The answer to a click on a card is no JSON object: the card stays as it is");
            }
        }
        return response != null && response.isObject() ? response : JsonNodeFactory.instance.objectNode();
    }

    @FunctionalInterface
    private interface Reading {
        Delivery read() throws BadMessageException;
    }

    private void hand(Executor by, Frame frame, Consumer<Outcome> done, Reading reading) {
        int size = (int) Math.min(ROOM, (long) frame.data().length() + OVERHEAD);
        if (!room.tryAcquire(size)) {
            traffic.refused.increment();
            REFUSED.warn("{} was refused: too much came in that is not stored yet", frame);
            done.accept(new Outcome(new RejectedExecutionException(), null));
            return;
        }
        underWay.incrementAndGet();
        Consumer<Outcome> ended = outcome -> {
            room.release(size);
            try {
                done.accept(outcome);
            } finally {
                underWay.decrementAndGet();
            }
        };
        try {
            by.execute(() -> enter(frame, reading, ended));
        } catch (RejectedExecutionException e) {
            ended.accept(new Outcome(e, null));
        }
    }

    private void enter(Frame frame, Reading reading, Consumer<Outcome> ended) {
        Delivery delivery;
        try {
            delivery = reading.read();
        } catch (BadMessageException e) {
            traffic.refused.increment();
            REFUSED.warn("{} was refused: {}", frame, e.getMessage());
            ended.accept(new Outcome(e, null));
            return;
        }
        try {
            entry.enter(delivery, ended);
        } catch (RuntimeException e) {
            LOG.error("{} could not be given to its route", frame, e);
            ended.accept(new Outcome(e, null));
        }
    }
}
