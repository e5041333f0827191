package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.store.EachStore;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes in this JVM on one PostgreSQL store. */
class ClusterTest {

    private static final String TOKEN = "cluster-test-token-0123456789-abcdefgh";
    private static final String ROBOTS_GROUP = "cidRobots";
    private static final String AGENT = """
            - route:
                id: gated
                from:
                  uri: agent:gated
                  parameters:
                    trigger: main
                  steps:
                    - process:
                        ref: gate
            """;

    @TempDir
    Path folder;

    /** What agents were asked, as "node text". */
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final CountDownLatch open = new CountDownLatch(1);
    private final List<Bot> nodes = new ArrayList<>();
    private final List<CutConnection> ways = new ArrayList<>();
    private String url;

    @BeforeEach
    void startTwoNodes() throws Exception {
        url = EachStore.POSTGRESQL.freshUrl(folder);
        for (int number = 0; number < 2; number++) {
            nodes.add(start(number));
        }
    }

    private Bot start(int number) throws Exception {
        URI database = URI.create(url.substring("jdbc:".length()));
        CutConnection way = new CutConnection(database.getPort());
        ways.add(way);
        Map<String, String> settings = new HashMap<>(Map.of("dingtalk.cluster", "true",
                "dingtalk.store-url", "jdbc:postgresql://127.0.0.1:" + way.port() + database.getPath(), "dingtalk.store-user", "postgres",
                "dingtalk.conversation-capacity", "5", "dingtalk.api-token", TOKEN));
        Bot bot = nodes.isEmpty() ? Bot.withSettings(settings, SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(60))) : nodes.get(0).another(settings);
        bot.simulator().addCustomRobot(CustomRobot.of("robot-token", ROBOTS_GROUP));
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token=robot-token");
        return bot.route("gated.camel.yaml", AGENT).bean("gate", (Processor) exchange -> ask(number, exchange)).start();
    }

    private void ask(int node, Exchange exchange) throws InterruptedException {
        String text = exchange.getMessage().getBody(String.class);
        asked.add(node + " " + text);
        if (text.startsWith("slow")) {
            open.await(60, TimeUnit.SECONDS);
        }
        exchange.getMessage().setBody("re: " + text);
    }

    @AfterEach
    void stop() throws Exception {
        open.countDown();
        ways.forEach(CutConnection::mend);
        for (int number = nodes.size() - 1; number >= 0; number--) {
            nodes.get(number).close();
        }
        ways.forEach(CutConnection::close);
    }

    private String say(int node, String text) {
        return say(node, UserMessage.text(text));
    }

    private String say(int node, UserMessage message) {
        nodes.get(0).simulator().callbackUrl(Bot.APP_KEY, nodes.get(node).webhookUrl());
        // refused while the conversation is full
        return Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.get(0).simulator().say(message.byWebhook()), PushResult::accepted)
                .conversationId();
    }

    @SafeVarargs
    private void awaitRows(String sql, List<Object>... rows) {
        Awaitility.await().atMost(Bot.PATIENCE).untilAsserted(() -> assertThat(nodes.get(1).rows(sql)).containsExactly(rows));
    }

    private void awaitAsked(int times) {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> asked.size() >= times);
    }

    @Test
    void messagesOfAConversationThatComeInByBothNodesAreAnsweredInOrderByOneOfThem() {
        String conversation = "";
        List<String> expected = IntStream.range(0, 40).mapToObj(number -> "re: m" + number).toList();
        for (int number = 0; number < 40; number++) {
            conversation = say(number % 2, "m" + number);
        }

        assertThat(nodes.get(0).awaitReplies(conversation, 40)).containsExactlyElementsOf(expected);
        assertThat(asked).hasSize(40);
        awaitRows("select count(*) from message where state = 'done'", List.of(40L));
    }

    @Test
    void aMessageThatBothNodesGetIsAnsweredOnce() {
        String conversation = say(0, UserMessage.text("once").msgId("same"));
        say(1, UserMessage.text("once").msgId("same"));
        say(1, "next");

        assertThat(nodes.get(0).awaitReplies(conversation, 2)).containsExactly("re: once", "re: next");
        assertThat(asked).hasSize(2);
    }

    @Test
    void stopSaidToOneNodeStopsAnAgentOnTheOther() {
        String conversation = say(0, "slow");
        awaitAsked(1);
        say(0, "waiting");
        long begin = System.nanoTime();
        say(1, "/stop");

        assertThat(nodes.get(0).awaitReplies(conversation, 1).get(0)).contains("1");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.get(0).queue().runningTurns().isEmpty());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        open.countDown();
        say(1, "after");

        assertThat(nodes.get(0).awaitReplies(conversation, 2).get(1)).isEqualTo("re: after");
        awaitRows("select state from message where kind = 'turn' order by id", List.of("stopped"), List.of("stopped"), List.of("done"));
    }

    @Test
    void statusSaidToOneNodeTellsOfTurnsOnTheOther() {
        String conversation = say(0, "slow");
        awaitAsked(1);
        say(0, "waiting");
        say(1, "/status");

        assertThat(nodes.get(0).awaitReplies(conversation, 1).get(0)).contains("Working").contains("1");
    }

    @Test
    void aConversationTakesNoMoreThanItsCapacityOverAllNodes() {
        say(0, "slow");
        awaitAsked(1);
        int accepted = 0;
        for (int number = 0; number < 10; number++) {
            nodes.get(0).simulator().callbackUrl(Bot.APP_KEY, nodes.get(number % 2).webhookUrl());
            accepted += nodes.get(0).simulator().say(UserMessage.text("m" + number).byWebhook()).accepted() ? 1 : 0;
        }

        assertThat(accepted).isEqualTo(5);
    }

    @Test
    void theConversationsOfANodeThatLostTheDatabaseGoOnElsewhereAndWhatItFinishesLateIsDiscarded() {
        String conversation = say(0, "slow 1");
        awaitAsked(1);
        say(0, "second");
        ways.get(0).cut();
        long begin = System.nanoTime();
        CompletableFuture<PushResult> late = nodes.get(0).simulator().sayAsync(UserMessage.text("not stored").byWebhook());

        awaitAsked(2);
        Duration away = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(asked).containsExactly("0 slow 1", "1 slow 1");
        assertThat(away).isLessThan(Duration.ofSeconds(15));
        open.countDown();
        assertThat(nodes.get(0).awaitReplies(conversation, 2)).containsExactly("re: slow 1", "re: second");
        assertThat(late.join().status()).as("answered although the database answers nothing").isEqualTo(503);

        ways.get(0).mend();
        awaitRows("select count(*) from node where alive_until > extract(epoch from now()) * 1000", List.of(2L));
        say(0, "third");
        assertThat(nodes.get(0).awaitReplies(conversation, 3)).containsExactly("re: slow 1", "re: second", "re: third");
        awaitRows("select state, count(*) from message group by state", List.of("done", 3L));
        assertThat(nodes.get(0).simulator().requests().stream().filter(request -> request.path().equals("/robot/sendBySession")))
                .as("the node that was cut off sends nothing late").hasSize(3);
    }

    @Test
    void whileTheDatabaseIsAwayFromAllNodesMessagesAreRefusedAndWhatWasAcceptedIsAnsweredAfterwards() throws Exception {
        String conversation = say(0, "slow 1");
        awaitAsked(1);
        ways.forEach(CutConnection::refuse);

        assertThat(nodes.get(0).simulator().say(UserMessage.text("second").byWebhook()).status()).isEqualTo(503);
        assertThat(nodes.get(1).get(nodes.get(1).managementUrl() + "/observe/health/ready").body()).contains("\"store\",\"status\":\"DOWN\"");

        ways.forEach(CutConnection::mend);
        open.countDown();
        say(1, "second");
        assertThat(nodes.get(0).awaitReplies(conversation, 2)).containsExactly("re: slow 1", "re: second");
        awaitRows("select state, count(*) from message group by state", List.of("done", 2L));
    }

    private CompletableFuture<HttpResponse<String>> tool(int node, String json) {
        return HttpClient.newHttpClient().sendAsync(HttpRequest.newBuilder(URI.create(nodes.get(node).webhookUrl())
                .resolve("/api/dingtalk/tools/dingtalk_send_text_notification")).header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aCustomRobotGetsTwentyMessagesAMinuteFromAllNodesTogether() {
        for (int number = 0; number < 25; number++) {
            String sent = tool(number % 2, "{\"content\":\"n" + number + "\",\"recipient_type\":\"webhook\",\"timeoutMs\":2000}").join().body();
            assertThat(sent).contains("\"successCount\":1");
        }

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.get(0).replies(ROBOTS_GROUP).size() >= 20);
        awaitRows("select state, count(*) from robot_message group by state order by state", List.of("sent", 20L), List.of("waiting", 5L));
        assertThat(nodes.get(0).replies(ROBOTS_GROUP)).containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(number -> "n" + number).toList());
        assertThat(nodes.get(0).rows("select * from robot_ban")).isEmpty();
    }

    @Test
    void aRequestIdThatAnotherNodeIsWorkingOnGivesItsResultAndSendsNothing() {
        nodes.get(0).simulator().faults().on(ApiFamily.ROBOT).slow(Duration.ofSeconds(2));
        String call = "{\"content\":\"once\",\"recipient_type\":\"user_id\",\"recipient_id\":\"staff001\",\"requestId\":\"r1\"}";
        CompletableFuture<HttpResponse<String>> first = tool(0, call);
        awaitRows("select count(*) from tool_request where result is null", List.of(1L));
        CompletableFuture<HttpResponse<String>> second = tool(1, call);

        assertThat(first.join().body()).contains("\"successCount\":1");
        assertThat(second.join().body()).isEqualTo(first.join().body());
        assertThat(nodes.get(0).simulator().requests().stream().filter(request -> request.path().endsWith("/batchSend"))).hasSize(1);
    }

    @Test
    void aBindingThatOneNodeMadeHoldsOnTheOther() {
        say(0, "/bind echo");
        String conversation = say(1, "hello");

        assertThat(nodes.get(0).awaitReplies(conversation, 2)).last().isEqualTo("hello");
    }

    @Test
    void eachNodeListsAllOfThemAndIsHealthy() throws Exception {
        say(0, "slow");
        awaitAsked(1);
        HttpResponse<String> listed = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(nodes.get(1).webhookUrl()).resolve("/api/dingtalk/nodes"))
                .header("Authorization", "Bearer " + TOKEN).build(), HttpResponse.BodyHandlers.ofString());

        JsonNode listedNodes = new ObjectMapper().readTree(listed.body()).get("nodes");
        assertThat(listedNodes).hasSize(2).allSatisfy(node -> {
            assertThat(node.get("state").asText()).isEqualTo("alive");
            assertThat(node.fieldNames()).toIterable().containsExactly("id", "name", "version", "state", "since", "lastSeen", "conversations");
        });
        assertThat(listedNodes.findValuesAsText("conversations")).containsExactly("0", "1");
        assertThat(nodes.get(1).get(nodes.get(1).managementUrl() + "/observe/health/ready").body()).contains("\"node\",\"status\":\"UP\"");
        assertThat(nodes.get(1).get(nodes.get(1).managementUrl() + "/observe/metrics").body()).contains("dingtalk_cluster_conversations 0.0");
        assertThat(nodes.get(0).get(nodes.get(0).managementUrl() + "/observe/metrics").body()).contains("dingtalk_cluster_conversations 1.0");
    }

    @Test
    void aNodeThatStopsGivesItsConversationsBackAndAnotherGoesOn() throws Exception {
        String conversation = say(0, "slow");
        awaitAsked(1);
        say(0, "second");
        Thread stopping = new Thread(() -> {
            try {
                nodes.get(0).stop();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        stopping.start();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> !nodes.get(1).rows("select 1 from node where stopping = 1").isEmpty());
        open.countDown();
        stopping.join();

        assertThat(nodes.get(0).awaitReplies(conversation, 2)).containsExactly("re: slow", "re: second");
        assertThat(asked).containsExactly("0 slow", "1 second");
    }
}
