package io.github.dingtalkcamel.simulator.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

import io.github.dingtalkcamel.simulator.FakeApplication;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.Wire;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Injected faults, as the other side sees them (docs/protocol.md 1.4, 6.2, 7.1). */
class FaultInjectorTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String BATCH = "/v1.0/robot/oToMessages/batchSend";
    private static final String MESSAGE = "{\"robotCode\":\"" + KEY + "\",\"userIds\":[\"staff001\"],\"msgKey\":\"sampleText\","
            + "\"msgParam\":\"{\\\"content\\\":\\\"hello\\\"}\"}";

    private FakeApplication application;
    private Simulator simulator;
    private Wire wire;
    private String token;
    private String webhook;

    @BeforeEach
    void start() throws Exception {
        application = new FakeApplication();
        simulator = Simulator.start(SimulatorOptions.defaults());
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake").withCallbackUrl(application.url()));
        wire = new Wire(simulator);
        token = wire.token(KEY, "s3cr3t-fake");
        webhook = simulator.say(UserMessage.text("x")).sessionWebhook();
    }

    @AfterEach
    void stop() {
        simulator.close();
        application.close();
    }

    private Wire.Reply batch() throws Exception {
        return wire.api(BATCH, token, MESSAGE);
    }

    private Wire.Reply answer() throws Exception {
        return wire.post(webhook, "{\"msgtype\":\"text\",\"text\":{\"content\":\"hi\"},\"msgUuid\":\"idem\"}");
    }

    private int lastStatus() {
        return simulator.requests().get(simulator.requests().size() - 1).status();
    }

    @Test
    void throttlesInTheWordsOfEachHost() throws Exception {
        simulator.faults().everywhere().untilCleared().throttle();

        assertThat(batch().status()).isEqualTo(403);
        assertThat(batch().json().path("code").asText()).isEqualTo("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi");
        assertThat(answer().json().path("errcode").asInt()).isEqualTo(660026);
        Wire.Reply topapi = wire.post("/topapi/v2/user/get?access_token=" + token, "{}");
        assertThat(topapi.json().path("errcode").asInt()).isEqualTo(88);
        assertThat(topapi.json().path("sub_code").asText()).isEqualTo("90018");
        simulator.faults().clear();
        assertThat(batch().status()).isEqualTo(200);
        assertThat(simulator.deliveries()).hasSize(1);
    }

    @Test
    void strikesAsOftenAsPlannedAndCounts() throws Exception {
        FaultInjector.Planned planned = simulator.faults().on(ApiFamily.ROBOT).after(1).times(2).fail(500);

        assertThat(batch().status()).isEqualTo(200);
        assertThat(answer().status()).isEqualTo(200);
        assertThat(planned.triggered()).isZero();
        assertThat(batch().status()).isEqualTo(500);
        assertThat(batch().status()).isEqualTo(500);
        assertThat(batch().status()).isEqualTo(200);
        assertThat(planned.triggered()).isEqualTo(2);
        assertThat(simulator.faults().planned()).isEmpty();
    }

    @Test
    void triggersOneFaultAtATimeTheOldestFirst() throws Exception {
        simulator.faults().on(BATCH).fail(500);
        simulator.faults().on(ApiFamily.ROBOT).fail(503);

        assertThat(batch().status()).isEqualTo(500);
        assertThat(batch().status()).isEqualTo(503);
        assertThat(batch().status()).isEqualTo(200);
    }

    @Test
    void failsWithJsonOrAsAProxyWould() throws Exception {
        simulator.faults().on(BATCH).fail(500);
        simulator.faults().on(BATCH).fail(502);

        assertThat(batch().json().path("code").asText()).isEqualTo("system.error");
        Wire.Reply badGateway = batch();
        assertThat(badGateway.status()).isEqualTo(502);
        assertThat(badGateway.text()).isEmpty();
        assertThat(simulator.deliveries()).isEmpty();
    }

    @Test
    void isBusy() throws Exception {
        simulator.faults().on(ApiFamily.SESSION_WEBHOOK).busy();

        assertThat(answer().text()).isEqualTo("{\"errcode\":-1,\"errmsg\":\"系统繁忙\"}");
        assertThat(answer().json().path("errcode").asInt(-9)).isZero();
        assertThat(simulator.deliveries()).hasSize(1);
    }

    @Test
    void dropsBeforeHandling() {
        simulator.faults().on(ApiFamily.SESSION_WEBHOOK).dropBefore();

        assertThatThrownBy(this::answer).isInstanceOf(IOException.class).isNotInstanceOf(HttpTimeoutException.class);
        assertThat(simulator.deliveries()).isEmpty();
        assertThat(lastStatus()).isZero();
    }

    @Test
    void dropsAfterHandlingSoThatTheSameUuidIsNotSeenTwice() throws Exception {
        simulator.faults().on(ApiFamily.SESSION_WEBHOOK).dropAfter();

        assertThatThrownBy(this::answer).isInstanceOf(IOException.class).isNotInstanceOf(HttpTimeoutException.class);
        assertThat(simulator.deliveries()).hasSize(1);
        assertThat(answer().json().path("errcode").asInt(-9)).isZero();
        assertThat(simulator.deliveries()).hasSize(1);
    }

    @Test
    void answersLate() throws Exception {
        simulator.faults().on(BATCH).slow(Duration.ofMillis(200));

        long begin = System.nanoTime();
        assertThat(batch().status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(195));
    }

    @Test
    void neverAnswersButDelivers() {
        simulator.faults().on(ApiFamily.ROBOT).neverAnswer();

        assertThatThrownBy(() -> wire.send(wire.request(BATCH, "x-acs-dingtalk-access-token", token, "Content-Type", "application/json")
                .timeout(Duration.ofMillis(300)).POST(HttpRequest.BodyPublishers.ofString(MESSAGE))))
                .isInstanceOf(HttpTimeoutException.class);
        assertThat(simulator.deliveries()).hasSize(1);
        assertThat(lastStatus()).isZero();
    }

    @Test
    void tricklesTheWholeAnswer() throws Exception {
        simulator.faults().on(BATCH).trickle(Duration.ofMillis(1));

        Wire.Reply reply = batch();

        assertThat(reply.json().path("processQueryKey").asText()).startsWith("pqk");
        assertThat(reply.header("Content-Length")).isEqualTo("" + reply.text().length());
    }

    @Test
    void answersWithAnyGivenResponse() throws Exception {
        simulator.faults().on(BATCH).answer(200, "<html>punish</html>");

        assertThat(batch().text()).isEqualTo("<html>punish</html>");
        assertThat(simulator.deliveries()).isEmpty();
    }

    @Test
    void expiresTokenAndSessionForGood() throws Exception {
        simulator.faults().on(BATCH).expireToken();
        simulator.faults().on(ApiFamily.SESSION_WEBHOOK).expireToken();

        assertThat(batch().json().path("code").asText()).isEqualTo("InvalidAuthentication");
        assertThat(batch().json().path("code").asText()).isEqualTo("InvalidAuthentication");
        token = wire.token(KEY, "s3cr3t-fake");
        assertThat(batch().status()).isEqualTo(200);
        assertThat(answer().json().path("errcode").asInt()).isEqualTo(300001);
        assertThat(answer().json().path("errcode").asInt()).isEqualTo(300001);
    }

    @Test
    void refusesFaultsThatMakeNoSense() {
        assertThatThrownBy(() -> simulator.faults().on(BATCH).fail(200)).hasMessageContaining("500");
        assertThatThrownBy(() -> simulator.faults().on(BATCH).times(0)).hasMessageContaining("once");
        assertThatThrownBy(() -> simulator.faults().on(BATCH).slow(Duration.ZERO)).hasMessageContaining("1 ms");
    }
}
