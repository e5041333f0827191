package io.github.dingtalkcamel.simulator.api;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.RecallableMessage;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.vertx.core.http.HttpMethod;

/**
 * Sends of an app's robot to people and groups (docs/protocol.md 6.3). After the gateway: fields there, robot, recipients, then the
 * message, each with the code of docs/protocol.md 6.3.5.
 */
public final class SimulatedRobotApi {

    private static final String SCOPE = "qyapi_robot_sendmsg";
    private static final int MAX_USERS = 20;
    private static final int MAX_MSG_PARAM_BYTES = 15_000;

    private final Platform platform;

    public SimulatedRobotApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/oToMessages/batchSend", ApiFamily.ROBOT, SCOPE, this::batchSend);
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/groupMessages/send", ApiFamily.ROBOT, SCOPE, this::groupSend);
    }

    private ApiResponse batchSend(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        JsonNode robotCode = SimulatedGateway.mandatory(body, "robotCode");
        JsonNode userIds = SimulatedGateway.mandatory(body, "userIds");
        SimulatedGateway.mandatory(body, "msgKey");
        SimulatedGateway.mandatory(body, "msgParam");
        checkRobot(call, robotCode);
        Set<String> recipients = recipients(userIds);
        Message message = Message.in(body);

        String processQueryKey = RandomText.base64("pqk");
        ObjectNode result = Json.object();
        ArrayNode flowControlled = result.putArray("flowControlledStaffIdList");
        ArrayNode invalid = result.putArray("invalidStaffIdList");
        for (String userId : recipients) {
            switch (platform.person(userId).reach()) {
                case UNKNOWN -> invalid.add(userId);
                case FLOW_CONTROLLED -> flowControlled.add(userId);
                case REACHABLE -> platform.deliver(message.delivery(Delivery.Channel.OTO, robotCode.asText(),
                        Platform.dm(robotCode.asText(), userId), userId, processQueryKey));
            }
        }
        platform.sentKeys().put(processQueryKey, new RecallableMessage(robotCode.asText(), null, platform.now(), false));
        return ApiResponse.api(result.put("processQueryKey", processQueryKey));
    }

    private ApiResponse groupSend(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        JsonNode robotCode = SimulatedGateway.mandatory(body, "robotCode");
        SimulatedGateway.mandatory(body, "msgKey");
        SimulatedGateway.mandatory(body, "msgParam");
        checkRobot(call, robotCode);
        String conversationId = Json.text(body, "openConversationId");
        if (conversationId == null || conversationId.isEmpty()) {
            throw new ApiErrorException("miss.openConversationId", "错误描述: 缺少参数 openConversationId ;解决方案:请填写该参数;");
        }
        if (platform.groupOrNull(conversationId) == null) {
            throw new ApiErrorException("invalid.openConversationId", "错误描述: openConversationId 无效；解决方案:请确认 openConversationId 是否正确；");
        }
        Message message = Message.in(body);

        String processQueryKey = RandomText.base64("pqk");
        platform.deliver(message.delivery(Delivery.Channel.GROUP, robotCode.asText(), conversationId, null, processQueryKey));
        platform.sentKeys().put(processQueryKey, new RecallableMessage(robotCode.asText(), conversationId, platform.now(), false));
        return ApiResponse.api(Json.object().put("processQueryKey", processQueryKey));
    }

    private void checkRobot(ApiRequest call, JsonNode robotCode) {
        if (!robotCode.isTextual()) {
            throw new ApiErrorException("invalidParameter.robotCode.invalid", "错误描述: robotCode 格式不正确；解决方案:请确认 robotCode 是否正确；");
        }
        if (robotCode.asText().isBlank()) {
            throw new ApiErrorException("invalidParameter.robotCode.empty", "错误描述: robotCode 为空；解决方案:请填写 robotCode；");
        }
        if (!platform.robotExists(robotCode.asText())) {
            throw new ApiErrorException("invalidParameter.robotCode.notExsit", "错误描述: robot 不存在；解决方案:请确认 robotCode 是否正确；");
        }
        if (!call.caller().robotCode().equals(robotCode.asText())) {
            throw new ApiErrorException("invalidParameter.robotCode.auth", "错误描述: robotCode 与应用不匹配；解决方案:请使用该机器人所属应用的access_token；");
        }
    }

    private static Set<String> recipients(JsonNode userIds) {
        if (!userIds.isArray()) {
            throw new ApiErrorException("invalidParameter.param.invalid", "错误描述: userIds 格式不正确；解决方案:请使用数组；");
        }
        if (userIds.isEmpty()) {
            throw new ApiErrorException("invalidParameter.userIds.empty", "错误描述: userIds 为空；解决方案:请填写 userIds；");
        }
        if (userIds.size() > MAX_USERS) {
            throw new ApiErrorException("invalidParameter.userIds.overMax", "错误描述: userIds 超过最大数量 " + MAX_USERS + "；解决方案:请分批发送；");
        }
        Set<String> recipients = new LinkedHashSet<>();
        for (JsonNode userId : userIds) {
            if (!userId.isTextual() || userId.asText().isBlank()) {
                throw new ApiErrorException("invalidParameter.userId.empty", "错误描述: userId 为空；解决方案:请填写 userId；");
            }
            recipients.add(userId.asText());
        }
        return recipients;
    }

    /** A template with its parameters, checked. */
    private record Message(String msgKey, RobotTemplate template, ObjectNode msgParam, String raw) {

        static Message in(ObjectNode body) {
            String msgKey = body.path("msgKey").asText();
            if (msgKey.isBlank()) {
                throw new ApiErrorException("invalidParameter.msgKey.empty", "错误描述: msgKey 为空；解决方案:请填写 msgKey；");
            }
            RobotTemplate template = RobotTemplate.orNull(msgKey);
            if (template == null) {
                throw new ApiErrorException("invalidParameter.msgKey.invalid", "错误描述: 不支持类型 " + msgKey + " ;解决方案:请使用支持的类型;"
                        + "参考链接:https://open.dingtalk.com/document/orgapp/types-of-messages-sent-by-robots;");
            }
            JsonNode raw = body.path("msgParam");
            if (raw.isTextual() && raw.asText().getBytes(StandardCharsets.UTF_8).length > MAX_MSG_PARAM_BYTES) {
                throw new ApiErrorException("invalidParameter.msgParam.tooLong", "错误描述: msgParam 超过最大长度 " + MAX_MSG_PARAM_BYTES + "；");
            }
            ObjectNode msgParam = raw.isTextual() ? Json.objectOrNull(raw.asText()) : null;
            if (msgParam == null) {
                throw new ApiErrorException("invalidParameter.msgParam.invalid", "错误描述:msgParam格式不正确;解决方案:请使用json格式;");
            }
            template.check(msgParam);
            return new Message(msgKey, template, msgParam, raw.asText());
        }

        Delivery delivery(Delivery.Channel channel, String robotCode, String conversationId, String userId, String processQueryKey) {
            return new Delivery(0, null, channel, robotCode, conversationId, userId, msgKey, template.title(msgParam),
                    template.text(msgParam), Delivery.At.NONE, processQueryKey, null, raw);
        }
    }
}
