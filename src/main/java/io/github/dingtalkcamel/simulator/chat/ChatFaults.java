package io.github.dingtalkcamel.simulator.chat;

import java.util.List;
import java.util.function.Consumer;

import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.model.ModelFault;
import io.github.dingtalkcamel.simulator.model.SimulatedModel;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.TimelineEvent;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import io.github.dingtalkcamel.simulator.stream.SimulatedConnection;
import io.github.dingtalkcamel.simulator.stream.StreamSide;
import io.vertx.core.Future;

/** The chat page's buttons for faults: each has a name, and answers what it did. */
public final class ChatFaults {

    static final List<String> KINDS =
            List.of("disconnect", "blackHole", "expireToken", "throttle", "fail", "twice", "expireSession", "peace",
                    "cardThrottle", "cardLostCreate", "cardLostEnd", "cardExpire", "cardNoTemplate",
                    "modelSlow", "modelBreak", "modelNeverEnd", "modelRejectKey", "modelUnknownModel", "modelThrottle", "modelFail",
                    "modelCutOff",
                    "modelTooLong", "modelFilter");

    private static final String CREATE_CARD = "/v1.0/card/instances/createAndDeliver";
    private static final String STREAM_CARD = "/v1.0/card/streaming";

    private final Platform platform;
    private final FaultInjector faults;
    private final ConversationDriver driver;
    private final StreamSide stream;
    private final SimulatedModel model;

    public ChatFaults(Platform platform, FaultInjector faults, ConversationDriver driver, StreamSide stream, SimulatedModel model) {
        this.platform = platform;
        this.faults = faults;
        this.driver = driver;
        this.stream = stream;
        this.model = model;
    }

    /**
     * Makes it.
     *
     * @param conversationId where the last message is delivered twice; of no meaning to the others
     * @throws IllegalArgumentException if there is no such fault
     */
    Future<String> make(String kind, String appKey, String conversationId) {
        return switch (kind == null ? "" : kind) {
            case "disconnect" -> done(onOneConnection(appKey, connection -> connection.leave(Disconnect.after(stream.silence())),
                    "DingTalk announced the end of one connection and closes it in " + stream.silence().toSeconds() + " s."));
            case "blackHole" -> done(onOneConnection(appKey, SimulatedConnection::blackHole,
                    "One connection is a black hole now: it stays open, but no data gets through."));
            case "expireToken" -> {
                faults.onTokens().expireToken();
                yield done("The access token is expired at the next call that uses one. Session webhooks use none: expire the session as "
                        + "well to see it.");
            }
            case "throttle" -> {
                faults.onSends().throttle();
                yield done("The next reply is throttled.");
            }
            case "fail" -> {
                faults.onSends().fail(503);
                yield done("The next reply gets a 503.");
            }
            case "expireSession" -> {
                faults.on(ApiFamily.SESSION_WEBHOOK).expireToken();
                yield done("The session webhook is expired at the next reply.");
            }
            case "cardThrottle" -> {
                faults.on(ApiFamily.CARD).times(3).throttle();
                yield done("The next three calls for cards are throttled.");
            }
            case "cardLostCreate" -> {
                faults.on(CREATE_CARD).dropAfter();
                yield done("The next card is made, and the answer is lost.");
            }
            case "cardLostEnd" -> {
                faults.on(STREAM_CARD + FaultInjector.END).dropAfter();
                yield done("The end of the next card is shown, and the answer is lost.");
            }
            case "cardNoTemplate" -> {
                faults.on(CREATE_CARD).answer(400, "{\"code\":\"param.templateNotExist\",\"message\":\"param.templateNotExist\"}");
                yield done("The next card finds no template.");
            }
            case "cardExpire" -> done(expireCard());
            case "twice" -> twice(appKey, conversationId);
            case "peace" -> {
                faults.clear();
                model.clear();
                yield done("No faults are planned.");
            }
            case "modelSlow" -> planned(ModelFault.SLOW, "The model's next answer comes slowly.");
            case "modelBreak" -> planned(ModelFault.BREAK, "The model's next answer breaks off.");
            case "modelNeverEnd" -> planned(ModelFault.NEVER_END, "The model's next answer never ends: /stop ends it.");
            case "modelRejectKey" -> planned(ModelFault.REJECT_KEY, "The model rejects the key of the next call.");
            case "modelUnknownModel" -> planned(ModelFault.UNKNOWN_MODEL, "The next call finds no such model.");
            case "modelThrottle" -> planned(ModelFault.THROTTLE, "The next call of the model is refused as too fast, for 1 s.");
            case "modelFail" -> planned(ModelFault.FAIL, "The next call of the model meets a 503.");
            case "modelTooLong" -> planned(ModelFault.TOO_LONG, "The next prompt is too long for the model.");
            case "modelFilter" -> planned(ModelFault.FILTER, "The model's next answer is filtered.");
            case "modelCutOff" -> planned(ModelFault.CUT_OFF, "The model's next answer is cut off.");
            default -> throw new IllegalArgumentException("kind must be one of " + KINDS + ", not " + kind);
        };
    }

    private String expireCard() {
        return platform.cards().values().stream().filter(card -> "forming".equals(card.streaming())).reduce((first, last) -> last)
                .map(card -> {
            platform.cards().remove(card.outTrackId());
            return "The card that forms has expired.";
        }).orElse("No card forms just now.");
    }

    private Future<String> planned(ModelFault fault, String what) {
        model.plan(fault, 1);
        return done(what);
    }

    private static Future<String> done(String what) {
        return Future.succeededFuture(what);
    }

    private String onOneConnection(String appKey, Consumer<SimulatedConnection> fault, String what) {
        SimulatedConnection connection = stream.openConnections().pick(platform.app(appKey).appKey());
        if (connection == null) {
            return "There is no open Stream connection.";
        }
        fault.accept(connection);
        return what;
    }

    private Future<String> twice(String appKey, String conversationId) {
        TimelineEvent.MessagePushed last = conversationId == null ? null
                : platform.timeline().lastMessageOrNull(platform.app(appKey).appKey(), conversationId);
        if (last == null) {
            return done("This conversation has no message yet.");
        }
        return driver.again(last).map(sent -> sent.accepted()
                ? "The last message was delivered again and accepted (" + sent.status() + "): it must not be answered twice."
                : "The last message was delivered again and refused: " + sent.fault());
    }
}
