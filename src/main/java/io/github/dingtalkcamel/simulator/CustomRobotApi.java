package io.github.dingtalkcamel.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.vertx.core.http.HttpMethod;

/** Custom group robots (protocol 6.2): token, then signature, address and rate, then the message and its keywords. */
final class CustomRobotApi {

    private static final Duration SIGNATURE_LIFE = Duration.ofHours(1);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration PENALTY = Duration.ofMinutes(10);

    private final Platform platform;
    private final Map<String, RateLimit> limits = new ConcurrentHashMap<>();

    CustomRobotApi(Platform platform) {
        this.platform = platform;
    }

    void register(SimulatedGateway gateway) {
        gateway.open(HttpMethod.POST, "/robot/send", ApiFamily.CUSTOM_ROBOT, this::send);
    }

    private Answer send(Call call) {
        String token = call.parameters().get("access_token");
        if (token == null || token.isEmpty()) {
            throw new Refusal(40035, "缺少参数 access_token");
        }
        CustomRobot robot = platform.customRobotOrNull(token);
        if (robot == null) {
            throw new Refusal(300005, "token is not exist");
        }
        checkSignature(robot, call);
        if (!robot.allowedIps().isEmpty() && !robot.allowedIps().contains(call.remoteAddress())) {
            throw new Refusal(310000, "ip " + call.remoteAddress() + " not in whitelist");
        }
        if (robot.limitPerMinute() > 0
                && !limits.computeIfAbsent(token, it -> new RateLimit(robot.limitPerMinute(), WINDOW, PENALTY)).allows(platform.now())) {
            throw new Refusal(Dialect.WEBHOOK.throttled());
        }
        SimulatedWebhookMessage message = SimulatedWebhookMessage.in(call);
        checkKeywords(robot, message);
        if (platform.firstOfItsUuid(token, message.msgUuid())) {
            platform.deliver(message.delivery(Delivery.Channel.WEBHOOK, token, robot.conversationId()));
        }
        return Answer.errcode(0, "ok");
    }

    private void checkSignature(CustomRobot robot, Call call) {
        if (robot.secret() == null) {
            return;
        }
        String timestamp = call.parameters().get("timestamp");
        String sign = call.parameters().get("sign");
        if (timestamp == null || !timestamp.matches("\\d{1,18}") || !SimulatedRobotSignature.of(timestamp, robot.secret()).equals(sign)) {
            throw new Refusal(310000, "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中，"
                    + "请确认机器人的密钥加密和填写正确;link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;");
        }
        Duration age = Duration.between(Instant.ofEpochMilli(Long.parseLong(timestamp)), platform.now()).abs();
        if (age.compareTo(SIGNATURE_LIFE) > 0) {
            throw new Refusal(310000, "description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在 timestampms 以内;"
                    + "link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;");
        }
    }

    private static void checkKeywords(CustomRobot robot, SimulatedWebhookMessage message) {
        String readable = message.title() == null ? message.text() : message.title() + "\n" + message.text();
        if (!robot.keywords().isEmpty() && robot.keywords().stream().noneMatch(readable::contains)) {
            throw new Refusal(310000, "description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词，并在发送的信息中包含此关键词;"
                    + "link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;");
        }
    }
}
