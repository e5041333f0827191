package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:robot}: a custom robot needs its URL and no app. */
class RobotTest {

    private static final String OTHER_GROUP = "cidFAKEgroup0002==";
    private static final String SECRET = "SEC0123456789abcdef0123456789abcdef0123456789abcdef";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private String robot(String options) {
        String url = bare.simulator().url() + "/robot/send?access_token=robot-token-1";
        return "dingtalk:robot?webhookUrl=" + URLEncoder.encode(url, StandardCharsets.UTF_8) + options;
    }

    private Delivery delivered() {
        return bare.simulator().deliveriesTo(BareContext.GROUP).get(0);
    }

    @Test
    void sendsMarkdownWithMentionsAndWithoutAnApp() {
        bare.simulator().addCustomRobot(CustomRobot.of("robot-token-1", BareContext.GROUP));
        bare.component().getConfiguration().setAppKey(null);
        bare.component().getConfiguration().setAppSecret(null);

        Exchange sent = bare.send(robot("&atUserIds=staff001&atAll=true&title=Disk"), "disk full");

        assertThat(sent.getException()).isNull();
        assertThat(delivered().title()).isEqualTo("Disk");
        assertThat(delivered().text()).contains("disk full").contains("@staff001");
        assertThat(delivered().at().userIds()).containsExactly("staff001");
        assertThat(delivered().at().all()).isTrue();
        assertThat(delivered().msgUuid()).isNotEmpty();
        assertThat(sent.getMessage().getBody()).isEqualTo("disk full");
    }

    @Test
    void signsWhereTheRobotHasASecret() {
        bare.simulator().addCustomRobot(CustomRobot.of("robot-token-1", BareContext.GROUP).withSecret(SECRET));

        assertThat(bare.send(robot("&format=text&secret=" + SECRET), "signed").getException()).isNull();
        assertThat(delivered().type()).isEqualTo("text");
        assertThat(bare.send(robot("&format=text"), "unsigned").getException()).isInstanceOfSatisfying(DingTalkException.class,
                e -> assertThat(e.remedy()).contains("option secret"));
    }

    @Test
    void sendsOtherTypesWithTheBodyAsTheirFields() {
        bare.simulator().addCustomRobot(CustomRobot.of("robot-token-1", BareContext.GROUP));

        bare.send(robot("&format=link"), Map.of("title", "T", "text", "look", "messageUrl", "https://e.invalid/x"));
        bare.send(robot(""), Map.of("msgtype", "text", "text", Map.of("content", "as it is")));

        assertThat(bare.simulator().deliveriesTo(BareContext.GROUP)).extracting(Delivery::type).containsExactly("link", "text");
    }

    private Exchange sendTo(String endpoint, Object address) {
        return bare.producer().send(endpoint, exchange -> {
            exchange.setProperty(RobotAddress.PROPERTY, address);
            exchange.getMessage().setHeader(RobotAddress.PROPERTY, "http://127.0.0.1:1/robot/send?access_token=of-a-header");
            exchange.getMessage().setBody(Json.MAPPER.valueToTree(Map.of("msgtype", "text", "text", Map.of("content", "hello"))));
        });
    }

    @Test
    void sendsByTheRobotWhoseAddressTheApplicationPutIntoTheExchange() {
        bare.simulator().addCustomRobot(CustomRobot.of("robot-token-1", BareContext.GROUP));
        bare.simulator().addCustomRobot(CustomRobot.of("robot-token-2", OTHER_GROUP).withSecret(SECRET));
        URI second = URI.create(bare.simulator().url() + "/robot/send?access_token=robot-token-2");
        RobotAddress signed = new RobotAddress("second", second, Secret.of(SECRET), OptionNames.OF_URI);
        RobotAddress unsigned = new RobotAddress("second", second, Secret.UNSET, OptionNames.settings("dingtalk."));

        assertThat(sendTo("dingtalk:robot", signed).getException()).isNull();
        assertThat(sendTo(robot(""), signed).getException()).isNull();
        assertThat(bare.texts(OTHER_GROUP)).containsExactly("hello", "hello");
        assertThat(bare.simulator().deliveriesTo(BareContext.GROUP)).isEmpty();
        assertThat(sendTo("dingtalk:robot", unsigned).getException()).isInstanceOfSatisfying(DingTalkException.class,
                e -> assertThat(e.remedy()).contains("dingtalk.webhook-secret"));
        assertThat(bare.context().getEndpoints()).noneMatch(endpoint -> endpoint.getEndpointUri().contains("robot-token-2"));
        assertThat(signed).hasToString("RobotAddress[second]");
    }

    @Test
    void takesNoTextForAnAddressAndNoHeader() {
        String address = bare.simulator().url() + "/robot/send?access_token=robot-token-1";
        bare.simulator().addCustomRobot(CustomRobot.of("robot-token-1", BareContext.GROUP));

        assertThat(sendTo("dingtalk:robot", address).getException()).hasMessageContaining("must be a RobotAddress")
                .hasMessageNotContaining("robot-token-1");
        assertThat(sendTo("dingtalk:robot", null).getException()).hasMessageContaining("option webhookUrl");
        assertThat(bare.simulator().requests()).isEmpty();
    }

    @Test
    void eachRobotHasALimitOfItsOwn() {
        List<String> asked = new ArrayList<>();
        DingTalkComponent component = new DingTalkComponent(bare.context());
        component.setCallLimiter((call, until) -> {
            asked.add(call.integration() + " " + call.name());
            return CompletableFuture.completedFuture(Permit.NONE);
        });
        bare.context().addComponent("limited", component);
        for (String name : List.of("one", "two")) {
            sendTo("limited:robot",
                    new RobotAddress(name, URI.create(bare.simulator().url() + "/robot/send?access_token=" + name + "-token"),
                    Secret.UNSET, OptionNames.OF_URI));
        }

        assertThat(asked).containsExactly("one custom robot", "two custom robot");
    }

    @Test
    void refusesWhatIsNoRobotsUrlWithoutRepeatingIt() {
        assertThatThrownBy(() -> bare.producer().sendBody("dingtalk:robot?webhookUrl=https://e.invalid/hook?access_token=s3cret-token",
                "x"))
                .hasStackTraceContaining("webhookUrl").rootCause().hasMessageNotContaining("s3cret-token");
        assertThatThrownBy(() -> bare.producer().sendBody("dingtalk:robot", "x")).rootCause().hasMessageContaining("option webhookUrl");
    }

    @Test
    void aRefusalKeepsTheUrlOutOfTheError() {
        Exchange sent = bare.send(robot(""), "no group has this robot");

        assertThat(sent.getException()).isInstanceOfSatisfying(DingTalkException.class, e -> {
            assertThat(e.remedy()).contains("option webhookUrl");
            assertThat(e.toString()).doesNotContain("robot-token-1");
        });
    }
}
