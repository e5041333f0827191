package io.github.dingtalkcamel.simulator.api;

import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatedSession;
import io.vertx.core.http.HttpMethod;

/** Answers to the message just received (docs/protocol.md 6.1). The session in the URL is all the proof there is. */
public final class SessionWebhookApi {

    private final Platform platform;

    public SessionWebhookApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.open(HttpMethod.POST, SimulatedSession.PATH, ApiFamily.SESSION_WEBHOOK, this::send);
    }

    private ApiResponse send(ApiRequest call) {
        SimulatedSession session = platform.liveSession(call.parameters().get("session"));
        if (session == null) {
            throw new ApiErrorException(300001, "session 不存在");
        }
        SimulatedWebhookMessage message = SimulatedWebhookMessage.in(call);
        if (platform.firstOfItsUuid(session.id(), message.msgUuid())) {
            platform.deliver(message.delivery(Delivery.Channel.SESSION, session.robotCode(), session.conversationId()));
        }
        return ApiResponse.errcode(0, "ok");
    }
}
