package io.github.dingtalkcamel.card;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replies in cards that form while the agent types, against the simulator's card platform. */
@Timeout(180)
class StreamingReplyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STREAMING = "/v1.0/card/streaming";
    private static final String CREATE = "/v1.0/card/instances/createAndDeliver";
    private static final String RICH = "# 标题 😀👩‍👩‍👧‍👦\n\n| a | b |\n|---|---|\n| 1 | `x` |\n\n```java\nString s = \"\\uD83D\";\n```\n\n- ünïcode \u00a0 end  \n";

    private final Typist typist = new Typist();
    private Bot bot;

    @BeforeEach
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.streaming", "card", "dingtalk.streaming-card-template-id", "own.schema",
                "dingtalk.admin-users", "staff003", "dingtalk.api-token", "api-token-0123456789-abcdefghijkl")).bean("typist", typist)
                .route("typist.yaml", Typist.ROUTE).start();
    }

    @AfterEach
    void stop() throws Exception {
        bot.close();
    }

    // what is seen

    private String dm() {
        return bot.simulator().dm(Bot.APP_KEY, "staff001");
    }

    private void until(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    /** The turn is over, and so are its cards. */
    private void untilIdle() {
        until(() -> bot.rows("select 1 from message where state in ('received', 'running')").isEmpty() && bot.rows("select 1 from reply_card").isEmpty());
    }

    private SimulatedCard card() {
        until(() -> !bot.simulator().cards().isEmpty());
        return bot.simulator().cards().get(bot.simulator().cards().size() - 1);
    }

    private String content() {
        return card().params().get("content");
    }

    /** What went out as messages, cards aside. */
    private List<String> messages() {
        return bot.simulator().deliveries().stream().filter(each -> each.channel() != Delivery.Channel.CARD).map(Delivery::text).toList();
    }

    private List<RecordedRequest> accepted(String path) {
        return bot.simulator().requests().stream().filter(each -> each.path().equals(path) && each.status() == 200).toList();
    }

    private static JsonNode body(RecordedRequest request) {
        try {
            return Json.MAPPER.readTree(request.body());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<RecordedRequest> ends() {
        return accepted(STREAMING).stream().filter(each -> body(each).path("isFinalize").asBoolean() || body(each).path("isError").asBoolean()).toList();
    }

    // whole replies

    @Test
    void oneCardShowsTheReplyAsItFormsAndEndsWithItByteForByte() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        typist.script((draft, asked) -> {
            draft.update("# 标");
            seen.await(60, TimeUnit.SECONDS);
            for (int end = 4; end < RICH.length(); end += 4) {
                draft.update(RICH.substring(0, end));
                TimeUnit.MILLISECONDS.sleep(60);
            }
            return RICH;
        });
        bot.say("go");
        until(() -> "# 标".equals(content()));
        assertThat(card().finished()).isFalse();
        assertThat(card().params()).containsEntry("flowStatus", "2");
        assertThat(bot.rows("select state, message_id from reply_card")).as("on record while it is open").hasSize(1);
        seen.countDown();
        untilIdle();

        assertThat(bot.simulator().cards()).hasSize(1);
        assertThat(content()).isEqualTo(RICH);
        assertThat(card().finished()).isTrue();
        assertThat(card().params()).containsEntry("flowStatus", "3");
        assertThat(messages()).isEmpty();
        assertThat(accepted(CREATE)).hasSize(1);
        assertThat(body(accepted(CREATE).get(0)).path("callbackType").asText()).isEqualTo("STREAM");
        assertThat(ends()).hasSize(1);
        List<Instant> updates = accepted(STREAMING).stream().filter(each -> !ends().contains(each)).map(RecordedRequest::time).toList();
        assertThat(updates).hasSizeGreaterThan(1);
        for (int i = 1; i < updates.size(); i++) {
            assertThat(Duration.between(updates.get(i - 1), updates.get(i))).isGreaterThanOrEqualTo(Duration.ofMillis(595));
        }
        assertThat(bot.rows("select replies from message").toString()).contains("\"channel\":\"card\"");
        assertThat(bot.rows("select reply from history").toString()).contains("标题");
    }

    @Test
    void aReplyThatIsWholeAtOnceStillEndsItsCardOnce() {
        typist.script((draft, asked) -> {
            draft.update("one");
            draft.update("one two");
            return "one two three";
        });
        bot.say("go");
        untilIdle();

        assertThat(content()).isEqualTo("one two three");
        assertThat(ends()).hasSize(1);
        assertThat(messages()).isEmpty();
    }

    @Test
    void anAgentThatDoesNotStreamIsAnsweredAsEver() {
        typist.script((draft, asked) -> "plain");
        bot.say("go");

        assertThat(bot.awaitReplies(dm(), 1)).containsExactly("plain");
        assertThat(bot.simulator().cards()).isEmpty();
    }

    @Test
    void whatTheAgentsThreadsSayAfterwardsIsNotShown() throws Exception {
        List<io.github.dingtalkcamel.component.api.ReplyDraft> drafts = new ArrayList<>();
        typist.script((draft, asked) -> {
            drafts.add(draft);
            return "plain";
        });
        bot.say("go");
        bot.awaitReplies(dm(), 1);
        untilIdle();
        drafts.get(0).update("too late");
        typist.script((draft, asked) -> "plain again");
        bot.say("go");
        bot.awaitReplies(dm(), 2);

        assertThat(bot.simulator().cards()).isEmpty();
    }

    @Test
    void whatACardDoesNotHoldFollowsAsChunksWithCodeAndTablesWholeAcrossTheSeam() {
        String code = "```python\n" + IntStream.range(0, 400).mapToObj(i -> "print('line " + i + "')").collect(Collectors.joining("\n")) + "\n```";
        String table = "| n | square |\n|---|---|\n" + IntStream.range(0, 500).mapToObj(i -> "| " + i + " | " + i * i + " |").collect(Collectors.joining("\n"));
        typist.script((draft, asked) -> {
            draft.update(asked.equals("code") ? code : table);
            return asked.equals("code") ? code : table;
        });
        bot.say("code");
        untilIdle();
        assertThat(content()).hasSizeLessThanOrEqualTo(StreamingCard.MOST_CHARACTERS).startsWith("```python\n").contains("\n```\n\n*This reply is longer");
        assertThat(messages()).isNotEmpty().allMatch(chunk -> chunk.startsWith("```python\n") && chunk.endsWith("\n```"));
        String lines = (content() + "\n" + String.join("\n", messages())).lines().filter(line -> line.startsWith("print")).collect(Collectors.joining("\n"));
        assertThat("```python\n" + lines + "\n```").isEqualTo(code);

        int before = messages().size();
        bot.say("table");
        untilIdle();
        assertThat(content()).startsWith("| n | square |");
        assertThat(messages().subList(before, messages().size())).isNotEmpty().allMatch(chunk -> chunk.startsWith("| n | square |\n|---|---|\n| "));
    }

    @Test
    void aGroupsCardMentionsTheUserWhoAsked() {
        typist.script((draft, asked) -> {
            draft.update("hi");
            return "hi";
        });
        bot.say(UserMessage.text("go").inGroup("cidFAKEgroup0001=="));
        untilIdle();

        assertThat(body(accepted(CREATE).get(0)).at("/imGroupOpenDeliverModel/atUserIds").toString()).isEqualTo("{\"staff001\":\"Zhang San\"}");
        assertThat(bot.simulator().deliveriesTo("cidFAKEgroup0001==")).singleElement().satisfies(each -> assertThat(each.channel()).isEqualTo(Delivery.Channel.CARD));
    }

    @Test
    void aReplyThatIsBlankInTheEndSaysSoInItsCard() {
        typist.script((draft, asked) -> {
            draft.update("thinking aloud");
            return "";
        });
        bot.say("go");
        untilIdle();

        assertThat(content()).isEqualTo("*There is no reply.*");
        assertThat(card().finished()).isTrue();
        assertThat(messages()).isEmpty();
    }

    // failure and stop

    @Test
    void aFailureIsToldOnceInTheCardUnderWhatHadFormed() throws Exception {
        typist.script((draft, asked) -> {
            draft.update("so far\n```\ncode");
            until(() -> content() != null && content().contains("code"));
            throw new IllegalStateException("model away");
        });
        bot.say("go");
        untilIdle();

        String reference = "main-" + bot.rows("select id from message").get(0).get(0);
        assertThat(content()).startsWith("so far\n```\ncode\n```\n\n").contains(reference);
        assertThat(card().params()).containsEntry("flowStatus", "5");
        assertThat(ends()).singleElement().satisfies(each -> assertThat(body(each).path("isError").asBoolean()).isTrue());
        assertThat(messages()).isEmpty();
        assertThat(bot.rows("select state from message")).containsExactly(List.of("failed"));
    }

    @Test
    void stopEndsTheCardAndNamesWhoStoppedIt() {
        CountDownLatch never = new CountDownLatch(1);
        typist.script((draft, asked) -> {
            draft.update("so far");
            never.await();
            return "never";
        });
        bot.say("go");
        until(() -> "so far".equals(content()));
        bot.say("/stop");
        until(() -> card().finished());
        untilIdle();

        assertThat(content()).isEqualTo("so far\n\n*Stopped by Zhang San.*");
        assertThat(messages()).containsExactly("Stopped.");
        assertThat(bot.rows("select state from message where kind = 'turn'")).containsExactly(List.of("stopped"));
    }

    @Test
    void theStopButtonWorksForTheAskerAndAdminsOnly() {
        CountDownLatch never = new CountDownLatch(1);
        typist.script((draft, asked) -> {
            draft.update(asked);
            never.await();
            return "never";
        });
        until(() -> bot.simulator().stream().connections(Bot.APP_KEY).size() == 2);
        bot.say(UserMessage.text("first").inGroup("cidFAKEgroup0001=="));
        until(() -> "first".equals(content()));
        String first = card().outTrackId();
        bot.say(UserMessage.text("waits").inGroup("cidFAKEgroup0001=="));

        click(first, "staff002", "{}", "stop");
        assertThat(bot.rows("select 1 from message where state = 'stopped'")).as("another user can't").isEmpty();
        click(first, "staff001", "{\"action\":\"stop\"}", "other");
        untilIdle();
        assertThat(bot.simulator().card(first).params()).containsEntry("content", "first\n\n*Stopped by Zhang San.*");
        assertThat(bot.rows("select state from message")).as("what waits is dropped, as by /stop").containsExactly(List.of("stopped"), List.of("stopped"));

        bot.say(UserMessage.text("second").inGroup("cidFAKEgroup0001=="));
        until(() -> "second".equals(content()));
        click(card().outTrackId(), "staff003", "{}", "first", "stop");
        untilIdle();
        assertThat(content()).isEqualTo("second\n\n*Stopped by staff003.*");
    }

    private io.github.dingtalkcamel.simulator.stream.CardClickResult click(String card, String user, String params, String... actions) {
        return bot.simulator().stream().click(CardClick.on(card, actions).by(user).params(params).inGroup("cidFAKEgroup0001=="));
    }

    // fallback

    record Refusal(String what, java.util.function.Consumer<Bot> fault, String remedy, boolean isCreated) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Refusal> refusals() {
        return Stream.of(
                new Refusal("no permission to create", bot -> bot.simulator().faults().on(CREATE).untilCleared().noPermission(), "Card.Instance.Write", false),
                new Refusal("no such template", bot -> bot.simulator().faults().on(CREATE).untilCleared()
                        .answer(400, "{\"code\":\"param.templateNotExist\",\"message\":\"param.templateNotExist\",\"requestid\":\"R\"}"),
                        "dingtalk.streaming-card-template-id", false),
                new Refusal("group without cards", bot -> bot.simulator().faults().on(CREATE).untilCleared().answer(200, "{\"success\":true,\"result\":"
                        + "{\"outTrackId\":\"x\",\"deliverResults\":[{\"spaceType\":\"IM_ROBOT\",\"spaceId\":\"x\",\"success\":false,\"errorMsg\":\"no\"}]}}"),
                        "group allows cards", false),
                new Refusal("no permission to stream", bot -> bot.simulator().faults().on(STREAMING).untilCleared().noPermission(), "Card.Streaming.Write", true),
                new Refusal("template without the key", bot -> bot.simulator().faults().on(STREAMING).untilCleared()
                        .answer(400, "{\"code\":\"param.stream.key\",\"message\":\"param.stream.key\",\"requestid\":\"R\"}"),
                        "dingtalk.streaming-card-content-key", true));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void fallsBackToOneMessageWithOneWarningThatSaysWhatToDo(Refusal refusal) {
        refusal.fault().accept(bot);
        typist.script((draft, asked) -> {
            draft.update("the");
            return "the reply";
        });
        try (LogLines log = LogLines.listen()) {
            bot.say("go");
            assertThat(bot.awaitReplies(dm(), refusal.isCreated() ? 2 : 1)).contains("the reply");
            until(() -> bot.rows("select 1 from message where state <> 'done'").isEmpty());
            bot.say("again");
            until(() -> messages().size() == 2);
            until(() -> bot.rows("select 1 from message where state <> 'done'").isEmpty());
            assertThat(log.all().stream().filter(line -> line.contains("can't be shown in a card")).toList())
                    .singleElement().asString().contains(refusal.remedy());
        }
        assertThat(messages()).containsExactly("the reply", "the reply");
        if (refusal.isCreated()) {
            until(() -> bot.simulator().cards().stream().allMatch(each -> "*This reply could not be shown in a card. It follows as a message.*"
                    .equals(each.params().get("content"))));
            assertThat(bot.simulator().cards()).hasSize(2);
        } else {
            until(() -> bot.rows("select 1 from reply_card").isEmpty());
        }
        bot.simulator().faults().clear();
        bot.say("now");
        until(() -> bot.simulator().cards().stream().anyMatch(each -> each.finished() && "the reply".equals(each.params().get("content"))));
    }

    @Test
    void aLostAnswerToTheCreationMakesNoSecondCard() {
        bot.simulator().faults().on(CREATE).dropAfter();
        typist.script((draft, asked) -> {
            draft.update("the");
            return "the reply";
        });
        bot.say("go");
        untilIdle();

        assertThat(bot.simulator().cards()).hasSize(1);
        assertThat(content()).isEqualTo("the reply");
        assertThat(messages()).isEmpty();
    }

    @Test
    void aLostEndIsRepeatedAndShownOnce() {
        typist.script((draft, asked) -> {
            draft.update("the");
            until(() -> "the".equals(content()));
            bot.simulator().faults().on(STREAMING).times(2).dropAfter();
            return "the reply";
        });
        bot.say("go");
        untilIdle();

        assertThat(content()).isEqualTo("the reply");
        assertThat(card().finished()).isTrue();
        assertThat(messages()).isEmpty();
    }

    @Test
    void aCardThatHasExpiredIsClosedSilentlyAndTheReplyIsAMessage() {
        typist.script((draft, asked) -> {
            draft.update("the");
            until(() -> "the".equals(content()));
            bot.simulator().expireCard(card().outTrackId());
            return "the reply";
        });
        bot.say("go");
        until(() -> messages().equals(List.of("the reply")));
        untilIdle();
    }

    @Test
    void aThrottleSlowsCardsAndLosesNoText() {
        typist.script((draft, asked) -> {
            for (int i = 1; i <= 5; i++) {
                draft.update("x".repeat(i));
                TimeUnit.MILLISECONDS.sleep(100);
            }
            return "x".repeat(6);
        });
        bot.simulator().faults().on(ApiFamily.CARD).after(1).times(2).throttle();
        bot.say("go");
        untilIdle();

        assertThat(content()).isEqualTo("xxxxxx");
        assertThat(messages()).isEmpty();
    }

    // afterwards

    @Test
    void toolsUpdateAndRecallTheCardOfAReplyAndAQuoteOfItHasItsText() throws Exception {
        typist.script((draft, asked) -> {
            draft.update("the");
            return "the reply";
        });
        bot.say("go");
        untilIdle();
        String id = card().outTrackId();
        String key = bot.simulator().deliveries().get(0).processQueryKey();
        assertThat(trace()).contains("\"channel\":\"card\"", "\"messageId\":\"" + id + "\"");

        List<String> quoted = new ArrayList<>();
        typist.script((draft, asked) -> {
            quoted.add(typist.quoteOf());
            return "seen";
        });
        bot.say(UserMessage.text("what is this?").quotingKey(key));
        until(() -> quoted.equals(List.of("the reply")));

        assertThat(tool("dingtalk_update_message", "{\"messageId\":\"" + id + "\",\"mode\":\"text\",\"content\":\"corrected\"}"))
                .contains("\"failureCount\":0");
        assertThat(bot.simulator().card(id).params()).containsEntry("content", "corrected").containsEntry("flowStatus", "3").doesNotContainKey("markdown");
        bot.say(UserMessage.text("and now?").quotingKey(key));
        until(() -> quoted.equals(List.of("the reply", "corrected")));

        assertThat(tool("dingtalk_recall_message", "{\"messageId\":\"" + id + "\"}")).contains("\"failureCount\":0");
        assertThat(bot.simulator().isRecalled(key)).isTrue();
    }

    private String trace() throws Exception {
        String msgId = String.valueOf(bot.rows("select msg_id from message").get(0).get(0));
        return send("GET", "/api/dingtalk/messages/main/" + URLEncoder.encode(msgId, StandardCharsets.UTF_8), null);
    }

    private String tool(String name, String json) throws Exception {
        return send("POST", "/api/dingtalk/tools/" + name, json);
    }

    private String send(String method, String path, String json) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(bot.webhookUrl().replaceFirst("/api/.*", "") + path))
                .header("Authorization", "Bearer api-token-0123456789-abcdefghijkl").header("Content-Type", "application/json")
                .method(method, json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json)).build(),
                HttpResponse.BodyHandlers.ofString()).body();
    }

    @Test
    void theTestOfTheIntegrationSaysWhetherCardsCanBeHad() throws Exception {
        assertThat(send("POST", "/api/dingtalk/integrations/main/test", "{}")).contains("\"check\":\"cards\",\"result\":\"ok\"");
        assertThat(bot.simulator().deliveries()).isEmpty();

        bot.simulator().faults().on(STREAMING).noPermission();
        assertThat(send("POST", "/api/dingtalk/integrations/main/test", "{}")).contains("\"check\":\"cards\",\"result\":\"failed\"", "Card.Streaming.Write");
        bot.simulator().faults().on("/v1.0/card/instances")
                .answer(400, "{\"code\":\"param.templateUnpublished\",\"message\":\"param.templateUnpublished\",\"requestid\":\"R\"}");
        assertThat(send("POST", "/api/dingtalk/integrations/main/test", "{}")).contains("dingtalk.streaming-card-template-id");
    }

    @Test
    void retryGivesTheAnswerInANewCard() {
        typist.script((draft, asked) -> {
            draft.update("the");
            return "the reply";
        });
        bot.say("go");
        untilIdle();
        bot.say("/retry");
        until(() -> ends().size() == 2);
        untilIdle();

        assertThat(bot.simulator().cards()).hasSize(2).allMatch(each -> each.finished() && "the reply".equals(each.params().get("content")));
    }

    @Test
    void wordsOfWhatTheAgentDoesAreShownWhileTheyLastWhereThatIsSet() throws Exception {
        bot.stop();
        bot.set("dingtalk.streaming-show-activity", "true").start();
        CountDownLatch seen = new CountDownLatch(1);
        typist.script((draft, asked) -> {
            draft.activity("looks up the\n order");
            seen.await(60, TimeUnit.SECONDS);
            return "shipped";
        });
        bot.say("go");
        until(() -> "*looks up the order*".equals(content()));
        seen.countDown();
        untilIdle();

        assertThat(content()).isEqualTo("shipped");
    }

    @Test
    void aStartEndsTheCardsThatTheLastProcessLeft() throws Exception {
        bot.say("something");
        bot.awaitReplies(dm(), 1);
        untilIdle();
        typist.script((draft, asked) -> {
            draft.update("the");
            until(() -> "the".equals(content()));
            return "the reply";
        });
        bot.say("go");
        untilIdle();
        String id = card().outTrackId();
        // as a process leaves it that was killed before the agent had given the reply
        bot.stop();
        try (java.sql.Connection store = java.sql.DriverManager.getConnection("jdbc:sqlite:" + bot.home().resolve("data").resolve("dingtalk.db"));
                java.sql.Statement statement = store.createStatement()) {
            statement.executeUpdate("update message set state = 'running' where id = (select max(id) from message)");
            statement.executeUpdate("insert into reply_card (out_track_id, integration, message_id, attempt, state, failed, tries, next_at, created_at)"
                    + " select '" + id + "', integration, id, attempts, 'open', 0, 0, 0, " + System.currentTimeMillis()
                    + " from message order by id desc limit 1");
        }
        int before = ends().size();
        bot.start();
        until(() -> ends().size() == before + 2);
        untilIdle();

        assertThat(ends().subList(before, before + 2)).extracting(each -> body(each).path("content").asText())
                .containsExactlyInAnyOrder("the reply", "*This reply was interrupted by a restart. It is given again in a new message.*");
        assertThat(bot.simulator().cards()).hasSize(2);
    }
}
