package io.github.dingtalkcamel.simulator.api;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.text.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/protocol.md 6.3, 1.4 and the order of 9.7. */
class SimulatedRobotApiTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String BATCH = "/v1.0/robot/oToMessages/batchSend";
    private static final String GROUP = "/v1.0/robot/groupMessages/send";

    private Simulator simulator;
    private Wire wire;
    private String token;

    @BeforeEach
    void start() throws Exception {
        simulator = Simulator.start(SimulatorOptions.defaults());
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake"));
        simulator.addApp(SimulatedApp.of("dingother", "s3cr3t-other").withRobotCode("robotother"));
        wire = new Wire(simulator);
        token = wire.token(KEY, "s3cr3t-fake");
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private static ObjectNode batch() {
        ObjectNode body = Json.object().put("robotCode", KEY).put("msgKey", "sampleText").put("msgParam", "{\"content\":\"hello\"}");
        body.putArray("userIds").add("staff001");
        return body;
    }

    private static ObjectNode group() {
        return Json.object().put("robotCode", KEY).put("openConversationId", "cidFAKEgroup0001==").put("msgKey", "sampleText")
                .put("msgParam", "{\"content\":\"hello\"}");
    }

    private String code(String path, ObjectNode body) throws Exception {
        Wire.Reply reply = wire.api(path, token, body.toString());
        if (reply.status() == 200) {
            return "ok";
        }
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("requestid").asText()).isEqualTo(reply.header("x-acs-request-id"));
        return reply.json().path("code").asText();
    }

    @Test
    void tellsUnknownAndFlowControlledPeopleApart() throws Exception {
        simulator.addPerson(simulator.person("staff404").with(Person.Reach.UNKNOWN));
        simulator.addPerson(simulator.person("staff003").with(Person.Reach.FLOW_CONTROLLED));
        ObjectNode body = batch();
        body.withArray("userIds").add("staff404").add("staff003").add("staff999").add("staff001");

        Wire.Reply reply = wire.api(BATCH, token, body.toString());

        String key = reply.json().path("processQueryKey").asText();
        assertThat(reply.text()).isEqualTo("{\"flowControlledStaffIdList\":[\"staff003\"],\"invalidStaffIdList\":[\"staff404\"],"
                + "\"processQueryKey\":\"" + key + "\"}");
        assertThat(simulator.deliveries()).extracting(Delivery::userId).containsExactly("staff001", "staff999");
        assertThat(simulator.deliveries()).allSatisfy(delivery -> {
            assertThat(delivery.channel()).isEqualTo(Delivery.Channel.OTO);
            assertThat(delivery.processQueryKey()).isEqualTo(key);
            assertThat(delivery.conversationId()).isEqualTo(simulator.dm(KEY, delivery.userId()));
        });
    }

    @Test
    void checksInTheOrderOfTheGateway() throws Exception {
        FaultInjector.Planned denied = simulator.faults().on(ApiFamily.ROBOT).untilCleared().noPermission();

        assertThat(wire.get(BATCH).json().path("code").asText()).isEqualTo("InvalidAction.NotFound");
        assertThat(wire.post(BATCH, "no json").json().path("code").asText()).isEqualTo("AuthenticationFailed.MissingParameter");
        assertThat(wire.post(BATCH + "?access_token=" + token, "no json", "Authorization", "Bearer " + token).json().path("message")
                .asText())
                .isEqualTo("缺少参数：x-acs-dingtalk-access-token");
        assertThat(wire.api(BATCH, "nonsense", "no json").json().path("code").asText()).isEqualTo("InvalidAuthentication");
        Wire.Reply forbidden = wire.api(BATCH, token, "no json");
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.json().path("accessdenieddetail").path("requiredScopes").path(0).asText()).isEqualTo("qyapi_robot_sendmsg");
        assertThat(forbidden.json().path("message").asText()).contains("content=" + KEY + "%23qyapi_robot_sendmsg");
        denied.clear();
        assertThat(wire.api(BATCH, token, "no json").json().path("code").asText()).isEqualTo("Invalidbody");
        assertThat(wire.api(BATCH, token, "").json().path("code").asText()).isEqualTo("Missingbody");
        assertThat(wire.api(BATCH, token, "{\"robotCode\":\"nobody\"}").json().path("code").asText()).isEqualTo("MissinguserIds");
    }

    @ParameterizedTest
    @CsvSource({"robotCode", "userIds", "msgKey", "msgParam"})
    void wantsItsFields(String field) throws Exception {
        ObjectNode body = batch();
        body.remove(field);

        Wire.Reply reply = wire.api(BATCH, token, body.toString());

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("code").asText()).isEqualTo("Missing" + field);
        assertThat(reply.json().path("message").asText()).isEqualTo(field + " is mandatory for this action.");
    }

    @Test
    void checksTheRobot() throws Exception {
        assertThat(code(BATCH, batch().put("robotCode", ""))).isEqualTo("invalidParameter.robotCode.empty");
        assertThat(code(BATCH, batch().put("robotCode", "nobody"))).isEqualTo("invalidParameter.robotCode.notExsit");
        assertThat(code(BATCH, batch().put("robotCode", "robotother"))).isEqualTo("invalidParameter.robotCode.auth");
        assertThat(code(GROUP, group().put("robotCode", "robotother"))).isEqualTo("invalidParameter.robotCode.auth");
    }

    @Test
    void takesTwentyPeopleAndNoMore() throws Exception {
        ObjectNode body = batch();
        body.putArray("userIds");
        assertThat(code(BATCH, body)).isEqualTo("invalidParameter.userIds.empty");
        IntStream.range(0, 20).forEach(i -> body.withArray("userIds").add("u" + i));
        assertThat(code(BATCH, body)).isEqualTo("ok");
        body.withArray("userIds").add("u20");
        assertThat(code(BATCH, body)).isEqualTo("invalidParameter.userIds.overMax");
    }

    @Test
    void knowsGroupsOnly() throws Exception {
        assertThat(code(GROUP, group())).isEqualTo("ok");
        assertThat(code(GROUP, group().put("openConversationId", "cidnone=="))).isEqualTo("invalid.openConversationId");
        assertThat(code(GROUP, group().put("openConversationId", simulator.dm(KEY, "staff001")))).isEqualTo("invalid.openConversationId");
        assertThat(code(GROUP, group().put("openConversationId", ""))).isEqualTo("miss.openConversationId");
        assertThat(simulator.deliveries()).extracting(Delivery::channel).containsExactly(Delivery.Channel.GROUP);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sampleText         | {\"content\":\"c\"}                                                         | ok",
        "sampleText         | {\"text\":\"c\"}                                                            | miss.param.contentOfText",
        "sampleText         | {\"content\":\"\"}                                                          | miss.param.contentOfText",
        "sampleMarkdown     | {\"title\":\"t\",\"text\":\"x\"}                                            | ok",
        "sampleMarkdown     | {\"text\":\"x\"}                                                            | miss.param.markdownTotitle",
        "sampleMarkdown     | {\"title\":\"t\"}                                                           | miss.param.markdownTotext",
        "sampleImageMsg     | {\"photoURL\":\"u\"}                                                        | ok",
        "sampleImageMsg     | {}                                                                          | miss.param.photoTophotoUrl",
        "sampleLink         | {\"text\":\"x\",\"title\":\"t\"}                                            | miss.param.messageUrlOfLink",
        "sampleActionCard   | {\"title\":\"t\",\"markdown\":\"x\"}                                        | miss.param.actionCardTotext",
        "sampleActionCard   | {\"title\":\"t\",\"text\":\"x\",\"singleTitle\":\"s\"}                      | "
        + "miss.param.actionCardTosingleUrl",
        "sampleActionCard2  | {\"title\":\"t\",\"text\":\"x\",\"actionTitle1\":\"a\",\"actionURL1\":\"u\"} | "
        + "miss.param.actionCardTobtnsTotitle",
        "sampleActionCard6  | {\"title\":\"t\",\"text\":\"x\",\"actionTitle1\":\"a\",\"actionURL1\":\"u\"} | "
        + "miss.param.actionCardTobtnsTotitle",
        "sampleFile         | {\"mediaId\":\"@m\",\"fileName\":\"f\",\"fileType\":\"pdf\"}                | ok",
        "sampleFile         | {\"fileName\":\"f\",\"fileType\":\"pdf\"}                                   | invalidParameter.param.invalid",
        "sampleCard         | {}                                                                          | "
        + "invalidParameter.msgKey.invalid",
        "sampleText         | no json                                                                     | "
        + "invalidParameter.msgParam.invalid",
        "sampleText         | [1]                                                                         | "
        + "invalidParameter.msgParam.invalid",
    })
    void checksTheTemplate(String msgKey, String msgParam, String expected) throws Exception {
        assertThat(code(BATCH, batch().put("msgKey", msgKey).put("msgParam", msgParam))).isEqualTo(expected);
        assertThat(code(GROUP, group().put("msgKey", msgKey).put("msgParam", msgParam))).isEqualTo(expected);
    }

    @Test
    void wantsAStringAsMsgParam() throws Exception {
        ObjectNode body = batch();
        body.putObject("msgParam").put("content", "hello");

        assertThat(code(BATCH, body)).isEqualTo("invalidParameter.msgParam.invalid");
    }

    @Test
    void measuresMsgParamInBytes() throws Exception {
        String frame = "{\"content\":\"\"}";
        String full = frame.replace("\"\"", "\"" + "a".repeat(15_000 - frame.length()) + "\"");

        assertThat(code(GROUP, group().put("msgParam", full))).isEqualTo("ok");
        assertThat(code(GROUP, group().put("msgParam", full.replaceFirst("a\"", "é\"")))).isEqualTo("invalidParameter.msgParam.tooLong");
    }

    @Test
    void knowsNothingElse() throws Exception {
        Wire.Reply update = wire.api("/v1.0/robot/groupMessages/update", token, "{}");
        assertThat(update.status()).isEqualTo(404);
        assertThat(update.json().path("code").asText()).isEqualTo("InvalidAction.NotFound");
        assertThat(update.json().path("message").asText()).isEqualTo("Specified api is not found, please check your url and method.");

        Wire.Reply topapi = wire.post("/topapi/foo/bar?access_token=x", "{}");
        assertThat(topapi.status()).isEqualTo(200);
        assertThat(topapi.json().path("errcode").asInt()).isEqualTo(22);
        assertThat(topapi.json().path("errmsg").asText()).isEqualTo("Invalid method[submsg=不合法ApiName，ApiName = dingtalk.oapi.foo.bar]");

        Wire.Reply other = wire.get("/nothing");
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.text()).isEqualTo("{\"errcode\":404,\"errmsg\":\"请求的URI地址不存在\"}");
    }

    @Test
    void recordsWhatItWasAsked() throws Exception {
        wire.api(BATCH + "?q=%20a", token, "{}");

        RecordedRequest last = simulator.requests().get(simulator.requests().size() - 1);
        assertThat(last.method()).isEqualTo("POST");
        assertThat(last.path()).isEqualTo(BATCH);
        assertThat(last.query()).isEqualTo("q=%20a");
        assertThat(last.header("X-Acs-Dingtalk-Access-Token")).isEqualTo(token);
        assertThat(last.body()).isEqualTo("{}");
        assertThat(last.status()).isEqualTo(400);
    }
}
