package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.builder.RouteBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A queue of one place, taken: what is still answered as ever, what is refused, and what health says of it (docs/promises.md 4, 9). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueueFullTest {

    private final CountDownLatch held = new CountDownLatch(1);
    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.queue-capacity", "1", "dingtalk.max-running-turns", "1", "dingtalk.fallback-agent", "held"))
                .start();
        RouteBuilder.addRoutes(bot.context(), routes -> routes.from("agent:held").process(exchange -> held.await(60, TimeUnit.SECONDS)));
        assertThat(plain(message("running")).statusCode()).isEqualTo(200);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 1);
        assertThat(plain(message("waiting")).statusCode()).isEqualTo(200);
    }

    @AfterAll
    void stop() throws Exception {
        held.countDown();
        bot.close();
    }

    @Test
    void refusesWhatIsNewAndSaysWhatWouldHelp() throws Exception {
        Map<String, Long> before = bot.rowCounts();

        HttpResponse<String> plain = plain(message("new"));
        HttpResponse<String> encrypted = encrypted(message("new"));

        for (HttpResponse<String> answer : List.of(plain, encrypted)) {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json; charset=utf-8");
            JsonNode error = Callback.JSON.readTree(answer.body()).get("error");
            assertThat(error.get("code").textValue()).isEqualTo("queue_full");
            assertThat(error.get("message").textValue()).contains("dingtalk.queue-capacity");
        }
        assertThat(bot.rowCounts()).isEqualTo(before);
    }

    @Test
    void answersWhatItHasTakenBeforeAsBefore() throws Exception {
        Map<String, Long> before = bot.rowCounts();

        for (String known : List.of("running", "waiting")) {
            assertThat(plain(message(known)).body()).isEqualTo("{\"msgtype\":\"empty\"}");
            assertThat(Callback.opened(encrypted(message(known)).body())).isEqualTo("success".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(bot.rowCounts()).isEqualTo(before);
    }

    @Test
    void takesAndAnswersCommandsNevertheless() throws Exception {
        ObjectNode command = message("command");
        command.putObject("text").put("content", "/whoami");

        assertThat(plain(command).statusCode()).isEqualTo(200);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select kind, state from message where msg_id = 'command'")
                .equals(List.of(List.of("command", "done"))));
        // so that the other tests' counts are theirs
        bot.store().writeAndWait(connection -> connection.createStatement().executeUpdate("delete from message where msg_id = 'command'"));
    }

    @Test
    void checksProofAndFieldsFirst() throws Exception {
        assertThat(bot.post(bot.webhookUrl(), Callback.bytes(message("new")), Function.identity()).statusCode()).isEqualTo(401);
        assertThat(plain(message("new").put("conversationType", "3")).statusCode()).isEqualTo(400);
    }

    @Test
    void dropsWhatItWouldDropAnyway() throws Exception {
        ObjectNode unmentioned = message("unmentioned").put("conversationType", "2");

        assertThat(plain(unmentioned).statusCode()).isEqualTo(200);
    }

    @Test
    void answersTheConsolesCheck() {
        assertThat(bot.simulator().checkUrl(Bot.APP_KEY).fault()).isNull();
    }

    @Test
    void isNotReadyButLivesAndHealthSaysWhatToDo() throws Exception {
        HttpResponse<String> health = bot.get(bot.managementUrl() + "/observe/health");

        assertThat(health.statusCode()).isEqualTo(503);
        JsonNode queue = ManagementTest.check(health, "queue");
        assertThat(queue.get("status").textValue()).isEqualTo("DOWN");
        assertThat(queue.toString()).contains("dingtalk.queue-capacity");
        assertThat(bot.get(bot.managementUrl() + "/observe/health/ready").statusCode()).isEqualTo(503);
        assertThat(bot.get(bot.managementUrl() + "/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(bot.get(bot.managementUrl() + "/observe/metrics").body()).contains("dingtalk_turns_waiting 1.0")
                .contains("dingtalk_turns_running 1.0");
    }

    private static ObjectNode message(String msgId) {
        return Callback.message(msgId).put("conversationId", "cid-one");
    }

    private HttpResponse<String> plain(ObjectNode message) throws Exception {
        return bot.post(bot.webhookUrl(), Callback.bytes(message), Callback.proof());
    }

    private HttpResponse<String> encrypted(ObjectNode message) throws Exception {
        Callback.Sealed sealed = Callback.sealed(message);
        return bot.post(bot.webhookUrl() + sealed.query(), sealed.body(), Function.identity());
    }
}
