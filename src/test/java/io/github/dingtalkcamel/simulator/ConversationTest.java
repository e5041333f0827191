package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.api.SimulatedRobotSignature;
import io.github.dingtalkcamel.simulator.chat.SimulatedCallbackCrypto;
import io.github.dingtalkcamel.simulator.platform.AskResult;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** People talk, the application answers: pushes of docs/protocol.md 3 to 5 and session webhooks of 6.1. */
class ConversationTest {

    private static final String KEY = "dingfakeappkey000001";
    private static final String GROUP = "cidFAKEgroup0001==";

    private final SettableClock clock = new SettableClock();
    private Simulator simulator;
    private FakeApplication application;
    private Wire wire;

    @BeforeEach
    void start() throws Exception {
        application = new FakeApplication();
        simulator = Simulator.start(SimulatorOptions.defaults().clock(clock).pushTimeout(Duration.ofSeconds(2))
                .quietTime(Duration.ofMillis(50)));
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake").withCallbackUrl(application.url())
                .withEncryption("tok3nForTest", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"));
        wire = new Wire(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
        application.close();
    }

    private JsonNode pushed(int index) {
        return Wire.json(application.pushes().get(index).body());
    }

    private SimulatedCallbackCrypto crypto() {
        return new SimulatedCallbackCrypto("tok3nForTest", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ", KEY);
    }

    private String encryptedSuccess(String plain) {
        String encrypt = crypto().encrypt(plain);
        return "{\"msg_signature\":\"" + crypto().signature("1", "n", encrypt) + "\",\"encrypt\":\"" + encrypt
                + "\",\"timeStamp\":\"1\",\"nonce\":\"n\"}";
    }

    @Test
    void pushesADmWithTheFieldsAndTypesOfTheProtocol() {
        PushResult sent = simulator.say(UserMessage.text("hello"));

        assertThat(sent.accepted()).isTrue();
        assertThat(sent.status()).isEqualTo(200);
        JsonNode message = pushed(0);
        assertThat(message.path("msgtype").asText()).isEqualTo("text");
        assertThat(message.path("text").path("content").asText()).isEqualTo("hello");
        assertThat(message.path("msgId").asText()).startsWith("msg").endsWith("==").isEqualTo(sent.msgId());
        assertThat(message.path("conversationType").isTextual()).isTrue();
        assertThat(message.path("conversationType").asText()).isEqualTo("1");
        assertThat(message.path("conversationId").asText()).startsWith("cid").isEqualTo(simulator.dm(KEY, "staff001"));
        assertThat(message.path("createAt").isNumber()).isTrue();
        assertThat(message.path("createAt").asLong()).isEqualTo(clock.millis());
        assertThat(message.path("sessionWebhookExpiredTime").asLong()).isEqualTo(clock.millis() + 5_400_000);
        assertThat(message.path("sessionWebhook").asText()).matches(simulator.url() + "/robot/sendBySession\\?session=[0-9a-f]{32}");
        assertThat(message.path("senderStaffId").asText()).isEqualTo("staff001");
        assertThat(message.path("isAdmin").isBoolean()).isTrue();
        assertThat(message.path("robotCode").asText()).isEqualTo(KEY);
        assertThat(message.has("atUsers")).isFalse();
        assertThat(message.has("isInAtList")).isFalse();
        assertThat(message.has("conversationTitle")).isFalse();
    }

    @Test
    void signsPlainPushes() {
        simulator.say(UserMessage.text("hello"));

        FakeApplication.Push push = application.pushes().get(0);
        assertThat(push.contentType()).isEqualTo("application/json; charset=utf-8");
        assertThat(push.timestamp()).isEqualTo(String.valueOf(clock.millis()));
        assertThat(push.sign()).isEqualTo(SimulatedRobotSignature.of(push.timestamp(), "s3cr3t-fake"));
    }

    @Test
    void signsWronglyOrStaleOnRequest() {
        simulator.say(UserMessage.text("hello").signedWith("other").signedAt(Instant.ofEpochMilli(1_577_262_236_757L)));

        FakeApplication.Push push = application.pushes().get(0);
        assertThat(push.timestamp()).isEqualTo("1577262236757");
        assertThat(push.sign()).isEqualTo(SimulatedRobotSignature.of("1577262236757", "other"));
    }

    @Test
    void leavesASpaceWhereTheMentionWasInGroups() {
        simulator.say(UserMessage.text("restart").from("staff002").inGroup(GROUP));

        JsonNode message = pushed(0);
        assertThat(message.path("text").path("content").asText()).isEqualTo(" restart");
        assertThat(message.path("conversationType").asText()).isEqualTo("2");
        assertThat(message.path("conversationTitle").asText()).isEqualTo("Ops room");
        assertThat(message.path("isInAtList").booleanValue()).isTrue();
        assertThat(message.path("atUsers").path(0).path("dingtalkId")).isEqualTo(message.path("chatbotUserId"));
        assertThat(message.path("atUsers").path(0).has("staffId")).isFalse();
    }

    @Test
    void sendsOddPayloadsAsAskedFor() {
        simulator.say(UserMessage.text("x").without("text", "senderStaffId")
                .with("{\"robotCode\":\"normal\",\"errorCode\":20001,\"msgtype\":\"picture\"}"));

        JsonNode message = pushed(0);
        assertThat(message.has("text")).isFalse();
        assertThat(message.has("senderStaffId")).isFalse();
        assertThat(message.path("robotCode").asText()).isEqualTo("normal");
        assertThat(message.path("errorCode").asInt()).isEqualTo(20001);
    }

    @Test
    void redeliversUnderTheSameId() {
        PushResult first = simulator.say(UserMessage.text("x"));
        simulator.say(UserMessage.text("x").msgId(first.msgId()));
        simulator.say(UserMessage.text("x"));

        assertThat(pushed(1).path("msgId").asText()).isEqualTo(first.msgId());
        assertThat(pushed(2).path("msgId").asText()).isNotEqualTo(first.msgId());
    }

    @Test
    void pushesEncryptedAndReadsTheEncryptedAnswer() {
        application.behaves(push -> new FakeApplication.Reaction(200, encryptedSuccess("success")));

        PushResult sent = simulator.say(UserMessage.text("hello").encrypted());

        assertThat(sent.fault()).isNull();
        assertThat(sent.decrypted()).isEqualTo("success");
        FakeApplication.Push push = application.pushes().get(0);
        String encrypt = pushed(0).path("encrypt").asText();
        assertThat(crypto().decrypt(encrypt)).isEqualTo(sent.payload());
        assertThat(push.query()).matches("signature=([0-9a-f]{40})&msg_signature=\\1&timestamp=\\d{13}&nonce=\\w{8}");
        String nonce = push.query().replaceFirst(".*nonce=", "");
        assertThat(push.query()).contains(crypto().signature(String.valueOf(clock.millis()), nonce, encrypt));
        assertThat(push.sign()).isNull();
    }

    @Test
    void findsFaultWithAPlainAnswerToAnEncryptedPush() {
        application.behaves(push -> new FakeApplication.Reaction(200, "success"));

        PushResult sent = simulator.checkUrl(KEY);

        assertThat(sent.accepted()).isFalse();
        assertThat(sent.fault()).contains("msg_signature");
    }

    @Test
    void findsFaultWithAnotherPlaintextThanSuccess() {
        application.behaves(push -> new FakeApplication.Reaction(200, encryptedSuccess("succes")));

        assertThat(simulator.checkUrl(KEY).fault()).contains("plaintext");
    }

    @Test
    void checksTheUrlWithTheEventOfTheConsole() {
        application.behaves(push -> new FakeApplication.Reaction(200, encryptedSuccess("success")));

        assertThat(simulator.checkUrl(KEY).accepted()).isTrue();
        assertThat(crypto().decrypt(pushed(0).path("encrypt").asText())).isEqualTo("{\"EventType\":\"check_url\"}");
    }

    @Test
    void reportsRefusalAndSilenceOfTheApplication() {
        application.behaves(push -> new FakeApplication.Reaction(401, "{\"error\":{}}"));
        PushResult refused = simulator.say(UserMessage.text("x"));
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).isEqualTo("{\"error\":{}}");
        assertThat(refused.accepted()).isFalse();

        simulator.callbackUrl(KEY, "http://127.0.0.1:1/nobody");
        PushResult lost = simulator.say(UserMessage.text("x"));
        assertThat(lost.status()).isZero();
        assertThat(lost.fault()).isNotBlank();
    }

    @Test
    void givesUpOnAnApplicationThatKeepsSilent() {
        CountDownLatch over = new CountDownLatch(1);
        application.behaves(push -> {
            awaitQuietly(over);
            return new FakeApplication.Reaction(200, "{}");
        });

        PushResult sent = simulator.say(UserMessage.text("x"));

        assertThat(sent.fault()).isEqualTo("no answer within 2000 ms");
        assertThat(sent.took()).isGreaterThanOrEqualTo(Duration.ofMillis(1990));
        over.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void forgesSignaturesOfEncryptedPushesOnRequest() {
        simulator.say(UserMessage.text("x").encrypted().signedWith("othertoken"));

        String nonce = application.pushes().get(0).query().replaceFirst(".*nonce=", "");
        assertThat(application.pushes().get(0).query())
                .doesNotContain(crypto().signature(String.valueOf(clock.millis()), nonce, pushed(0).path("encrypt").asText()));
    }

    @Test
    void saysWhatIsMissingBeforeItPushes() {
        simulator.addApp(SimulatedApp.of("dingother", "s"));

        assertThatThrownBy(() -> simulator.say(UserMessage.text("x").to("dingother"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("callback URL");
        assertThatThrownBy(() -> simulator.say(UserMessage.text("x").to("nobody"))).hasMessageContaining("nobody");
    }

    @Test
    void deliversWhatComesThroughTheSessionWebhook() throws Exception {
        PushResult sent = simulator.say(UserMessage.text("x").inGroup(GROUP));

        Wire.Reply reply = wire.post(sent.sessionWebhook(),
                "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"T\",\"text\":\"@staff001 ok\"},"
                + "\"at\":{\"atUserIds\":[\"staff001\"]}}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualTo("{\"errcode\":0,\"errmsg\":\"ok\"}");
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        Delivery delivery = simulator.deliveries().get(0);
        assertThat(delivery.channel()).isEqualTo(Delivery.Channel.SESSION);
        assertThat(delivery.conversationId()).isEqualTo(GROUP);
        assertThat(delivery.robotCode()).isEqualTo(KEY);
        assertThat(delivery.type()).isEqualTo("markdown");
        assertThat(delivery.title()).isEqualTo("T");
        assertThat(delivery.text()).isEqualTo("@staff001 ok");
        assertThat(delivery.at().userIds()).containsExactly("staff001");
    }

    @Test
    void sharesOneSessionPerConversationWithNinetyMinutesFromTheLastMessage() throws Exception {
        PushResult first = simulator.say(UserMessage.text("x"));
        clock.pass(Duration.ofMinutes(60));
        PushResult second = simulator.say(UserMessage.text("y"));
        PushResult elsewhere = simulator.say(UserMessage.text("y").inGroup(GROUP));
        assertThat(second.sessionWebhook()).isEqualTo(first.sessionWebhook()).isNotEqualTo(elsewhere.sessionWebhook());

        clock.pass(Duration.ofMinutes(90).minusMillis(1));
        assertThat(sendText(first, "in time").path("errcode").asInt()).isZero();
        clock.pass(Duration.ofMillis(1));
        JsonNode late = sendText(first, "late");
        assertThat(late.path("errcode").asInt()).isEqualTo(300001);
        assertThat(late.path("errmsg").asText()).isEqualTo("session 不存在");
        assertThat(simulator.say(UserMessage.text("z")).sessionWebhook()).isNotEqualTo(first.sessionWebhook());
    }

    @Test
    void givesAMessageWithAnExpiryOfItsOwnItsOwnSession() throws Exception {
        PushResult usual = simulator.say(UserMessage.text("x"));
        PushResult soon = simulator.say(UserMessage.text("x").sessionExpiresAt(clock.instant().plusSeconds(30)));

        assertThat(Wire.json(soon.payload()).path("sessionWebhookExpiredTime").asLong()).isEqualTo(clock.millis() + 30_000);
        clock.pass(Duration.ofSeconds(30));
        assertThat(sendText(soon, "late").path("errcode").asInt()).isEqualTo(300001);
        assertThat(sendText(usual, "fine").path("errcode").asInt()).isZero();
    }

    @Test
    void forgetsAnExpiredSession() throws Exception {
        PushResult sent = simulator.say(UserMessage.text("x"));
        simulator.expireSession(sent.sessionWebhook());

        assertThat(sendText(sent, "late").path("errcode").asInt()).isEqualTo(300001);
        assertThat(sendText(simulator.say(UserMessage.text("y")), "fine").path("errcode").asInt()).isZero();
    }

    private JsonNode sendText(PushResult to, String text) throws Exception {
        return wire.post(to.sessionWebhook(), "{\"msgtype\":\"text\",\"text\":{\"content\":\"" + text + "\"}}").json();
    }

    @Test
    void deliversOnceUnderOneMsgUuid() throws Exception {
        PushResult sent = simulator.say(UserMessage.text("x"));
        String body = "{\"msgtype\":\"text\",\"text\":{\"content\":\"once\"},\"msgUuid\":\"idem-1\"}";

        assertThat(wire.post(sent.sessionWebhook(), body).json().path("errcode").asInt()).isZero();
        assertThat(wire.post(sent.sessionWebhook(), body).json().path("errcode").asInt()).isZero();
        assertThat(wire.post(sent.sessionWebhook(), body.replace("idem-1", "idem-2")).json().path("errcode").asInt()).isZero();

        assertThat(simulator.deliveries()).extracting(Delivery::msgUuid).containsExactly("idem-1", "idem-2");
    }

    @Test
    void refusesBadWebhookBodies() throws Exception {
        String url = simulator.say(UserMessage.text("x")).sessionWebhook();

        assertThat(wire.post(url, "no json").text()).isEqualTo("{\"errcode\":40035,\"errmsg\":\"缺少参数 json\"}");
        assertThat(errcode(url, "{\"msgtype\":\"xyz\"}")).isEqualTo(400105);
        assertThat(wire.post(url, "{\"msgtype\":\"text\"}").json().path("errmsg").asText()).isEqualTo("miss param : text->content");
        assertThat(errcode(url, "{\"msgtype\":\"text\"}")).isEqualTo(400202);
        assertThat(errcode(url, "{\"msgtype\":\"markdown\",\"markdown\":{\"text\":\"x\"}}")).isEqualTo(400202);
        assertThat(errcode(url, "{\"msgtype\":\"actionCard\",\"actionCard\":{\"title\":\"T\",\"text\":\"x\"}}")).isEqualTo(400202);
        assertThat(wire.send(wire.request(url).setHeader("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString("{}")))
                .json().path("errcode").asInt()).isEqualTo(43004);
        assertThat(simulator.deliveries()).isEmpty();
    }

    @Test
    void measuresTheWholeBodyInBytes() throws Exception {
        String url = simulator.say(UserMessage.text("x")).sessionWebhook();
        String frame = "{\"msgtype\":\"text\",\"text\":{\"content\":\"\"}}";
        String full = frame.replace("\"\"", "\"" + "a".repeat(20_000 - frame.length()) + "\"");

        assertThat(errcode(url, full)).isZero();
        assertThat(errcode(url, full.replaceFirst("aa\"", "é!\""))).isEqualTo(460101);
    }

    private int errcode(String url, String body) throws Exception {
        return wire.post(url, body).json().path("errcode").asInt();
    }

    @Test
    void postsAMessageInTheCallbacksAnswer() {
        application.behaves(push -> new FakeApplication.Reaction(200, "{\"msgtype\":\"text\",\"text\":{\"content\":\"at once\"}}"));

        simulator.say(UserMessage.text("x"));

        assertThat(simulator.deliveries()).singleElement().satisfies(delivery -> {
            assertThat(delivery.channel()).isEqualTo(Delivery.Channel.ANSWER);
            assertThat(delivery.text()).isEqualTo("at once");
        });
    }

    @Test
    void gathersTheChunksOfAReply() {
        application.behaves(push -> {
            String url = Wire.json(push.body()).path("sessionWebhook").asText();
            Thread sender = new Thread(() -> {
                try {
                    for (int chunk = 1; chunk <= 3; chunk++) {
                        wire.post(url, "{\"msgtype\":\"text\",\"text\":{\"content\":\"chunk " + chunk + "\"}}");
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.start();
            return new FakeApplication.Reaction(200, "{\"msgtype\":\"empty\"}");
        });

        AskResult exchange = simulator.ask(UserMessage.text("x"), Duration.ofSeconds(5));

        assertThat(exchange.replies()).extracting(Delivery::text).containsExactly("chunk 1", "chunk 2", "chunk 3");
    }
}
