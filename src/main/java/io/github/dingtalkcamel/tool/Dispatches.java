package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * A call's recipients in the batches that DingTalk takes, what each batch is sent as, and what its answer says of them
 * (docs/protocol.md 6.3, 6.5).
 */
public final class Dispatches {

    private static final int MOST_PEOPLE = 20;
    private static final int SHOWN = 300;

    private static final Problem INVALID_STAFF_ID = new Problem("invalidStaffId", "DingTalk does not know this user id, or the app may not see the person",
            "Check the user id, and put the person into the app's visible range in DingTalk's console");
    private static final Problem FLOW_CONTROLLED = new Problem("flowControlled", "The recipient gets too many messages just now",
            "Send it again later, and less to this person");

    /** DingTalk's word on an outTrackId that it has: ours are new, so an answer to an earlier try was lost. */
    private static final String CARD_EXISTS = "param.cardAlreadyExist";
    private static final Problem CARD_IN_DOUBT = new Problem("outcomeUnknown", "DingTalk's answer was lost: the card may have arrived",
            "Ask the recipient; if it did, it can be updated");

    private final Settings settings;
    private final SentMessages sentMessages;

    public Dispatches(Settings settings, SentMessages sentMessages) {
        this.settings = settings;
        this.sentMessages = sentMessages;
    }

    /** Everybody who is still to get the messages, or the card: people by twenties, the rest one by one, in the order of the call. */
    public List<Dispatch> of(@ExchangeProperty(ToolRun.PROPERTY) ToolRun run, @ExchangeProperty(RobotMessage.PROPERTY) List<RobotMessage> messages,
            @ExchangeProperty(Card.PROPERTY) Card card) {
        boolean degraded = run.call().tool() == Tool.UPDATE;
        List<Dispatch> dispatches = new ArrayList<>();
        Map<String, List<Target>> people = new LinkedHashMap<>();
        for (Target target : run.waiting()) {
            if (target.type() == RecipientType.WEBHOOK) {
                dispatches.add(new Dispatch(Dispatch.Channel.ROBOT, List.of(target), messages, null, degraded));
            } else if (card != null) {
                dispatches.add(new Dispatch(Dispatch.Channel.CARD, List.of(target), null, card, degraded));
            } else if (target.type() == RecipientType.CHAT_ID) {
                dispatches.add(new Dispatch(Dispatch.Channel.GROUP, List.of(target), messages, null, degraded));
            } else {
                people.computeIfAbsent(run.userId(target), userId -> new ArrayList<>()).add(target);
            }
        }
        List<List<Target>> each = new ArrayList<>(people.values());
        for (int from = 0; from < each.size(); from += MOST_PEOPLE) {
            List<Target> batch = each.subList(from, Math.min(each.size(), from + MOST_PEOPLE)).stream().flatMap(List::stream).toList();
            dispatches.add(new Dispatch(Dispatch.Channel.PEOPLE, batch, messages, null, degraded));
        }
        return dispatches;
    }

    /** False when it is too late to begin. */
    public boolean begin(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        return run.begin(dispatch.targets());
    }

    /** Body of {@code oToMessages/batchSend} with the next message. */
    public Map<String, Object> toPeople(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        Map<String, Object> body = message(dispatch, run);
        body.put("userIds", dispatch.userIds(run));
        return body;
    }

    /** Body of {@code groupMessages/send} with the next message. */
    public Map<String, Object> toGroup(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        Map<String, Object> body = message(dispatch, run);
        body.put("openConversationId", dispatch.targets().get(0).id().reveal());
        return body;
    }

    private Map<String, Object> message(Dispatch dispatch, ToolRun run) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("robotCode", robotCode(run));
        body.put("msgKey", dispatch.message().msgKey());
        body.put("msgParam", DingTalkJson.text(dispatch.message().msgParam()));
        return body;
    }

    private String robotCode(ToolRun run) {
        return settings.integration(run.call().integration()).orElseThrow().robotCode().orElseThrow();
    }

    /** DingTalk took it, for all but those it names: they get no more of it. */
    public void peopleTook(@Body JsonNode answer, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run)
            throws OutcomeUnknownException {
        leaveOut(answer.path("invalidStaffIdList"), INVALID_STAFF_ID, dispatch, run);
        leaveOut(answer.path("flowControlledStaffIdList"), FLOW_CONTROLLED, dispatch, run);
        String key = answer.path("processQueryKey").asText("");
        if (key.isBlank() && !dispatch.targets().isEmpty()) {
            throw new OutcomeUnknownException("outcomeUnknown", "oToMessages/batchSend: outcome unknown: the answer refuses others, and lacks processQueryKey,"
                    + " which would confirm this recipient", OutcomeUnknownException.ASK, null);
        }
        dispatch.taken(key);
    }

    private static void leaveOut(JsonNode userIds, Problem why, Dispatch dispatch, ToolRun run) {
        List<String> out = new ArrayList<>();
        userIds.forEach(userId -> out.add(userId.asText()));
        List<Target> left = dispatch.targets().stream().filter(target -> out.contains(run.userId(target))).toList();
        dispatch.targets().removeAll(left);
        run.failed(left, why, dispatch.taken() == 0 ? null : dispatch.messageId());
    }

    /** DingTalk took it. */
    public void groupTook(@Body JsonNode answer, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch) {
        dispatch.taken(answer.path("processQueryKey").asText());
    }

    /** Body of {@code createAndDeliver}: one card for one place, with clicks by Stream. A repeat has the same {@code outTrackId}: one card. */
    public Map<String, Object> newCard(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        if (dispatch.outTrackId() == null) {
            dispatch.outTrackId("card-" + UUID.randomUUID());
        }
        Target target = dispatch.targets().get(0);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("cardTemplateId", dispatch.card().templateId());
        body.put("outTrackId", dispatch.outTrackId());
        body.put("cardData", Map.of("cardParamMap", dispatch.card().params()));
        body.put("callbackType", "STREAM");
        body.put("userIdType", 1);
        if (target.type() == RecipientType.CHAT_ID) {
            body.put("openSpaceId", "dtv1.card//IM_GROUP." + target.id().reveal());
            body.put("imGroupOpenSpaceModel", Map.of("supportForward", true));
            body.put("imGroupOpenDeliverModel", Map.of("robotCode", robotCode(run)));
        } else {
            body.put("openSpaceId", "dtv1.card//IM_ROBOT." + run.userId(target));
            body.put("imRobotOpenSpaceModel", Map.of("supportForward", true));
            body.put("imRobotOpenDeliverModel", Map.of("spaceType", "IM_ROBOT", "robotCode", robotCode(run), "extension", Map.of("dynamicSummary", "true")));
        }
        return body;
    }

    /** A success may still not have reached its one place (docs/protocol.md 6.5.2). */
    public void cardDelivered(@Body JsonNode answer, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch) throws RejectedException {
        JsonNode spaces = answer.at("/result/deliverResults");
        for (JsonNode space : spaces) {
            if (!space.path("success").asBoolean(false)) {
                throw notDelivered(space);
            }
        }
        if (!answer.path("success").asBoolean(false)) {
            throw notDelivered(answer);
        }
        dispatch.taken(spaces.path(0).path("carrierId").asText());
    }

    private static RejectedException notDelivered(JsonNode said) {
        return new RejectedException("cardNotDelivered", "The card was not delivered: "
                + KnownSecrets.clean(said.path("errorMsg").asText("DingTalk does not say why"), SHOWN),
                "Check that the recipient exists, and that the robot is in the group", null);
    }

    /** The next message as custom robots take it. */
    public Map<String, Object> toRobot(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch) throws RejectedException {
        return CustomRobotMessages.of(dispatch.message());
    }

    /** It took it, or will; these have no id. */
    public void robotTook(@Body Map<String, Object> answer, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch) {
        dispatch.taken(null);
        if (Boolean.TRUE.equals(answer.get("queued"))) {
            dispatch.queued();
        }
    }

    /** All of it is out: it is put on record, and its recipients have got it. */
    public void finish(@ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        if (!dispatch.targets().isEmpty()) {
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
                    case PEOPLE, GROUP -> "Sent without the mentions of at: the robot API has none. A custom robot (recipient_type webhook) can mention people";
                    case CARD -> "Sent without the mentions of at: a card mentions people only by its own template";
                    case ROBOT -> "Sent without the mentions of at: DingTalk has them in text, markdown and cards with buttons only";
                });
            }
        }
    }

    /** It could not be sent, or not all of it. What went out is on record all the same. */
    public void failed(Exchange exchange, @ExchangeProperty(Dispatch.PROPERTY) Dispatch dispatch, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        Exception cause = Failure.of(exchange, Exception.class);
        Problem why = cause instanceof CallNotPermittedException waited
                ? new Problem(waited.code(), "Not sent within timeoutMs: " + waited.getMessage(), waited.remedy()) : Problem.of(cause);
        if (dispatch.outTrackId() != null && (cause instanceof OutcomeUnknownException || why.code().equals(CARD_EXISTS))) {
            // its id is ours: whether it was delivered nobody knows, but it can be updated
            sentMessages.recordInDoubt(dispatch, run);
            run.failed(dispatch.targets(), CARD_IN_DOUBT, dispatch.messageId());
            return;
        }
        if (dispatch.taken() == 0) {
            run.failed(dispatch.targets(), why);
            return;
        }
        sentMessages.record(dispatch, run);
        Problem partly = new Problem(why.code(), "Only the first " + dispatch.taken() + " messages of it were sent: " + why.message(), why.hint());
        run.failed(dispatch.targets(), partly, dispatch.messageId());
    }
}
