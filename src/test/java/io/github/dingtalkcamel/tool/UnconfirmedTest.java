package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer of HTTP 200 that does not confirm what was asked is no success for any caller. */
@Timeout(60)
class UnconfirmedTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv";
    private static final String TEXT = "dingtalk_send_text_notification";
    private static final String RICH = "dingtalk_send_rich_notification";
    private static final String RECALL = "dingtalk_recall_message";
    private static final String UPDATE = "dingtalk_update_message";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static Bot bot;
    private static int people;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN));
        bot.simulator().addCustomRobot(CustomRobot.of("robot-token-0001", "cidFAKEgroup0001=="));
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token=robot-token-0001").start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @AfterEach
    void clear() {
        bot.simulator().faults().clear();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            user_id | person0              | /v1.0/robot/oToMessages/batchSend | {}
            user_id | person0              | /v1.0/robot/oToMessages/batchSend | {"ok":true}
            chat_id | cidFAKEgroup0001==   | /v1.0/robot/groupMessages/send    | {}
            chat_id | cidFAKEgroup0001==   | /v1.0/robot/groupMessages/send    | {"ok":true}
            webhook | ''                   | /robot/send                       | {}
            webhook | ''                   | /robot/send                       | {"ok":true}
            """)
    void aMessageOfAToolIsNotSent(String type, String id, String path, String answer) throws Exception {
        bot.simulator().clearRecords();
        bot.simulator().faults().on(path).answer(200, answer);
        JsonNode result = call(TEXT, Map.of("recipient_type", type, "content", "unconfirmed", "recipient_id",
                id.isEmpty() ? bot.simulator().url() + "/robot/send?access_token=robot-token-0001" : id));

        assertUnknown(result);
        assertThat(result.at("/results/0").has("messageId")).isFalse();
        assertThat(result.at("/results/0/error/hint").asText()).isEqualTo("Ask the recipient whether it arrived");
        assertThat(requests(path)).as("it may have been sent: not again").isEqualTo(1);
    }

    @Test
    void ofACardTheOutcomeIsUnknownAndItCanStillBeUpdated() throws Exception {
        // by its path: an update of the test before this one may still be repeated
        bot.simulator().faults().on("/v1.0/card/instances/createAndDeliver")
                .answer(200, "{\"success\":true,\"result\":{\"deliverResults\":[]}}");
        JsonNode result = call(RICH, Map.of("recipient_type", "user_id", "recipient_id", newPerson(), "mode", "template",
                "msgKey", "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema", "msgParam", Map.of("title", "t", "markdown", "m")));

        assertUnknown(result);
        assertThat(result.at("/results/0/messageId").asText()).startsWith("card-");
    }

    @Test
    void aCardIsNotUpdated() throws Exception {
        String card = call(RICH, Map.of("recipient_type", "user_id", "recipient_id", newPerson(), "mode", "template",
                "msgKey", "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema", "msgParam", Map.of("title", "t", "markdown", "m")))
                .at("/results/0/messageId").asText();
        bot.simulator().faults().on(ApiFamily.CARD).untilCleared().answer(200, "{}");
        JsonNode result = call(UPDATE, Map.of("messageId", card, "mode", "text", "content", "new", "timeoutMs", 1_500));

        assertThat(result.path("successCount").asInt()).isZero();
        assertThat(result.path("failureCount").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"ok\":true}", "{\"successResult\":[]}", "{\"successResult\":[\"another\"],\"failedResult\":{}}"})
    void aMessageIsNotRecalledAndNotSentAnew(String answer) throws Exception {
        for (Map<String, Object> to : List.<Map<String, Object>>of(Map.of("recipient_type", "user_id", "recipient_id", newPerson()),
                Map.of("recipient_type", "chat_id", "recipient_id", "cidFAKEgroup0001=="))) {
            Map<String, Object> message = new HashMap<>(to);
            message.put("content", "to be recalled");
            String id = call(TEXT, message).at("/results/0/messageId").asText();
            String path = to.get("recipient_type").equals("chat_id") ? "/v1.0/robot/groupMessages/recall"
                    : "/v1.0/robot/otoMessages/batchRecall";
            int sent = bot.simulator().deliveries().size();
            bot.simulator().faults().on(path).times(2).answer(200, answer);

            JsonNode recall = call(RECALL, Map.of("messageId", id));
            assertUnknown(recall);
            assertThat(recall.at("/results/0/error/hint").asText()).contains("still shown");
            assertUnknown(call(UPDATE, Map.of("messageId", id, "mode", "text", "content", "in its place")));
            assertThat(bot.simulator().deliveries()).as("nothing goes out beside a message that may still be shown").hasSize(sent);

            assertThat(call(RECALL, Map.of("messageId", id)).path("successCount").asInt()).as("it is not noted as recalled").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            true  | {}
            true  | {"ok":true}
            false | {}
            false | {"ok":true}
            """)
    void aReplyIsNotDone(boolean bySession, String answer) {
        bot.simulator().faults().on(bySession ? ApiFamily.SESSION_WEBHOOK : ApiFamily.ROBOT).answer(200, answer);
        UserMessage said = UserMessage.text("unconfirmed reply").from(newPerson());
        PushResult sent = bot.say(bySession ? said : said.sessionExpiresAt(Instant.now()));
        String state = "select state from message where msg_id = '" + sent.msgId() + "'";
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> List.of("done", "dead").contains(bot.rows(state).get(0).get(0)));

        assertThat(bot.rows(state).get(0).get(0)).isEqualTo("dead");
        assertThat(bot.rows("select d.code from dead_letter d join message m on m.id = d.message_id where m.msg_id = '" + sent.msgId()
                + "'"))
                .containsExactly(List.of("outcomeUnknown"));
        assertThat(bot.replies(sent.conversationId())).isEmpty();
    }

    @Test
    void aFileIsNotSentAndTheRemedyIsOfUploads() throws Exception {
        bot.simulator().faults().on(ApiFamily.MEDIA).answer(200, "{\"errcode\":0}");
        JsonNode result = call("dingtalk_send_file",
                Map.of("recipient_type", "user_id", "recipient_id", newPerson(), "base64", "UEsDBA==", "name", "a.zip"));

        assertUnknown(result);
        assertThat(result.at("/results/0/error/hint").asText()).contains("upload the file again").doesNotContain("recipient");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"expireIn\":7200}"})
    void anAccessTokenIsRequestedAgainAndNothingIsSentToTheRecipient(String answer) throws Exception {
        bot.simulator().expireToken(Bot.APP_KEY);
        bot.simulator().faults().on(ApiFamily.TOKEN).untilCleared().answer(200, answer);
        Map<String, Object> request = Map.of("recipient_type", "user_id", "recipient_id", newPerson(), "content", "no token", "timeoutMs",
                1_000, "requestId", "no-token-" + people);
        JsonNode[] result = {call(TEXT, request)};
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> {
            result[0] = call(TEXT, request);
            // while it is under way, its outcome is unknown
            return !result[0].at("/results/0/error/code").asText().equals("outcomeUnknown");
        });

        assertThat(result[0].path("successCount").asInt()).isZero();
        assertThat(result[0].at("/results/0/error/code").asText()).isEqualTo(answer.isEmpty() ? "unreadable" : "unconfirmed");
        assertThat(result[0].at("/results/0/error/hint").asText()).contains("dingtalk.api-base-url").doesNotContain("recipient");
        bot.simulator().faults().clear();
        assertThat(call(TEXT, Map.of("recipient_type", "user_id", "recipient_id", newPerson(), "content", "token again"))
                .path("successCount").asInt()).isEqualTo(1);
    }

    private static void assertUnknown(JsonNode result) {
        assertThat(result.path("successCount").asInt()).as(result.toString()).isZero();
        assertThat(result.path("failureCount").asInt()).isEqualTo(1);
        assertThat(result.at("/results/0/success").asBoolean()).isFalse();
        assertThat(result.at("/results/0/error/code").asText()).as(result.toString()).isEqualTo("outcomeUnknown");
    }

    private static long requests(String path) {
        return bot.simulator().requests().stream().filter(request -> request.path().equals(path)).count();
    }

    private static String newPerson() {
        return "unconfirmed" + people++;
    }

    private static JsonNode call(String tool, Map<String, Object> arguments) throws Exception {
        HttpResponse<String> answer =
                HTTP.send(HttpRequest.newBuilder(URI.create(bot.webhookUrl("main").replace("webhook/main", "tools/" + tool)))
                .timeout(Duration.ofSeconds(50)).header("Authorization", "Bearer " + TOKEN).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(arguments))).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }
}
