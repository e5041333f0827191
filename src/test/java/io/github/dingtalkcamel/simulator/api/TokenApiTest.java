package io.github.dingtalkcamel.simulator.api;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.http.HttpRequest;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.SettableClock;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/protocol.md 1. */
class TokenApiTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String CREDENTIALS = "{\"appKey\":\"" + KEY + "\",\"appSecret\":\"s3cr3t-fake\"}";

    private final SettableClock clock = new SettableClock();
    private Simulator simulator;
    private Wire wire;

    @BeforeEach
    void start() {
        simulator = Simulator.start(SimulatorOptions.defaults().clock(clock));
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake"));
        wire = new Wire(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private JsonNode legacy() throws Exception {
        return wire.get("/gettoken?appkey=" + KEY + "&appsecret=s3cr3t-fake").json();
    }

    @Test
    void answersWithTheFieldsOfTheProtocol() throws Exception {
        Wire.Reply reply = wire.post("/v1.0/oauth2/accessToken", CREDENTIALS);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).isEqualTo("application/json;charset=utf-8");
        assertThat(reply.header("x-acs-request-id")).matches("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}");
        assertThat(reply.json().path("expireIn").isInt()).isTrue();
        assertThat(reply.json().path("expireIn").asInt()).isEqualTo(7200);
        assertThat(reply.json().path("accessToken").asText()).matches("[0-9a-f]{32}");
        assertThat(reply.json()).hasSize(2);
    }

    @Test
    void givesTheSameTokenInAllThreeWays() throws Exception {
        String token = wire.token(KEY, "s3cr3t-fake");
        JsonNode legacy = legacy();
        JsonNode unified = wire.post("/v1.0/oauth2/dingfakecorp0000000000000000000001/token", "{\"client_id\":\"" + KEY
                + "\",\"client_secret\":\"s3cr3t-fake\",\"grant_type\":\"client_credentials\"}").json();

        assertThat(legacy.path("errcode").asInt(-5)).isZero();
        assertThat(legacy.path("access_token").asText()).isEqualTo(token);
        assertThat(legacy.path("expires_in").asInt()).isEqualTo(7200);
        assertThat(unified.path("access_token").asText()).isEqualTo(token);
        assertThat(simulator.tokensIssued(KEY)).isEqualTo(3);
    }

    @Test
    void keepsTheValueAndRenewsItsLifeWhileValid() throws Exception {
        String token = wire.token(KEY, "s3cr3t-fake");
        clock.pass(Duration.ofSeconds(7199));
        assertThat(wire.token(KEY, "s3cr3t-fake")).isEqualTo(token);
        clock.pass(Duration.ofSeconds(7199));
        assertThat(codeOf(token)).isNotEqualTo("InvalidAuthentication");
        clock.pass(Duration.ofSeconds(1));
        assertThat(codeOf(token)).isEqualTo("InvalidAuthentication");
        assertThat(wire.token(KEY, "s3cr3t-fake")).isNotEqualTo(token);
    }

    private String codeOf(String token) throws Exception {
        return wire.api("/v1.0/robot/groupMessages/send", token, "{}").json().path("code").asText();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"appKey\":\"dingfakeappkey000001\",\"appSecret\":\"no\"} | invalidClientIdOrSecret | 无效的clientId或者clientSecret",
        "{\"appKey\":\"no\",\"appSecret\":\"s3cr3t-fake\"}         | invalidClientIdOrSecret | 无效的clientId或者clientSecret",
        "{\"appSecret\":\"s3cr3t-fake\"}                            | MissingappKey           | appKey is mandatory for this action.",
        "{\"appKey\":\"dingfakeappkey000001\"}                      | MissingappSecret        | appSecret is mandatory for this action.",
        "``                                                         | Missingbody             | body is mandatory for this action.",
        "{\"appKey\":                                               | Invalidbody             | Specified parameter body is not valid. "
        + "JSON parsing error",
        "[]                                                         | Invalidbody             | Specified parameter body is not valid. "
        + "JSON parsing error",
    })
    void refusesInTheWordsOfTheProtocol(String body, String code, String message) throws Exception {
        Wire.Reply reply = wire.post("/v1.0/oauth2/accessToken", body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("code").asText()).isEqualTo(code);
        assertThat(reply.json().path("message").asText()).isEqualTo(message);
        assertThat(reply.json().path("requestid").asText()).isEqualTo(reply.header("x-acs-request-id"));
        assertThat(simulator.tokensIssued(KEY)).isZero();
    }

    @Test
    void seesNoBodyUnlessItIsDeclaredAsJson() throws Exception {
        Wire.Reply reply = wire.send(wire.request("/v1.0/oauth2/accessToken").setHeader("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(CREDENTIALS)));

        assertThat(reply.json().path("code").asText()).isEqualTo("Missingbody");
    }

    @Test
    void refusesInTheLegacyWayWithStatus200() throws Exception {
        Wire.Reply wrong = wire.get("/gettoken?appkey=" + KEY + "&appsecret=no");
        assertThat(wrong.status()).isEqualTo(200);
        assertThat(wrong.text()).isEqualTo("{\"errcode\":40096,\"errmsg\":\"不合法的appKey或appSecret\"}");
        assertThat(wrong.header("Content-Type")).isEqualTo("application/json");

        assertThat(wire.get("/gettoken").text()).isEqualTo("{\"errcode\":40035,\"errmsg\":\"缺少参数 corpid or appkey\"}");
    }

    @Test
    void refusesTheUnifiedWayOfAnotherOrganisation() throws Exception {
        Wire.Reply reply = wire.post("/v1.0/oauth2/dingother/token", "{\"client_id\":\"" + KEY
                + "\",\"client_secret\":\"s3cr3t-fake\",\"grant_type\":\"client_credentials\"}");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.json().path("code").asText()).isEqualTo("unknownError");
    }

    @Test
    void expiresOnRequest() throws Exception {
        String token = wire.token(KEY, "s3cr3t-fake");
        simulator.expireToken(KEY);

        assertThat(codeOf(token)).isEqualTo("InvalidAuthentication");
        assertThat(wire.token(KEY, "s3cr3t-fake")).isNotEqualTo(token);
    }

    @Test
    void keepsTheSecretOutOfToString() {
        assertThat(SimulatedApp.of(KEY, "s3cr3t-fake").withEncryption("tok3n", "k".repeat(43)).toString())
                .contains(KEY).doesNotContain("s3cr3t-fake", "tok3n", "kkk");
    }
}
