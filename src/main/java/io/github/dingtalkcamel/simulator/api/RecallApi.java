package io.github.dingtalkcamel.simulator.api;

import java.time.Duration;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.RecallableMessage;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.http.HttpMethod;

/**
 * Recall of what a robot sent, to people and in groups, within 24 h (docs/protocol.md 6.4). A key of the other family ends up in
 * {@code failedResult}.
 */
public final class RecallApi {

    private static final Duration WINDOW = Duration.ofHours(24);
    private static final int MAX_KEYS = 20;

    private final Platform platform;

    public RecallApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/otoMessages/batchRecall", ApiFamily.ROBOT, "qyapi_robot_sendmsg",
                call -> recall(call, false));
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/groupMessages/recall", ApiFamily.ROBOT, "qyapi_robot_sendmsg",
                call -> recall(call, true));
    }

    private ApiResponse recall(ApiRequest call, boolean inGroup) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        String group = inGroup ? SimulatedGateway.mandatory(body, "openConversationId").asText() : null;
        String robotCode = SimulatedGateway.mandatory(body, "robotCode").asText();
        JsonNode keys = SimulatedGateway.mandatory(body, "processQueryKeys");
        if (!call.caller().robotCode().equals(robotCode)) {
            throw new ApiErrorException("not.allowed.robotCode", "错误描述: robotCode 与应用不匹配；");
        }
        if (!keys.isArray() || keys.isEmpty()) {
            throw new ApiErrorException("invalidParameter.processQueryKey.missing", "错误描述: 缺少参数 processQueryKeys ;");
        }
        if (keys.size() > MAX_KEYS) {
            throw new ApiErrorException("invalidParameter.processQueryKeys.overMax", "错误描述: processQueryKeys 超过最大数量 " + MAX_KEYS + "；");
        }
        ObjectNode answer = Json.object();
        ArrayNode done = answer.putArray("successResult");
        ObjectNode failed = answer.putObject("failedResult");
        for (JsonNode each : keys) {
            String key = each.asText();
            RecallableMessage sent = platform.sentKeys().get(key);
            if (sent == null || !sent.robotCode().equals(robotCode) || !Objects.equals(group, sent.group())) {
                failed.put(key, "invalid.processQueryKey");
            } else if (!platform.now().isBefore(sent.at().plus(WINDOW))) {
                failed.put(key, "robot.processQueryKey.expired");
            } else {
                platform.recall(key, sent);
                done.add(key);
            }
        }
        return ApiResponse.api(answer);
    }
}
