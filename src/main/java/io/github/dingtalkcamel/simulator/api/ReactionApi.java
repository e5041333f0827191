package io.github.dingtalkcamel.simulator.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.http.HttpMethod;

/** Reactions under messages, as peers use them (docs/protocol.md 6.8). What is shown is remembered by message. */
public final class ReactionApi {

    private final Platform platform;

    public ReactionApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/emotion/reply", ApiFamily.REACTION, "qyapi_robot_sendmsg",
                call -> react(call, true));
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/emotion/recall", ApiFamily.REACTION, "qyapi_robot_sendmsg",
                call -> react(call, false));
    }

    private ApiResponse react(ApiRequest call, boolean show) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        SimulatedGateway.mandatory(body, "robotCode");
        SimulatedGateway.mandatory(body, "openConversationId");
        String msgId = SimulatedGateway.mandatory(body, "openMsgId").asText();
        String name = SimulatedGateway.mandatory(body, "emotionName").asText();
        if (show) {
            platform.reactions().put(msgId, name);
        } else {
            platform.reactions().remove(msgId);
        }
        return ApiResponse.api(Json.object().put("success", true));
    }
}
