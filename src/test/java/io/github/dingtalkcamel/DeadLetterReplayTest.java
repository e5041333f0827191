package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Body;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Dead letters as an operator sees them (docs/promises.md 7): listed, and replayed one or all, by REST and by JMX. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class DeadLetterReplayTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String AGENT = """
            - route:
                from:
                  uri: agent:moody
                  steps:
                    - bean: { ref: mood, method: suffer }
            """;

    private final Mood mood = new Mood();
    private Bot bot;

    /** Throws while it is bad. */
    public static final class Mood {

        private final AtomicBoolean bad = new AtomicBoolean();

        public void suffer(@Body String text) {
            if (bad.get() && !text.startsWith("fine")) {
                throw new IllegalStateException("bad mood");
            }
        }
    }

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN, "dingtalk.fallback-agent", "moody", "dingtalk.max-message-length",
                "200"))
                .bean("mood", mood).route("moody.camel.yaml", AGENT).start();
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @BeforeEach
    void clean() {
        mood.bad.set(false);
        bot.simulator().faults().clear();
        bot.store().writeAndWait(connection -> {
            try (var delete = connection.createStatement()) {
                return delete.executeUpdate("delete from dead_letter");
            }
        });
    }

    @Test
    void asksTheAgentAgainForTurnsThatFailedInTheOrderOfTheirConversation() throws Exception {
        mood.bad.set(true);
        String dm = "";
        for (int i = 0; i < 5; i++) {
            dm = bot.say(UserMessage.text("question " + i).from("staff010")).conversationId();
        }
        bot.say(UserMessage.text("fine").from("staff010"));
        awaitLetters(5);
        assertThat(bot.awaitReplies(dm, 6)).last().isEqualTo("fine");

        JsonNode page = get("?limit=2");
        assertThat(page.get("deadLetters")).hasSize(2);
        JsonNode newest = page.get("deadLetters").get(0);
        assertThat(newest.get("what").textValue()).isEqualTo("turn");
        assertThat(newest.get("code").textValue()).isEqualTo("agentFailed");
        assertThat(newest.get("reason").textValue()).contains("bad mood");
        assertThat(newest.get("remedy").textValue()).contains("replay");
        assertThat(newest.get("attempts").intValue()).isEqualTo(1);
        assertThat(newest.get("conversationId").textValue()).isEqualTo(dm);
        assertThat(newest.get("at").textValue()).startsWith("20");
        assertThat(bot.replies(dm).get(4)).as("what the sender was told to name").contains(newest.get("reference").textValue());
        JsonNode second = get("?limit=50&cursor=" + page.get("nextCursor").textValue());
        assertThat(second.get("deadLetters")).hasSize(3);
        assertThat(second.get("nextCursor").isNull()).isTrue();
        assertThat(page.toString() + second).doesNotContain("question");

        mood.bad.set(false);
        JsonNode answer = post("{}");
        assertThat(answer.get("count").intValue()).isEqualTo(5);
        assertThat(bot.awaitReplies(dm, 11).subList(6, 11))
                .containsExactly("question 0", "question 1", "question 2", "question 3", "question 4");
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select distinct state from message where sender_id = 'staff010'").equals(List.of(List.of("done"))));
        assertThat(get("").get("deadLetters")).isEmpty();
        assertThat(post("{}").get("count").intValue()).isZero();
    }

    @Test
    void sendsTheRestOfAReplyAndIsOneLetterHoweverOftenItFails() throws Exception {
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).after(1).untilCleared()
                .answer(200, "{\"errcode\":310000,\"errmsg\":\"no\"}");
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().noPermission();
        String text = "one " + "a".repeat(160) + "\n\ntwo " + "b".repeat(160) + "\n\nthree " + "c".repeat(150);
        PushResult sent = bot.say(UserMessage.text(text).from("staff011"));
        awaitLetters(1);
        JsonNode letter = get("").get("deadLetters").get(0);
        assertThat(letter.get("what").textValue()).isEqualTo("reply");
        long id = letter.get("id").longValue();

        List<CompletableFuture<JsonNode>> together = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            together.add(CompletableFuture.supplyAsync(() -> post("{\"ids\":[" + id + ",987654321]}")));
        }
        List<JsonNode> answers = together.stream().map(CompletableFuture::join).toList();
        assertThat(answers.stream().filter(answer -> answer.get("replayed").toString().equals("[" + id + "]"))).as("once").hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.get("alreadyReplayed").toString().equals("[" + id + "]"))).hasSize(5);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.get("unknown").toString()).isEqualTo("[987654321]"));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> {
            JsonNode letters = get("").get("deadLetters");
            return letters.size() == 1 && letters.get(0).get("state").textValue().equals("waiting") && letters.get(0).get("attempts")
                    .intValue() == 2;
        });
        assertThat(get("").get("deadLetters").get(0).get("id").longValue()).isEqualTo(id);

        bot.simulator().faults().clear();
        assertThat(jmx("replay", String.valueOf(id))).isEqualTo("1 are replayed, 0 were already, 0 are unknown");
        List<String> shown = bot.awaitReplies(sent.conversationId(), 3);
        assertThat(String.join("", shown)).isEqualToIgnoringWhitespace(text);
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select state from message where msg_id = '" + sent.msgId() + "'").equals(List.of(List.of("done"))));
    }

    @Test
    @SuppressWarnings("unchecked")
    void showsThemToThoseWhoHaveJmxAndReplaysAll() throws Exception {
        mood.bad.set(true);
        String dm = bot.say(UserMessage.text("secret question").from("staff012")).conversationId();
        awaitLetters(1);
        assertThat((List<String>) jmx("list")).singleElement()
                .satisfies(line -> assertThat(line).contains("waiting", "turn", "agentFailed", "bad mood", "replay")
                .doesNotContain("secret question"));
        assertThat(jmx("replay", "1,x")).asString().contains("1,2,3");

        mood.bad.set(false);
        assertThat(jmx("replayAll")).isEqualTo("1 are replayed, 0 were already, 0 are unknown");
        assertThat(bot.awaitReplies(dm, 2)).last().isEqualTo("secret question");
    }

    @Test
    void saysWhatIsWrongWithARequestAndReplaysNothing() throws Exception {
        mood.bad.set(true);
        bot.say(UserMessage.text("question").from("staff013"));
        awaitLetters(1);

        for (String body : List.of("", "nonsense", "[]", "null", "{\"id\":[1]}", "{\"ids\":1}", "{\"ids\":[\"x\"]}", "{\"ids\":[1.5]}",
                "{\"ids\":[" + "1,".repeat(1_000) + "1]}", "{} {}", "{\"ids\":[99999999999999999999]}")) {
            HttpResponse<String> answer = send(body, "Bearer " + TOKEN);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(answer.body()).contains("ids").contains("\"error\"");
        }
        assertThat(send("{}", "Bearer wrong").statusCode()).isEqualTo(401);
        for (String query : List.of("?limit=0", "?limit=x", "?cursor=nonsense", "?limit=1000")) {
            assertThat(bot.get(url() + query).statusCode()).isEqualTo(401);
            assertThat(getResponse(query).statusCode()).as(query).isEqualTo(400);
        }
        assertThat(post("{\"ids\":[]}").get("count").intValue()).isZero();
        assertThat(get("").get("deadLetters")).hasSize(1);
    }

    private void awaitLetters(int count) {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> get("").get("deadLetters").size() == count);
    }

    private Object jmx(String operation, String... arguments) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = server.queryNames(new ObjectName("org.apache.camel:context=" + bot.context().getManagementName()
                + ",type=dingtalk,name=\"dead-letters\""), null)
                .iterator().next();
        String[] types = new String[arguments.length];
        java.util.Arrays.fill(types, String.class.getName());
        return server.invoke(name, operation, arguments, types);
    }

    private String url() {
        return bot.webhookUrl().replace("webhook/main", "dead-letters");
    }

    private JsonNode get(String query) {
        return json(getResponse(query));
    }

    private HttpResponse<String> getResponse(String query) {
        try {
            return HTTP.send(HttpRequest.newBuilder(URI.create(url() + query)).header("Authorization", "Bearer " + TOKEN).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode post(String body) {
        return json(send(body, "Bearer " + TOKEN));
    }

    private HttpResponse<String> send(String body, String authorization) {
        try {
            // as curl -d calls it
            return HTTP.send(HttpRequest.newBuilder(URI.create(url())).header("Authorization", authorization)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return new ObjectMapper().readTree(answer.body());
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
