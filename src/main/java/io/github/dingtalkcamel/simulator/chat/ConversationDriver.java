package io.github.dingtalkcamel.simulator.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.api.ApiErrorException;
import io.github.dingtalkcamel.simulator.api.SimulatedWebhookMessage;
import io.github.dingtalkcamel.simulator.platform.AskResult;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatedRobotMessage;
import io.github.dingtalkcamel.simulator.platform.TimelineEvent;
import io.github.dingtalkcamel.simulator.platform.Transport;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.StreamPush;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** Sends users' messages to robots and collects the answers that the users see. */
public final class ConversationDriver {

    private final Vertx vertx;
    private final Platform platform;
    private final CallbackPush push;
    private final StreamPush stream;
    private final Duration quietTime;

    public ConversationDriver(Vertx vertx, Platform platform, CallbackPush push, StreamPush stream, Duration quietTime) {
        this.vertx = vertx;
        this.platform = platform;
        this.push = push;
        this.stream = stream;
        this.quietTime = quietTime;
    }

    public Future<PushResult> say(UserMessage userMessage) {
        SimulatedApp app = platform.app(userMessage.appOrNull());
        return say(userMessage, app, SimulatedRobotMessage.of(userMessage, app, platform));
    }

    /** Whether the app has a Stream connection open that takes robot messages. */
    boolean isConnected(String appKey) {
        return stream.canReach(platform.app(appKey));
    }

    private Future<PushResult> say(UserMessage userMessage, SimulatedApp app, SimulatedRobotMessage message) {
        Transport transport = userMessage.transportOrNull();
        boolean unset = transport == null;
        boolean byStream = transport == Transport.STREAM || (unset && app.callbackUrl() == null && stream.canReach(app));
        platform.timeline().add(new TimelineEvent.MessagePushed(app, byStream ? Transport.STREAM
                : Transport.WEBHOOK, userMessage.isEncrypted(), message, false));
        return witnessed(message, byStream ? Transport.STREAM : Transport.WEBHOOK,
                () -> byStream ? stream.message(app, message, userMessage.connectionOrNull()) : byWebhook(userMessage, app, message));
    }

    /** Records the outcome of a push, also of one that can't be made. */
    private Future<PushResult> witnessed(SimulatedRobotMessage message, Transport transport, Supplier<Future<PushResult>> push) {
        try {
            return push.get().onSuccess(sent -> platform.timeline().add(new TimelineEvent.PushAnswered(sent)));
        } catch (RuntimeException e) {
            platform.timeline().add(new TimelineEvent.PushAnswered(new PushResult(0, "", null, e.getMessage(), message.msgId(),
                    message.conversationId(),
                    message.sessionWebhook(), message.json(), Duration.ZERO, transport, null, null)));
            throw e;
        }
    }

    /** The same message once more, by the way it went before (docs/protocol.md 2.7). */
    Future<PushResult> again(TimelineEvent.MessagePushed spoken) {
        SimulatedApp app = platform.app(spoken.app().appKey());
        platform.timeline().add(new TimelineEvent.MessagePushed(app, spoken.transport(), spoken.encrypted(), spoken.message(), true));
        UserMessage form = spoken.encrypted() ? UserMessage.text("").encrypted() : UserMessage.text("");
        return witnessed(spoken.message(), spoken.transport(), () -> spoken.transport() == Transport.STREAM
                ? stream.message(app, spoken.message(), null)
                : byWebhook(form, app, spoken.message()));
    }

    private Future<PushResult> byWebhook(UserMessage userMessage, SimulatedApp app, SimulatedRobotMessage message) {
        String otherSecret = userMessage.signedWithOrNull();
        Future<CallbackPush.Outcome> outcome = userMessage.isEncrypted()
                ? push.encrypted(app, message.json(), otherSecret == null ? app.callbackToken() : otherSecret)
                : push.plain(app, message.json(), userMessage.signedAtOrNull() == null ? platform.now() : userMessage.signedAtOrNull(),
                        otherSecret == null ? app.appSecret() : otherSecret);
        return outcome.map(it -> {
            if (!userMessage.isEncrypted() && it.fault() == null) {
                deliverAnswer(it.body(), app, message.conversationId());
            }
            return new PushResult(it.status(), it.body(), it.decrypted(), it.fault(), message.msgId(), message.conversationId(),
                    message.sessionWebhook(), message.json(), it.took(), Transport.WEBHOOK, null, null);
        });
    }

    /** docs/protocol.md 4: the answer to the callback may itself be a message. */
    private void deliverAnswer(String body, SimulatedApp app, String conversationId) {
        ObjectNode answer = Json.objectOrNull(body);
        String type = answer == null ? null : Json.text(answer, "msgtype");
        if (type == null || type.equals("empty")) {
            return;
        }
        try {
            platform.deliver(SimulatedWebhookMessage.of(answer, body).delivery(Delivery.Channel.ANSWER, app.robotCode(), conversationId));
        } catch (ApiErrorException notAMessage) {
            // DingTalk documents no consequence of an answer that it can't read: users see nothing
        }
    }

    public Future<PushResult> pushEvent(String appKey, String json) {
        SimulatedApp app = platform.app(appKey);
        return push.encrypted(app, json, app.callbackToken())
                .map(it -> new PushResult(it.status(), it.body(), it.decrypted(), it.fault(), null, null, null, json, it.took(),
                        Transport.WEBHOOK,
                        null, null));
    }

    /** Says it and gathers the robot's answers in that conversation until it falls quiet, or for as long as one waits for a first one. */
    public Future<AskResult> ask(UserMessage userMessage, Duration wait) {
        SimulatedApp app = platform.app(userMessage.appOrNull());
        SimulatedRobotMessage message = SimulatedRobotMessage.of(userMessage, app, platform);
        Listener listener = new Listener(app.robotCode());
        Runnable unwatch = platform.watch(message.conversationId(), listener::delivered);
        Future<PushResult> sent;
        try {
            sent = say(userMessage, app, message);
        } catch (RuntimeException e) {
            unwatch.run();
            throw e;
        }
        return sent
                .compose(it -> (it.accepted() || it.unanswered()) && !wait.isZero() ? listener.answers(wait)
                        : Future.succeededFuture(listener.soFar()))
                .map(replies -> new AskResult(sent.result(), replies))
                .onComplete(done -> unwatch.run());
    }

    private final class Listener {

        private final String robotCode;
        private final List<Delivery> delivered = new ArrayList<>();
        private Promise<List<Delivery>> waiting;
        private long timer = -1;

        Listener(String robotCode) {
            this.robotCode = robotCode;
        }

        synchronized void delivered(Delivery delivery) {
            if (delivery.robotCode().equals(robotCode)) {
                delivered.add(delivery);
                if (waiting != null) {
                    finishIn(quietTime);
                }
            }
        }

        synchronized Future<List<Delivery>> answers(Duration wait) {
            waiting = Promise.promise();
            finishIn(delivered.isEmpty() ? wait : quietTime);
            return waiting.future();
        }

        private void finishIn(Duration time) {
            vertx.cancelTimer(timer);
            timer = vertx.setTimer(Math.max(1, time.toMillis()), it -> waiting.tryComplete(soFar()));
        }

        synchronized List<Delivery> soFar() {
            return List.copyOf(delivered);
        }
    }
}
