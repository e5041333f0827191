package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.api.ApiErrorException;
import io.github.dingtalkcamel.simulator.api.CardApi;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatedRobotMessage;
import io.github.dingtalkcamel.simulator.platform.Transport;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/**
 * Pushes over Stream connections and waits for the answers; repeats robot messages as {@link Redelivery} says (docs/protocol.md 2.7, 9.6).
 */
public final class StreamPush {

    /** docs/protocol.md 6.5.6: later answers to card callbacks are of no use. */
    static final Duration CARD_DEADLINE = Duration.ofSeconds(2);

    private static final int MAX_WAITING_REPEATS = 10_000;

    private final Vertx vertx;
    private final Platform platform;
    private final SimulatedConnections openConnections;
    private final Duration timeout;
    private final AtomicInteger waitingRepeats = new AtomicInteger();
    private volatile Redelivery redelivery = Redelivery.none();

    StreamPush(Vertx vertx, Platform platform, SimulatedConnections openConnections, Duration timeout) {
        this.vertx = vertx;
        this.platform = platform;
        this.openConnections = openConnections;
        this.timeout = timeout;
    }

    /** Where a push went and what came back. */
    record Outcome(String connectionId, String messageId, SimulatedAck ack, String fault, Duration took) {

        static Outcome nowhere(String why) {
            return new Outcome(null, null, null, why, Duration.ZERO);
        }

        int code() {
            return ack == null ? 0 : ack.code();
        }

        String data() {
            return ack == null || ack.data() == null ? "" : ack.data();
        }

        PushResult sent(SimulatedRobotMessage message, String payload) {
            return new PushResult(code(), data(), null, fault, message == null ? null : message.msgId(),
                    message == null ? null : message.conversationId(), message == null ? null
                    : message.sessionWebhook(), payload, took, Transport.STREAM, connectionId, messageId);
        }
    }

    void redelivery(Redelivery itsRedelivery) {
        redelivery = itsRedelivery;
    }

    public boolean canReach(SimulatedApp app) {
        return openConnections.anyTakes(app.appKey(), Subscription.MESSAGES);
    }

    boolean canTellEvents(SimulatedApp app) {
        return openConnections.anyTakes(app.appKey(), Subscription.EVENTS);
    }

    /** To this connection in any state, or to any open one for null; without one the message is lost. */
    public Future<PushResult> message(SimulatedApp app, SimulatedRobotMessage message, String connectionId) {
        SimulatedConnection connection = connectionId == null ? openConnections.pick(app.appKey(), Subscription.MESSAGES, null)
                : openConnections.byId(connectionId);
        if (connection == null) {
            return Future.succeededFuture(Outcome.nowhere("no open Stream connection of app " + app.appKey() + " takes robot messages")
                    .sent(message, message.json()));
        }
        SimulatedFrame frame = frame(app, message, connection);
        Future<SimulatedAck> ack = connection.push(frame);
        Redelivery mode = redelivery;
        if (mode.mode() == Redelivery.Mode.DUPLICATE_ALWAYS) {
            pushAgain(app, message, connection);
        } else if (mode.mode() == Redelivery.Mode.ON_MISSING_ACK) {
            repeatUnlessAcked(app, message, connection, ack, mode.after(), Redelivery.REPEATS);
        }
        return outcome(connection, frame, ack, timeout).map(outcome -> outcome.sent(message, message.json()));
    }

    private SimulatedFrame frame(SimulatedApp app, SimulatedRobotMessage message, SimulatedConnection connection) {
        return SimulatedFrame.callback(Subscription.MESSAGES.topic(), app, connection.id(), message.json(), platform.now());
    }

    private void repeatUnlessAcked(SimulatedApp app, SimulatedRobotMessage message, SimulatedConnection last, Future<SimulatedAck> ack,
            Duration after, int times) {
        if (times == 0 || waitingRepeats.get() >= MAX_WAITING_REPEATS) {
            return;
        }
        waitingRepeats.incrementAndGet();
        long repeat = vertx.setTimer(after.toMillis(), timer -> {
            waitingRepeats.decrementAndGet();
            SimulatedConnection connection = ack.succeeded() ? null : openConnections.pick(app.appKey(), Subscription.MESSAGES, last);
            if (connection != null) {
                repeatUnlessAcked(app, message, connection, connection.push(frame(app, message, connection)), after, times - 1);
            }
        });
        ack.onSuccess(it -> {
            if (vertx.cancelTimer(repeat)) {
                waitingRepeats.decrementAndGet();
            }
        });
    }

    private void pushAgain(SimulatedApp app, SimulatedRobotMessage message, SimulatedConnection last) {
        SimulatedConnection connection = openConnections.pick(app.appKey(), Subscription.MESSAGES, last);
        if (connection != null) {
            connection.push(frame(app, message, connection));
        }
    }

    /** Any type and topic, known or not, to this connection, or to any open one for null. */
    public Future<PushResult> anything(SimulatedApp app, String type, String topic, String data, String connectionId) {
        SimulatedConnection connection = connectionId == null ? openConnections.pick(app.appKey()) : openConnections.byId(connectionId);
        return to(connection, "no open Stream connection of app " + app.appKey(),
                it -> SimulatedFrame.push(type, topic, app, it.id(), data, platform.now()),
                timeout).map(outcome -> outcome.sent(null, data));
    }

    Future<Outcome> event(SimulatedApp app, SimulatedEvent event) {
        return to(openConnections.pick(app.appKey(), Subscription.EVENTS, null), null,
                connection -> SimulatedFrame.event(event, app, connection.id(), platform.now()), timeout);
    }

    public Future<CardClickResult> click(SimulatedApp app, CardClick click) {
        return to(openConnections.pick(app.appKey(), Subscription.CARDS, null),
                "no open Stream connection of app " + app.appKey() + " takes card callbacks",
                connection -> SimulatedFrame.callback(Subscription.CARDS.topic(), app, connection.id(), click.json(), platform.now()),
                CARD_DEADLINE)
                .map(StreamPush::clicked).map(clicked -> applied(app, click, clicked));
    }

    private static CardClickResult clicked(Outcome outcome) {
        ObjectNode data = outcome.fault() == null ? Json.objectOrNull(outcome.data()) : null;
        JsonNode response = data == null ? null : data.get("response");
        String fault = outcome.fault() == null && response == null ? "the answer's data has no response" : outcome.fault();
        return new CardClickResult(outcome.connectionId(), outcome.messageId(), outcome.code(),
                response == null || response.isNull() ? null : Json.write(response), fault, outcome.took());
    }

    /**
     * The answer changes the card as an update does, and {@code userPrivateData} what the one who pressed sees of it
     * (docs/protocol.md 6.5.6).
     */
    private CardClickResult applied(SimulatedApp app, CardClick click, CardClickResult clicked) {
        ObjectNode change = clicked.response() == null ? null : Json.objectOrNull(clicked.response());
        if (change == null || !clicked.accepted() || !change.has("cardData") && !change.has("userPrivateData")) {
            return clicked;
        }
        JsonNode mine = change.remove("userPrivateData");
        change.remove("privateData");
        if (mine != null) {
            change.putObject("privateData").set(click.user(), mine);
        }
        try {
            platform.changeCard(click.outTrackId(), card -> card.app().equals(app.appKey()) ? CardApi.changed(card, change) : card);
            return clicked;
        } catch (ApiErrorException refused) {
            return new CardClickResult(clicked.connectionId(), clicked.messageId(), clicked.code(), clicked.response(),
                    "every variable in the response's cardParamMap must be a text", clicked.took());
        }
    }

    private Future<Outcome> to(SimulatedConnection connection, String whyNot, Function<SimulatedConnection, SimulatedFrame> frame,
            Duration deadline) {
        if (connection == null) {
            return Future.succeededFuture(Outcome.nowhere(whyNot));
        }
        SimulatedFrame made = frame.apply(connection);
        return outcome(connection, made, connection.push(made), deadline);
    }

    private Future<Outcome> outcome(SimulatedConnection connection, SimulatedFrame frame, Future<SimulatedAck> ack, Duration deadline) {
        long begin = System.nanoTime();
        Promise<Outcome> outcome = Promise.promise();
        long timer = vertx.setTimer(deadline.toMillis(), late -> outcome.tryComplete(new Outcome(connection.id(), frame.messageId(), null,
                "no answer within " + deadline.toMillis() + " ms", Duration.ofNanos(System.nanoTime() - begin))));
        ack.onComplete(done -> {
            vertx.cancelTimer(timer);
            outcome.tryComplete(done.succeeded()
                    ? new Outcome(connection.id(), frame.messageId(), done.result(), fault(done.result()), done.result().took())
                    : new Outcome(connection.id(), frame.messageId(), null, done.cause().getMessage(),
                            Duration.ofNanos(System.nanoTime() - begin)));
        });
        return outcome.future();
    }

    private static String fault(SimulatedAck ack) {
        if (ack.fault() != null) {
            return ack.fault();
        }
        return ack.code() == 200 ? null : "code " + ack.code() + (ack.message() == null ? "" : ": " + ack.message());
    }
}
