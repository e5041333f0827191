package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the webhook takes, what it answers, and that it is handled once (docs/promises.md 4). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookAcceptanceTest {

    private static final String SECOND_KEY = "dingtest000000000002";
    private static final String SECOND_SECRET = "second-secret";
    private static final String GROUP = "cidFAKEgroup0001==";

    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of(
                "dingtalk.integrations.second.app-key", SECOND_KEY, "dingtalk.integrations.second.app-secret", SECOND_SECRET,
                "dingtalk.integrations.off.app-key", "dingtestoff000000001", "dingtalk.integrations.off.app-secret", "off-secret",
                "dingtalk.integrations.off.callback", "false"));
        bot.simulator().addApp(SimulatedApp.of(SECOND_KEY, SECOND_SECRET));
        bot.start();
        bot.simulator().callbackUrl(SECOND_KEY, bot.webhookUrl("second"));
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @Test
    void answersAPlainMessageToTheLetter() throws Exception {
        HttpResponse<String> answer = bot.post(bot.webhookUrl(), Callback.bytes(Callback.message("plain")), Callback.proof());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"msgtype\":\"empty\"}");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json; charset=utf-8");
        // read on another connection than it was written by: it is committed
        assertThat(rowsOf("plain")).isEqualTo(1);
    }

    /** Such as curl and Python's urllib say where nothing else is given: the body is the same, and its proof does not hold the type. */
    @ParameterizedTest
    @ValueSource(strings = { "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain" })
    void readsTheBodyAsJsonWhateverTypeItIsDeclaredAs(String type) throws Exception {
        String id = "declared-" + type.hashCode();

        HttpResponse<String> answer = bot.post(bot.webhookUrl(), Callback.bytes(Callback.message(id)),
                request -> Callback.proof().apply(request).setHeader("Content-Type", type));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(rowsOf(id)).isEqualTo(1);
    }

    @Test
    void answersAnEncryptedMessageWithTheSevenBytes() throws Exception {
        Callback.Sealed sealed = Callback.sealed(Callback.message("sealed"));

        HttpResponse<String> answer = bot.post(bot.webhookUrl() + sealed.query(), sealed.body(), Function.identity());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json; charset=utf-8");
        JsonNode envelope = Callback.JSON.readTree(answer.body());
        assertThat(envelope.fieldNames()).toIterable().containsExactly("msg_signature", "encrypt", "timeStamp", "nonce");
        assertThat(envelope).allSatisfy(field -> assertThat(field.isTextual()).isTrue());
        assertThat(Callback.opened(answer.body())).isEqualTo("success".getBytes(StandardCharsets.UTF_8)).hasSize(7);
        assertThat(rowsOf("sealed")).isEqualTo(1);
    }

    @Test
    void takesTheSignatureByEitherName() throws Exception {
        Callback.Sealed sealed = Callback.sealed(Callback.message("either-name"));

        HttpResponse<String> answer = bot.post(bot.webhookUrl() + sealed.query().replace("signature=", "msg_signature="), sealed.body(),
                Function.identity());

        assertThat(new String(Callback.opened(answer.body()), StandardCharsets.UTF_8)).isEqualTo("success");
    }

    @Test
    void knowsNoFreshnessOfEncryptedCallbacks() throws Exception {
        String old = "1445827045067";
        String encrypt = Callback.JSON.readTree(Callback.sealed(Callback.message("old")).body()).get("encrypt").textValue();
        String query = "?signature=" + Callback.signature(Bot.CALLBACK_TOKEN, old, "n1", encrypt) + "&timestamp=" + old + "&nonce=n1";

        HttpResponse<String> answer = bot.post(bot.webhookUrl() + query,
                Callback.bytes(Callback.JSON.createObjectNode().put("encrypt", encrypt)),
                Function.identity());

        assertThat(new String(Callback.opened(answer.body()), StandardCharsets.UTF_8)).isEqualTo("success");
    }

    @Test
    void handlesAMessageOnceForAnyNumberAndFormOfDeliveries() {
        UserMessage said = UserMessage.text("once").msgId("once").inGroup(GROUP);

        assertThat(bot.say(said).accepted()).isTrue();
        assertThat(bot.say(said).accepted()).isTrue();
        assertThat(bot.say(said.encrypted()).decrypted()).isEqualTo("success");
        awaitDone("once");
        assertThat(bot.say(said).accepted()).isTrue();
        assertThat(bot.say(said.encrypted()).accepted()).isTrue();
        // with another text: the id decides
        assertThat(bot.say(said.with("{\"text\":{\"content\":\" twice\"}}")).accepted()).isTrue();

        awaitQuiet();
        assertThat(rowsOf("once")).isEqualTo(1);
        assertThat(bot.replies(GROUP)).filteredOn(text -> text.contains("once") || text.contains("twice")).hasSize(1);
    }

    @Test
    void handlesAMessageOnceWhenItComesManyTimesAtOnce() {
        UserMessage said = UserMessage.text("at once").msgId("at-once").from("staff003");
        List<CompletableFuture<PushResult>> pushes = IntStream.range(0, 40)
                .mapToObj(i -> bot.simulator().sayAsync(i % 2 == 0 ? said : said.encrypted())).toList();

        assertThat(pushes).allSatisfy(push -> assertThat(push.join().accepted()).isTrue());

        awaitDone("at-once");
        awaitQuiet();
        assertThat(rowsOf("at-once")).isEqualTo(1);
        assertThat(bot.replies(bot.simulator().dm(Bot.APP_KEY, "staff003"))).containsExactly("at once");
    }

    @Test
    void answersOnceForEachIntegrationThatTheSameMessageMentions() {
        UserMessage said = UserMessage.text("to both").msgId("both").inGroup("cidFAKEgroup0002==");

        for (int i = 0; i < 2; i++) {
            assertThat(bot.say(said).accepted()).isTrue();
            assertThat(bot.say(said.to(SECOND_KEY)).accepted()).isTrue();
        }

        bot.awaitReplies("cidFAKEgroup0002==", 2);
        awaitQuiet();
        assertThat(bot.simulator().deliveriesTo("cidFAKEgroup0002==")).extracting(Delivery::robotCode)
                .containsExactlyInAnyOrder(Bot.APP_KEY, SECOND_KEY);
        assertThat(bot.rows("select integration from message where msg_id = 'both' order by integration"))
                .containsExactly(List.of("main"), List.of("second"));
    }

    @Test
    void keepsToTheOrderOfOneConversation() {
        String dm = bot.simulator().dm(Bot.APP_KEY, "staff002");
        List<String> said = IntStream.range(0, 20).mapToObj(i -> "in order " + i).toList();

        said.forEach(text -> assertThat(bot.say(UserMessage.text(text).from("staff002")).accepted()).isTrue());

        assertThat(bot.awaitReplies(dm, 20)).isEqualTo(said);
    }

    @Test
    void showsThatTheCallbackIsOn() throws Exception {
        HttpResponse<String> answer = bot.get(bot.webhookUrl());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("success");
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        assertThat(answer.headers().map().keySet()).isSubsetOf("content-type", "content-length", "transfer-encoding");
    }

    @ParameterizedTest
    @ValueSource(strings = { "off", "nobody" })
    void showsNothingWhereItIsOff(String integration) throws Exception {
        HttpResponse<String> answer = bot.get(bot.webhookUrl(integration));

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(Callback.JSON.readTree(answer.body()).at("/error/code").textValue()).isEqualTo("unknown_integration");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"EventType\":\"check_url\"}",
            "{\"EventType\":\"check_create_suite_url\",\"Random\":\"LPIdSnlF\",\"TestSuiteKey\":\"suite4xxxxxxxxxxxxxxx\"}",
            "{\"EventType\":\"check_update_suite_url\",\"Random\":\"LPIdSnlF\",\"TestSuiteKey\":\"suite4xxxxxxxxxxxxxxx\"}" })
    void answersTheConsolesChecksAndHandlesNothing(String check) {
        awaitQuiet();
        Map<String, Long> before = bot.rowCounts();

        PushResult sent = bot.simulator().pushEvent(Bot.APP_KEY, check);

        assertThat(sent.fault()).isNull();
        assertThat(sent.decrypted()).isEqualTo("success");
        assertThat(bot.rowCounts()).isEqualTo(before);
    }

    @Test
    void knowsAMessageAgainAfterARestart() throws Exception {
        String dm = bot.simulator().dm(Bot.APP_KEY, "staff004");
        UserMessage said = UserMessage.text("remembered").msgId("remembered").from("staff004");
        bot.say(said);
        awaitDone("remembered");
        bot.stop();
        bot.start();
        bot.simulator().callbackUrl(SECOND_KEY, bot.webhookUrl("second"));

        assertThat(bot.say(said).accepted()).isTrue();
        assertThat(bot.say(said.encrypted()).accepted()).isTrue();

        bot.say(UserMessage.text("after it").from("staff004"));
        assertThat(bot.awaitReplies(dm, 2)).containsExactly("remembered", "after it");
    }

    @Test
    void storesEveryText() throws Exception {
        ObjectNode message = Callback.message("odd-text");
        message.putObject("text").put("content", "a\u0000b \ud83d\ude00 \ud800 ' \" \\ ; drop table message; --");

        assertThat(bot.post(bot.webhookUrl(), Callback.bytes(message), Callback.proof()).statusCode()).isEqualTo(200);

        awaitDone("odd-text");
        List<String> replies = new ArrayList<>(bot.replies(bot.simulator().dm(Bot.APP_KEY, "staff001")));
        assertThat(replies.stream().filter(text -> text.contains("drop table")).collect(Collectors.toList()))
                .singleElement().asString().startsWith("a\ufffdb \ud83d\ude00 ");
    }

    private int rowsOf(String msgId) {
        return bot.rows("select id from message where msg_id = '" + msgId + "'").size();
    }

    private void awaitDone(String msgId) {
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select state from message where msg_id = '" + msgId + "'").equals(List.of(List.of("done"))));
    }

    private void awaitQuiet() {
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select 1 from message where state in ('received', 'running')").isEmpty());
    }
}
