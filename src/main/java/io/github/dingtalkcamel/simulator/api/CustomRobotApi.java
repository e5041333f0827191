package io.github.dingtalkcamel.simulator.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.RateLimit;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.vertx.core.http.HttpMethod;

/** Custom group robots (docs/protocol.md 6.2): token, then signature, address and rate, then the message and its keywords. */
public final class CustomRobotApi {

    private static final Duration SIGNATURE_LIFE = Duration.ofHours(1);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration PENALTY = Duration.ofMinutes(10);

    private final Platform platform;
    private final Map<String, RateLimit> limits = new ConcurrentHashMap<>();

    public CustomRobotApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.open(HttpMethod.POST, "/robot/send", ApiFamily.CUSTOM_ROBOT, this::send);
    }

    private ApiResponse send(ApiRequest call) {
        String token = call.parameters().get("access_token");
        if (token == null || token.isEmpty()) {
            throw new ApiErrorException(40035, "缺少参数 access_token");
        }
        CustomRobot robot = platform.customRobotOrNull(token);
        if (robot == null) {
            throw new ApiErrorException(300005, "token is not exist");
        }
        checkSignature(robot, call);
        if (!robot.allowedIps().isEmpty() && !robot.allowedIps().contains(call.remoteAddress())) {
            throw new ApiErrorException(310000, "ip " + call.remoteAddress() + " not in whitelist");
        }
        if (robot.limitPerMinute() > 0
                && !limits.computeIfAbsent(token, it -> new RateLimit(robot.limitPerMinute(), WINDOW, PENALTY)).allows(platform.now())) {
            throw new ApiErrorException(ErrorFormat.WEBHOOK.throttled());
        }
        SimulatedWebhookMessage message = SimulatedWebhookMessage.in(call);
        checkKeywords(robot, message);
        if (platform.firstOfItsUuid(token, message.msgUuid())) {
            platform.deliver(message.delivery(Delivery.Channel.WEBHOOK, token, robot.conversationId()));
        }
        return ApiResponse.errcode(0, "ok");
    }

    private void checkSignature(CustomRobot robot, ApiRequest call) {
        if (robot.secret() == null) {
            return;
        }
        String timestamp = call.parameters().get("timestamp");
        String sign = call.parameters().get("sign");
        if (timestamp == null || !timestamp.matches("\\d{1,18}") || !SimulatedRobotSignature.of(timestamp, robot.secret()).equals(sign)) {
            throw new ApiErrorException(310000, "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中，"
                    + "请确认机器人的密钥加密和填写正确;link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;");
        }
        Duration age = Duration.between(Instant.ofEpochMilli(Long.parseLong(timestamp)), platform.now()).abs();
        if (age.compareTo(SIGNATURE_LIFE) > 0) {
            throw new ApiErrorException(310000, "description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在 timestampms 以内;"
                    + "link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;");
        }
    }

    private static void checkKeywords(CustomRobot robot, SimulatedWebhookMessage message) {
        String readable = message.title() == null ? message.text() : message.title() + "\n" + message.text();
        if (!robot.keywords().isEmpty() && robot.keywords().stream().noneMatch(readable::contains)) {
            throw new ApiErrorException(310000, "description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词，并在发送的信息中包含此关键词;"
                    + "link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;");
        }
    }
}
