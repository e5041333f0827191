package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookAddressesTest {

    private final WebhookAddresses webhooks = new WebhookAddresses(URI.create("https://api.dingtalk.com"),
            URI.create("https://oapi.dingtalk.com"));

    @ParameterizedTest
    @ValueSource(strings = {"https://oapi.dingtalk.com/robot/send?access_token=x",
            "https://OAPI.dingtalk.com:443/robot/send?access_token=x"})
    void knowsACustomRobot(String address) {
        assertThat(webhooks.isCustomRobot(URI.create(address))).isTrue();
        assertThat(webhooks.isSessionWebhook(URI.create(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/robot/send?access_token=x",
            "https://oapi.dingtalk.com.evil.example/robot/send?access_token=x", "http://oapi.dingtalk.com/robot/send?access_token=x",
            "https://api.dingtalk.com/robot/send?access_token=x", "https://oapi.dingtalk.com@evil.example/robot/send?access_token=x",
            "https://a@oapi.dingtalk.com/robot/send?access_token=x", "https://oapi.dingtalk.com/robot/send",
            "https://oapi.dingtalk.com/robot/send?access_token=x&y=z", "https://oapi.dingtalk.com/robot/other?access_token=x",
            "https://oapi.dingtalk.com:444/robot/send?access_token=x", "robot/send"})
    void takesNoOtherAddressForACustomRobot(String address) {
        assertThat(webhooks.isCustomRobot(URI.create(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://oapi.dingtalk.com/robot/sendBySession?session=x",
            "https://api.dingtalk.com/robot/sendBySession?session=x"})
    void knowsASessionWebhookOfEitherHost(String address) {
        assertThat(webhooks.isSessionWebhook(URI.create(address))).isTrue();
        assertThat(webhooks.isCustomRobot(URI.create(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/robot/sendBySession?session=x",
            "https://oapi.dingtalk.com/robot/send%42ySession?session=x", "https://oapi.dingtalk.com/robot/sendBySession/?session=x",
            "https://a@oapi.dingtalk.com/robot/sendBySession?session=x", "https://oapi.dingtalk.com/robot/sendBySession?session=x#y",
            "ftp://oapi.dingtalk.com/robot/sendBySession?session=x"})
    void takesNoOtherAddressForASessionWebhook(String address) {
        assertThat(webhooks.isSessionWebhook(URI.create(address))).isFalse();
    }
}
