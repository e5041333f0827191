package io.github.dingtalkcamel.simulator.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.RecallableMessage;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

/**
 * The card platform (docs/protocol.md 6.5): create, deliver, both at once, update and streaming. Every variable must be a text, an
 * outTrackId is used once, an update replaces all variables unless it says otherwise, and a failed delivery to a space is reported in a
 * success.
 */
public final class CardApi {

    private static final String WRITE = "Card.Instance.Write";
    private static final String STREAMING = "Card.Streaming.Write";
    private static final String STREAM = "/v1.0/card/streaming";
    private static final String PREFIX = "dtv1.card//";
    private static final int MAX_CONTENT = 100_000;

    private final Platform platform;

    public CardApi(Platform platform) {
        this.platform = platform;
    }

    /** Whether a call of the streaming path ends its card. */
    static boolean isEnd(String path, Buffer body) {
        ObjectNode call = path.equals(STREAM) ? Json.objectOrNull(String.valueOf(body)) : null;
        return call != null && (call.path("isFinalize").asBoolean() || call.path("isError").asBoolean());
    }

    public void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/v1.0/card/instances", ApiFamily.CARD, WRITE, call -> {
            ObjectNode body = SimulatedGateway.bodyOf(call);
            create(call, body);
            return ApiResponse.api(Json.object().put("success", true).put("result", body.get("outTrackId").asText()));
        });
        gateway.withToken(HttpMethod.POST, "/v1.0/card/instances/deliver", ApiFamily.CARD, WRITE, call -> {
            ObjectNode answer = Json.object().put("success", true);
            deliver(call, SimulatedGateway.bodyOf(call), answer.putArray("result"));
            return ApiResponse.api(answer);
        });
        gateway.withToken(HttpMethod.POST, "/v1.0/card/instances/createAndDeliver", ApiFamily.CARD, WRITE, this::createAndDeliver);
        gateway.withToken(HttpMethod.PUT, "/v1.0/card/instances", ApiFamily.CARD, WRITE, this::update);
        gateway.withToken(HttpMethod.PUT, STREAM, ApiFamily.CARD, STREAMING, this::stream);
    }

    private ApiResponse createAndDeliver(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        SimulatedGateway.mandatory(body, "openSpaceId");
        create(call, body);
        ObjectNode answer = Json.object().put("success", true);
        ObjectNode result = answer.putObject("result").put("outTrackId", body.get("outTrackId").asText());
        deliver(call, body, result.putArray("deliverResults"));
        return ApiResponse.api(answer);
    }

    private void create(ApiRequest call, ObjectNode body) {
        String templateId = SimulatedGateway.mandatory(body, "cardTemplateId").asText();
        String outTrackId = SimulatedGateway.mandatory(body, "outTrackId").asText();
        SimulatedGateway.mandatory(body, "cardData");
        String callbackType = Json.text(body, "callbackType");
        if (templateId.isBlank()) {
            throw refusal("param.cardTemplateIdEmpty");
        }
        if (outTrackId.isBlank()) {
            throw refusal("param.outTrackIdEmpty");
        }
        if (!templateId.endsWith(".schema")) {
            throw refusal("param.templateNotExist");
        }
        if (callbackType != null && !Set.of("STREAM", "HTTP").contains(callbackType)) {
            throw refusal("param.invalid");
        }
        SimulatedCard card = new SimulatedCard(call.caller().appKey(), outTrackId, templateId, params(body.path("cardData")),
                privateParams(body), List.of(), null);
        if (!platform.addCard(card)) {
            throw refusal("param.cardAlreadyExist");
        }
    }

    private static Map<String, String> params(JsonNode data) {
        JsonNode params = data.path("cardParamMap");
        if (!params.isObject()) {
            throw refusal("param.cardPublicDataEmpty");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        params.properties().forEach(field -> {
            if (!field.getValue().isTextual()) {
                throw refusal("param.invalid");
            }
            texts.put(field.getKey(), field.getValue().textValue());
        });
        return texts;
    }

    private static Map<String, Map<String, String>> privateParams(ObjectNode body) {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> person : body.path("privateData").properties()) {
            all.put(person.getKey(), params(person.getValue()));
        }
        return all;
    }

    private void deliver(ApiRequest call, ObjectNode body, ArrayNode results) {
        SimulatedCard card = card(SimulatedGateway.mandatory(body, "outTrackId").asText());
        String spaces = SimulatedGateway.mandatory(body, "openSpaceId").asText();
        if (!spaces.startsWith(PREFIX)) {
            throw refusal("param.openSpaceIdInvalid");
        }
        List<String> delivered = new ArrayList<>(card.conversationIds());
        for (String space : spaces.substring(PREFIX.length()).split(";")) {
            int dot = space.indexOf('.');
            if (dot < 0) {
                throw refusal("param.openSpaceIdInvalid");
            }
            String type = space.substring(0, dot).toUpperCase(Locale.ROOT);
            String id = space.substring(dot + 1);
            String fault = switch (type) {
                case "IM_GROUP" -> fault(call, body, "imGroupOpenDeliverModel", platform.groupOrNull(id) != null, "conversation not exist");
                case "IM_ROBOT" -> fault(call, body, "imRobotOpenDeliverModel", platform.person(id)
                        .reach() == Person.Reach.REACHABLE, "user not exist");
                default -> throw refusal("param.openSpaceIdInvalid");
            };
            String carrierId = "";
            if (fault.isEmpty()) {
                carrierId = RandomText.base64("pqk");
                String robotCode = call.caller().robotCode();
                String conversation = type.equals("IM_GROUP") ? id : Platform.dm(robotCode, id);
                delivered.add(conversation);
                platform.sentKeys().put(carrierId, new RecallableMessage(robotCode, type.equals("IM_GROUP") ? id
                        : null, platform.now(), false));
                platform.deliver(new Delivery(0, null, Delivery.Channel.CARD, robotCode, conversation, type.equals("IM_GROUP") ? null
                        : id, card.templateId(),
                        card.params().get("title"), card.params().get("markdown"), type.equals("IM_GROUP") ? mentions(body)
                        : Delivery.At.NONE, carrierId, null, Json.write(Json.object().put("outTrackId", card.outTrackId()))));
            }
            results.addObject().put("spaceType", type).put("spaceId", id).put("success", fault.isEmpty()).put("carrierId", carrierId)
                    .put("errorMsg", fault);
        }
        platform.cards().put(card.outTrackId(), new SimulatedCard(card.app(), card.outTrackId(), card.templateId(), card.params(),
                card.privateParams(), delivered, card.streaming()));
    }

    private static Delivery.At mentions(ObjectNode body) {
        List<String> users = new ArrayList<>();
        body.at("/imGroupOpenDeliverModel/atUserIds").fieldNames().forEachRemaining(users::add);
        boolean all = users.remove("@ALL");
        return new Delivery.At(users, List.of(), all);
    }

    private static String fault(ApiRequest call, ObjectNode body, String model, boolean reachable, String otherwise) {
        JsonNode how = body.get(model);
        if (how == null) {
            throw refusal("param.spaceDeliverModelEmpty");
        }
        String robotCode = Json.text(how, "robotCode");
        if (model.startsWith("imGroup") && robotCode == null || robotCode != null && !robotCode.equals(call.caller().robotCode())) {
            throw refusal("param.openDeliverModelError");
        }
        return reachable ? "" : otherwise;
    }

    private ApiResponse update(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        SimulatedCard card = card(SimulatedGateway.mandatory(body, "outTrackId").asText());
        if (!body.has("cardData") && !body.has("privateData")) {
            throw refusal("param.cardDataAndPrivateDataBothEmpty");
        }
        platform.changeCard(card.outTrackId(), before -> changed(before, body));
        return ApiResponse.api(Json.object().put("success", true).put("result", true));
    }

    /**
     * The card with what {@code cardData}, {@code privateData} and {@code cardUpdateOptions} say (docs/protocol.md 6.5.4).
     *
     * @throws ApiErrorException if a variable is no text
     */
    public static SimulatedCard changed(SimulatedCard card, ObjectNode body) {
        JsonNode options = body.path("cardUpdateOptions");
        Map<String, String> params = new LinkedHashMap<>(options.path("updateCardDataByKey").asBoolean() || !body.has("cardData")
                ? card.params() : Map.of());
        if (body.has("cardData")) {
            params.putAll(params(body.path("cardData")));
        }
        Map<String, Map<String, String>> mine = new LinkedHashMap<>(card.privateParams());
        privateParams(body).forEach((person, changes) -> {
            Map<String, String> merged = new LinkedHashMap<>(options.path("updatePrivateDataByKey").asBoolean()
                    ? mine.getOrDefault(person, Map.of()) : Map.of());
            merged.putAll(changes);
            mine.put(person, merged);
        });
        return new SimulatedCard(card.app(), card.outTrackId(), card.templateId(), params, mine, card.conversationIds(), card.streaming());
    }

    private ApiResponse stream(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        String outTrackId = SimulatedGateway.mandatory(body, "outTrackId").asText();
        if (platform.cards().get(outTrackId) == null) {
            throw new ApiErrorException("param.stream.outTrackId", "card is not exist");
        }
        String key = needed(body, "key", "param.stream.keyEmpty");
        needed(body, "guid", "param.stream.guidEmpty");
        String content = needed(body, "content", "param.stream.contentEmpty");
        if (!body.path("isFull").isBoolean()) {
            throw new ApiErrorException("param.stream.isFull", "isFull is null");
        }
        if (content.length() > MAX_CONTENT) {
            throw new ApiErrorException("param.stream.content", "content is too large");
        }
        boolean full = body.path("isFull").asBoolean();
        String streaming = body.path("isError").asBoolean() ? "failed" : body.path("isFinalize").asBoolean() ? "finished" : "forming";
        platform.changeCard(outTrackId, card -> streamed(card, key, content, full, streaming));
        return ApiResponse.api(Json.object().put("success", true).put("result", true));
    }

    private static SimulatedCard streamed(SimulatedCard card, String key, String content, boolean full, String streaming) {
        Map<String, String> params = new LinkedHashMap<>(card.params());
        // updates after the end show nothing
        if (!card.finished()) {
            params.merge(key, content, (before, now) -> full ? now : before + now);
        }
        return new SimulatedCard(card.app(), card.outTrackId(), card.templateId(), params, card.privateParams(), card.conversationIds(),
                card.finished() ? card.streaming() : streaming);
    }

    private static String needed(ObjectNode body, String field, String code) {
        String value = Json.text(body, field);
        if (value == null || value.isEmpty()) {
            throw new ApiErrorException(code, code);
        }
        return value;
    }

    private SimulatedCard card(String outTrackId) {
        SimulatedCard card = platform.cards().get(outTrackId);
        if (card == null) {
            throw refusal("param.cardNotExist");
        }
        return card;
    }

    /** The text of these errors is their code (docs/protocol.md 6.5.7). */
    private static ApiErrorException refusal(String code) {
        return new ApiErrorException(code, code);
    }
}
