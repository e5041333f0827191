package io.github.dingtalkcamel.simulator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.SettableClock;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/protocol.md 6.2. */
class CustomRobotApiTest {

    private static final String TEXT = "{\"msgtype\":\"text\",\"text\":{\"content\":\"disk full\"}}";
    private static final String GROUP = "cidFAKEgroup0001==";

    private final SettableClock clock = new SettableClock();
    private Simulator simulator;
    private Wire wire;

    @BeforeEach
    void start() {
        simulator = Simulator.start(SimulatorOptions.defaults().clock(clock));
        wire = new Wire(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private JsonNode send(String query) throws Exception {
        return wire.post("/robot/send" + query, TEXT).json();
    }

    private int errcode(String query) throws Exception {
        return send(query).path("errcode").asInt();
    }

    private String signed(String secret) {
        String timestamp = String.valueOf(clock.millis());
        return "&timestamp=" + timestamp + "&sign=" + URLEncoder.encode(SimulatedRobotSignature.of(timestamp, secret),
                StandardCharsets.UTF_8);
    }

    @Test
    void deliversToItsGroup() throws Exception {
        simulator.addCustomRobot(CustomRobot.of("tok", GROUP));

        assertThat(errcode("?access_token=tok")).isZero();
        assertThat(simulator.deliveriesTo(GROUP)).extracting(Delivery::channel, Delivery::text)
                .containsExactly(tuple(Delivery.Channel.WEBHOOK, "disk full"));
    }

    @Test
    void wantsAKnownToken() throws Exception {
        assertThat(send("").path("errmsg").asText()).isEqualTo("缺少参数 access_token");
        assertThat(wire.post("/robot/send?access_token=no", TEXT).text())
                .isEqualTo("{\"errcode\":300005,\"errmsg\":\"token is not exist\"}");
    }

    @Test
    void wantsAFreshSignatureWhereThereIsASecret() throws Exception {
        simulator.addCustomRobot(CustomRobot.of("tok", GROUP).withSecret("SEC1"));
        String stale = signed("SEC1");

        assertThat(errcode("?access_token=tok")).isEqualTo(310000);
        assertThat(send("?access_token=tok" + signed("SEC2")).path("errmsg").asText()).contains("签名不匹配");
        assertThat(errcode("?access_token=tok" + stale)).isZero();
        clock.pass(Duration.ofMinutes(61));
        assertThat(send("?access_token=tok" + stale).path("errmsg").asText()).contains("签名过期");
    }

    @Test
    void wantsAKeywordAndAKnownAddress() throws Exception {
        simulator.addCustomRobot(CustomRobot.of("tok", GROUP).withKeywords("disk", "cpu").withAllowedIps("127.0.0.1"));
        assertThat(errcode("?access_token=tok")).isZero();

        simulator.addCustomRobot(CustomRobot.of("tok", GROUP).withKeywords("cpu"));
        assertThat(send("?access_token=tok").path("errmsg").asText()).contains("关键词不匹配");
        simulator.addCustomRobot(CustomRobot.of("tok", GROUP).withAllowedIps("192.0.2.1"));
        assertThat(send("?access_token=tok").path("errmsg").asText()).isEqualTo("ip 127.0.0.1 not in whitelist");
    }

    @Test
    void fallsMuteForTenMinutesAfterTwentyInOne() throws Exception {
        simulator.addCustomRobot(CustomRobot.of("tok", GROUP));
        for (int i = 0; i < 20; i++) {
            assertThat(errcode("?access_token=tok")).isZero();
        }
        assertThat(errcode("?access_token=tok")).isEqualTo(660026);
        clock.pass(Duration.ofMinutes(9));
        assertThat(errcode("?access_token=tok")).isEqualTo(660026);
        clock.pass(Duration.ofMinutes(1));
        assertThat(errcode("?access_token=tok")).isZero();
    }
}
