package io.github.dingtalkcamel.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;

/** Reactions under messages, as peers use them (protocol 6.8). What is shown is remembered by message. */
final class ReactionApi {

    private final Platform platform;

    ReactionApi(Platform platform) {
        this.platform = platform;
    }

    void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/emotion/reply", ApiFamily.REACTION, "qyapi_robot_sendmsg", call -> react(call, true));
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/emotion/recall", ApiFamily.REACTION, "qyapi_robot_sendmsg", call -> react(call, false));
    }

    private Answer react(Call call, boolean show) {
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
        return Answer.api(Json.object().put("success", true));
    }
}
