package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;

/** A robot message as DingTalk puts it on the wire (docs/protocol.md 3), with the ids that tests want to know. */
public record SimulatedRobotMessage(String msgId, String conversationId, String sessionWebhook, String json) {

    public static SimulatedRobotMessage of(UserMessage userMessage, SimulatedApp app, Platform platform) {
        Person sender = platform.person(userMessage.user());
        Group group = userMessage.groupOrNull() == null ? null : platform.group(userMessage.groupOrNull());
        String conversationId = group == null ? Platform.dm(app.robotCode(), sender.staffId()) : group.conversationId();
        String robotId = RandomText.base64Of("$:LWCP_v1:$", app.robotCode());
        boolean mentioned = group != null && userMessage.mentions();
        Instant now = platform.now();
        SimulatedSession session = userMessage.sessionExpiryOrNull() == null
                ? platform.session(app.robotCode(), conversationId, now.plus(Platform.SESSION_LIFE))
                : platform.ownSession(app.robotCode(), conversationId, userMessage.sessionExpiryOrNull());

        ObjectNode json = Json.object();
        json.put("senderPlatform", sender.platform());
        json.put("conversationId", conversationId);
        json.put("openThreadId", conversationId);
        if (group != null) {
            ArrayNode atUsers = json.putArray("atUsers");
            if (mentioned) {
                atUsers.addObject().put("dingtalkId", robotId);
            }
        }
        json.put("chatbotCorpId", Platform.CORP_ID);
        json.put("chatbotUserId", robotId);
        json.put("msgId", userMessage.msgIdOrNull() == null ? RandomText.base64("msg") : userMessage.msgIdOrNull());
        json.put("senderNick", sender.nick());
        json.put("isAdmin", sender.admin());
        if (!sender.outsider()) {
            json.put("senderStaffId", sender.staffId());
        }
        json.put("senderUnionId", sender.unionId());
        json.put("sessionWebhookExpiredTime", session.expiresAt().toEpochMilli());
        json.put("createAt", now.toEpochMilli());
        json.put("senderCorpId", Platform.CORP_ID);
        json.put("conversationType", group == null ? "1" : "2");
        json.put("senderId", sender.dingtalkId());
        if (group != null) {
            json.put("conversationTitle", group.title());
            json.put("isInAtList", mentioned);
        }
        json.put("sessionWebhook", session.webhook(platform.url()));
        json.putObject("text").put("content", mentioned ? " " + userMessage.text() : userMessage.text());
        json.put("robotCode", app.robotCode());
        json.put("msgtype", "text");
        json.remove(userMessage.leftOut());
        if (userMessage.withOrNull() != null) {
            json.setAll(Json.required(userMessage.withOrNull(), "fields of a message"));
        }
        return new SimulatedRobotMessage(Json.text(json, "msgId"), conversationId, session.webhook(platform.url()), Json.write(json));
    }
}
