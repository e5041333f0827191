package io.github.dingtalkcamel.component.dingtalk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import org.apache.camel.Exchange;

/**
 * {@code dingtalk:card}: makes a card and delivers it, changes some of its variables, or shows a text as it grows. Clicks on it come by
 * Stream.
 */
record CardOperation(Api api, DingTalkConfiguration uri) implements Operation {

    private static final String CARDS = "/v1.0/card/instances";
    /** The id of a card whose creation was not confirmed: a repeat must not make a second card. */
    private static final String IN_DOUBT = "CamelDingTalkCardInDoubt";
    private static final String EXISTS = "param.cardAlreadyExist";

    @Override
    public CompletableFuture<?> perform(Exchange exchange) {
        MessageOptions options = new MessageOptions(exchange, uri);
        return switch (options.cardAction()) {
            case create -> create(exchange, options);
            case update -> update(exchange, options);
            case stream -> stream(exchange, options);
        };
    }

    private CompletableFuture<?> create(Exchange exchange, MessageOptions options) {
        Recipients recipients = Recipients.of(options, "dingtalk:card");
        String template = options.required(DingTalkConstants.CARD_TEMPLATE_ID, uri.getCardTemplateId(), "cardTemplateId", "dingtalk:card");
        Map<String, String> variables = RobotMessageBody.texts(exchange, "the card's variables");
        String repeated = exchange.getProperty(IN_DOUBT, String.class);
        String chosen = options.text(DingTalkConstants.OUT_TRACK_ID, uri.getOutTrackId());
        String outTrackId = chosen != null ? chosen : repeated != null ? repeated : UUID.randomUUID().toString();
        Delivered delivered = new Delivered();
        Map<String, String> mentioned = mentioned(options);
        return recipients.userIds(api, exchange, delivered).thenCompose(userIds -> {
            if (userIds.isEmpty()) {
                return delivered.into(exchange);
            }
            Map<String, Object> card = card(template, outTrackId, variables, recipients.areGroups(), userIds);
            if (recipients.areGroups() && !mentioned.isEmpty()) {
                card.put("imGroupOpenDeliverModel", Map.of("robotCode", api.app().robotCode(), "atUserIds", mentioned));
            }
            exchange.setProperty(IN_DOUBT, outTrackId);
            // an id of this call's own can exist already only by a try of it before, whose answer was lost
            boolean isRepeated = chosen == null || outTrackId.equals(repeated);
            return api.post(exchange, CARDS + "/createAndDeliver", card)
                    .handle((answer, failure) -> created(exchange, isRepeated, answer, failure))
                    .thenCompose(answer -> delivered(exchange, outTrackId, answer, userIds, delivered));
        });
    }

    /** Names of the people whom the card mentions in a group, by user id. Mobile numbers can't be mentioned by a card. */
    private static Map<String, String> mentioned(MessageOptions options) {
        Mentions mentions = options.mentions();
        Map<String, String> names = new LinkedHashMap<>();
        Map<?, ?> known = options.exchange().getMessage().getHeader(DingTalkConstants.AT_USER_IDS) instanceof Map<?, ?> named ? named
                : Map.of();
        mentions.userIds().forEach(id -> names.put(id, known.get(id) instanceof String name && !name.isBlank() ? name : id));
        if (mentions.all()) {
            names.put("@ALL", "@ALL");
        }
        return names;
    }

    private Map<String, Object> card(String template, String outTrackId, Map<String, String> variables, boolean groups, Map<String,
            String> ids) {
        String space = groups ? "IM_GROUP." : "IM_ROBOT.";
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("cardTemplateId", template);
        card.put("outTrackId", outTrackId);
        card.put("callbackType", "STREAM");
        card.put("cardData", Map.of("cardParamMap", variables));
        card.put("userIdType", 1);
        card.put("openSpaceId", "dtv1.card//" + ids.values().stream().distinct().map(id -> space + id).collect(Collectors.joining(";")));
        if (groups) {
            card.put("imGroupOpenSpaceModel", Map.of("supportForward", true));
            card.put("imGroupOpenDeliverModel", Map.of("robotCode", api.app().robotCode()));
        } else {
            card.put("imRobotOpenSpaceModel", Map.of("supportForward", true));
            card.put("imRobotOpenDeliverModel", Map.of("spaceType", "IM_ROBOT", "robotCode", api.app().robotCode(),
                    "extension", Map.of("dynamicSummary", "true")));
        }
        return card;
    }

    private static JsonNode created(Exchange exchange, boolean isRepeated, JsonNode answer, Throwable failure) {
        Throwable cause = Failures.causeOf(failure);
        if (cause instanceof DingTalkException refusal && refusal.code().equals(EXISTS) && isRepeated) {
            throw new CompletionException(new OutcomeUnknownException(EXISTS,
                    "DingTalk's answer was lost before: the card may have arrived",
                    "Ask the recipient; if it did, it can be updated", null));
        }
        if (!(cause instanceof DingTalkException unknown) || unknown.outcome() != DingTalkException.Outcome.UNKNOWN) {
            exchange.removeProperty(IN_DOUBT);
        }
        if (failure != null) {
            throw new CompletionException(cause);
        }
        return answer;
    }

    /** A success may still not have reached all recipients. */
    private static CompletableFuture<Void> delivered(Exchange exchange, String outTrackId, JsonNode answer, Map<String, String> ids,
            Delivered delivered) {
        Map<String, JsonNode> spaces = new LinkedHashMap<>();
        answer.at("/result/deliverResults").forEach(space -> spaces.put(space.path("spaceId").asText(), space));
        boolean reached = false;
        for (Map.Entry<String, String> recipient : ids.entrySet()) {
            JsonNode space = spaces.size() == 1 && ids.size() == 1 ? spaces.values().iterator().next() : spaces.get(recipient.getValue());
            if (space != null && space.path("success").asBoolean(false)) {
                reached = true;
            } else {
                delivered.failed(List.of(recipient.getKey()), new RejectedException("cardNotDelivered",
                        "The card was made, but not delivered: "
                        + (space == null ? "DingTalk does not say why" : KnownSecrets.clean(space.path("errorMsg")
                        .asText("DingTalk does not say why"), 300)),
                        "Check that the recipient exists, and that the robot is in the group", null));
            }
        }
        delivered.answer(answer);
        if (reached) {
            delivered.taken(outTrackId);
        }
        return delivered.into(exchange);
    }

    private CompletableFuture<?> update(Exchange exchange, MessageOptions options) {
        String outTrackId = outTrackId(options);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("outTrackId", outTrackId);
        body.put("cardData", Map.of("cardParamMap", RobotMessageBody.texts(exchange, "the card's variables")));
        body.put("cardUpdateOptions", Map.of("updateCardDataByKey", true, "updatePrivateDataByKey", true));
        body.put("userIdType", 1);
        return api.call(exchange, "PUT", CARDS, body).thenCompose(answer -> confirmed(exchange, outTrackId, answer));
    }

    private CompletableFuture<?> stream(Exchange exchange, MessageOptions options) {
        String outTrackId = outTrackId(options);
        String text = exchange.getMessage().getBody(String.class);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("outTrackId", outTrackId);
        body.put("guid", UUID.randomUUID().toString());
        body.put("key", options.text(DingTalkConstants.STREAM_VARIABLE, uri.getStreamVariable()));
        body.put("content", text == null ? "" : text);
        // the whole text each time: DingTalk wants that for markdown, and a lost call does no harm
        body.put("isFull", true);
        body.put("isFinalize", options.flag(DingTalkConstants.STREAM_FINISHED, uri.isStreamFinished()));
        body.put("isError", options.flag(DingTalkConstants.STREAM_FAILED, uri.isStreamFailed()));
        return api.call(exchange, "PUT", "/v1.0/card/streaming", body).thenCompose(answer -> confirmed(exchange, outTrackId, answer));
    }

    private String outTrackId(MessageOptions options) {
        String sent = options.text(DingTalkConstants.SENT_MESSAGE_ID, null);
        return options.required(DingTalkConstants.OUT_TRACK_ID, uri.getOutTrackId() != null ? uri.getOutTrackId() : sent, "outTrackId",
                "dingtalk:card");
    }

    private static CompletableFuture<Void> confirmed(Exchange exchange, String outTrackId, JsonNode answer) {
        if (!answer.path("success").asBoolean(false) || !answer.path("result").asBoolean(true)) {
            return CompletableFuture.failedFuture(new RejectedException("notUpdated", "DingTalk did not change the card",
                    "Check that the card exists and its template has these variables", null));
        }
        Delivered delivered = new Delivered();
        delivered.answer(answer);
        delivered.taken(outTrackId);
        return delivered.into(exchange);
    }
}
