package io.github.dingtalkcamel.simulator;

import io.vertx.core.http.HttpMethod;

/** Answers to the message just received (protocol 6.1). The session in the URL is all the proof there is. */
final class SessionWebhookApi {

    private static final String PATH = "/robot/sendBySession";

    private final Platform platform;

    SessionWebhookApi(Platform platform) {
        this.platform = platform;
    }

    static String url(Platform platform, SimulatedSession session) {
        return platform.url() + PATH + "?session=" + session.id();
    }

    void register(SimulatedGateway gateway) {
        gateway.open(HttpMethod.POST, PATH, ApiFamily.SESSION_WEBHOOK, this::send);
    }

    private Answer send(Call call) {
        SimulatedSession session = platform.liveSession(call.parameters().get("session"));
        if (session == null) {
            throw new Refusal(300001, "session 不存在");
        }
        SimulatedWebhookMessage message = SimulatedWebhookMessage.in(call);
        if (platform.firstOfItsUuid(session.id(), message.msgUuid())) {
            platform.deliver(message.delivery(Delivery.Channel.SESSION, session.robotCode(), session.conversationId()));
        }
        return Answer.errcode(0, "ok");
    }
}
