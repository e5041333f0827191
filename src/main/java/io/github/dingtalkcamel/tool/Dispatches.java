package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.dingtalk.RecipientFailures;
import io.github.dingtalkcamel.component.json.Json;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * A call's recipients in the batches that DingTalk takes, and the outcome of each (docs/protocol.md 6.3, 6.5).
 */
public final class Dispatches {

    private static final int MOST_PEOPLE = 20;

    /** DingTalk's word on an outTrackId that it has: ours are new, so an answer to an earlier try was lost. */
    private static final String CARD_EXISTS = "param.cardAlreadyExist";
    private static final Problem CARD_IN_DOUBT = new Problem("outcomeUnknown", "DingTalk's answer was lost: the card may have arrived",
            "Ask the recipient; if it did, it can be updated");

    private final SentMessages sentMessages;

    public Dispatches(SentMessages sentMessages) {
        this.sentMessages = sentMessages;
    }

    /** The recipients that wait for the messages, or the card: people by twenties, the others one by one, in the order of the call. */
    public List<Dispatch> of(@ExchangeProperty(ToolRun.PROPERTY) ToolRun run,
            @ExchangeProperty(RobotMessage.PROPERTY) List<RobotMessage> messages, @ExchangeProperty(Card.PROPERTY) Card card) {
        boolean degraded = run.call().tool() == Tool.UPDATE;
        List<Dispatch> dispatches = new ArrayList<>();
        Map<String, List<Target>> people = new LinkedHashMap<>();
        for (Target target : run.waiting()) {
            if (target.type() == RecipientType.WEBHOOK) {
                dispatches.add(new Dispatch(Dispatch.Channel.ROBOT, Map.of(target, ""), messages, null, degraded));
            } else if (card != null) {
                dispatches.add(new Dispatch(Dispatch.Channel.CARD, Map.of(target, id(target, run)), null, card, degraded));
            } else if (target.type() == RecipientType.CHAT_ID) {
                dispatches.add(new Dispatch(Dispatch.Channel.GROUP, Map.of(target, id(target, run)), messages, null, degraded));
            } else {
                people.computeIfAbsent(run.userId(target), userId -> new ArrayList<>()).add(target);
            }
        }
        List<List<Target>> each = new ArrayList<>(people.values());
        for (int from = 0; from < each.size(); from += MOST_PEOPLE) {
            Map<Target, String> batch = new LinkedHashMap<>();
            for (List<Target> same : each.subList(from, Math.min(each.size(), from + MOST_PEOPLE))) {
                same.forEach(target -> batch.put(target, id(target, run)));
            }
            dispatches.add(new Dispatch(Dispatch.Channel.PEOPLE, batch, messages, null, degraded));
        }
        return dispatches;
    }

    private static String id(Target target, ToolRun run) {
        return target.type() == RecipientType.CHAT_ID ? target.id().reveal() : run.userId(target);
    }

    /** Begins the call for its recipients; false when it is too late to begin. */
    public boolean begin(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        return run.begin(dispatch.targets());
    }

    /** The robot sent a message, to all but those that DingTalk refused: they get no further message of it. */
    public void sent(Exchange exchange, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        RecipientFailures.of(exchange).forEach((id, why) -> {
            List<Target> refused = dispatch.targets().stream().filter(target -> dispatch.id(target).equals(id)).toList();
            run.failed(refused, problem(why, dispatch), dispatch.taken() == 0 ? null : dispatch.messageId());
            dispatch.targets().removeAll(refused);
        });
        dispatch.taken(exchange.getMessage().getHeader(DingTalkConstants.SENT_MESSAGE_ID, String.class));
    }

    /** The card was delivered to its one place. */
    public void cardSent(@Body Map<String, Object> answer, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch) {
        dispatch.taken(Json.MAPPER.valueToTree(answer).at("/result/deliverResults/0/carrierId").asText());
    }

    /** A message in the form of custom robots. */
    public Map<String, Object> toRobot(@Body RobotMessage message) throws RejectedException {
        return CustomRobotMessages.of(message);
    }

    /** The custom robot sent it, or will; such messages have no id. */
    public void robotSent(@Body Map<String, Object> answer, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch) {
        dispatch.taken(null);
        if (Boolean.TRUE.equals(answer.get("queued"))) {
            dispatch.queued();
        }
    }

    /** Where all of it was sent, records it, and says so of its recipients. */
    public void finish(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        if (dispatch.isIntact()) {
            sentMessages.record(dispatch, run);
            if (dispatch.isQueued()) {
                run.queued(dispatch.targets());
            } else {
                run.sent(dispatch.targets(), dispatch.messageId(), dispatch.isDegraded());
            }
            if (dispatch.isDegraded()) {
                run.data("degraded", true);
            }
            if (run.call().hasMentions() && !dispatch.mentions()) {
                run.hint(dispatch.targets(), switch (dispatch.channel()) {
                    case PEOPLE, GROUP -> "Sent without the mentions of at: the robot API has none."
                            + " A custom robot (recipient_type webhook) can mention people";
                    case CARD -> "Sent without the mentions of at: a card mentions people only by its own template";
                    case ROBOT -> "Sent without the mentions of at: DingTalk has them in text, markdown and cards with buttons only";
                });
            }
        }
    }

    /** It could not be sent, or not all of it. What was sent is recorded. */
    public void failed(Exchange exchange, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        dispatch.fail();
        Exception cause = Failure.of(exchange, Exception.class);
        if (dispatch.isCardDelivery() && (cause instanceof OutcomeUnknownException || Problem.of(cause).code().equals(CARD_EXISTS))) {
            // whether it was delivered is unknown, but by its id, which is ours, it can be updated
            sentMessages.recordInDoubt(dispatch, run);
            run.failed(dispatch.targets(), CARD_IN_DOUBT, dispatch.messageId());
            return;
        }
        if (dispatch.taken() > 0) {
            sentMessages.record(dispatch, run);
        }
        Map<String, DingTalkException> reasons = RecipientFailures.of(exchange);
        for (Target target : dispatch.targets()) {
            DingTalkException own = reasons.get(dispatch.id(target));
            run.failed(List.of(target), problem(own != null ? own : cause, dispatch), dispatch.taken() == 0 ? null : dispatch.messageId());
        }
    }

    private static Problem problem(Exception cause, Dispatch dispatch) {
        Problem why = cause instanceof CallNotPermittedException waited
                ? new Problem(waited.code(), "Not sent within timeoutMs: " + waited.getMessage(), waited.remedy(), true)
                : Problem.of(cause);
        return dispatch.taken() == 0 ? why
                : new Problem(why.code(), "Only the first " + dispatch.taken() + " messages of it were sent: " + why.message(), why.hint());
    }
}
