package io.github.dingtalkcamel.simulator.platform;

import java.util.List;
import java.util.Objects;

/**
 * A custom group robot, reached by its webhook {@code /robot/send?access_token=…} (docs/protocol.md 6.2).
 *
 * @param secret         {@code SEC…}; null: requests need no signature
 * @param keywords       a message must contain one of them, unless there are none
 * @param allowedIps     addresses that may send, unless there are none; plain IPv4 or IPv6 addresses, no networks
 * @param limitPerMinute messages taken in a minute, after which the robot is mute for ten (20 at DingTalk); 0: no limit
 */
public record CustomRobot(String accessToken, String conversationId, String secret, List<String> keywords, List<String> allowedIps,
        int limitPerMinute) {

    public CustomRobot {
        Objects.requireNonNull(accessToken, "accessToken");
        Objects.requireNonNull(conversationId, "conversationId");
        keywords = List.copyOf(keywords);
        allowedIps = List.copyOf(allowedIps);
    }

    /** A robot without any security setting, with DingTalk's limit of 20 messages a minute. */
    public static CustomRobot of(String accessToken, String conversationId) {
        return new CustomRobot(accessToken, conversationId, null, List.of(), List.of(), 20);
    }

    public CustomRobot withSecret(String value) {
        return new CustomRobot(accessToken, conversationId, value, keywords, allowedIps, limitPerMinute);
    }

    public CustomRobot withKeywords(String... values) {
        return new CustomRobot(accessToken, conversationId, secret, List.of(values), allowedIps, limitPerMinute);
    }

    public CustomRobot withAllowedIps(String... values) {
        return new CustomRobot(accessToken, conversationId, secret, keywords, List.of(values), limitPerMinute);
    }

    public CustomRobot withLimitPerMinute(int value) {
        return new CustomRobot(accessToken, conversationId, secret, keywords, allowedIps, value);
    }

    /** Without token and secret. */
    @Override
    public String toString() {
        return "CustomRobot[conversationId=" + conversationId + "]";
    }
}
