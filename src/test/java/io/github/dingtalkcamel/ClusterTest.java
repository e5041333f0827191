package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.store.Housekeeping;
import io.github.dingtalkcamel.store.Sql;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes that work as one bot. Each test has a person of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class ClusterTest {

    private static final String ROBOTS_GROUP = "cidRobots";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private ClusterNodes nodes;
    private int people;
    private String person;

    @BeforeAll
    void startThreeNodes() throws Exception {
        nodes = new ClusterNodes(folder, 3, Map.of("dingtalk.conversation-capacity", "5", "dingtalk.queue-capacity", "14",
                "dingtalk.max-running-turns", "20"));
        nodes.simulator().addCustomRobot(CustomRobot.of("robot-token", ROBOTS_GROUP));
    }

    @BeforeEach
    void nextPerson() {
        person = "person" + ++people;
        nodes.simulator().addPerson(Person.of(person, "Nick of " + person));
        nodes.shut();
    }

    @AfterEach
    void letAgentsAnswer() {
        nodes.open();
        nodes.simulator().faults().clear();
        nodes.awaitRows("select count(*) from message where state in ('received', 'running')", List.of(0L));
    }

    @AfterAll
    void stop() throws Exception {
        nodes.close();
    }

    private UserMessage message(String text) {
        return UserMessage.text(text).from(person);
    }

    private String say(int node, String text) {
        return nodes.say(node, message(text));
    }

    private List<String> awaitReplies(String conversation, int count) {
        return nodes.get(0).awaitReplies(conversation, count);
    }

    private static void measured(String what, long begin) {
        System.out.println("cluster test: " + what + " after " + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
    }

    @Test
    void messagesOfAConversationThatComeInByAllNodesAreAnsweredInOrderByOneOfThem() {
        String conversation = "";
        List<String> expected = IntStream.range(0, 40).mapToObj(number -> "re: m" + number).toList();
        for (int number = 0; number < 40; number++) {
            conversation = say(number % 3, "m" + number);
        }

        assertThat(awaitReplies(conversation, 40)).containsExactlyElementsOf(expected);
        nodes.awaitRows("select count(*) from message where state = 'done' and sender_id = '" + sender() + "'", List.of(40L));
    }

    private Object sender() {
        return nodes.get(0).rows("select sender_id from message order by id desc limit 1").get(0).get(0);
    }

    @Test
    void aMessageThatTwoNodesGetIsAnsweredOnce() {
        String conversation = say(0, "hello");
        nodes.say(1, message("once").msgId("same"));
        nodes.say(2, message("once").msgId("same"));
        say(1, "next");

        assertThat(awaitReplies(conversation, 3)).containsExactly("re: hello", "re: once", "re: next");
    }

    @Test
    void stopSaidToOneNodeStopsAnAgentOnAnotherOne() {
        String conversation = say(0, "slow stopped");
        nodes.awaitAsked("0 slow stopped");
        say(0, "waiting");
        long begin = System.nanoTime();
        say(1, "/stop");
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> nodes.get(0).queue().runningTurns().isEmpty());
        measured("an agent was stopped by another node", begin);

        assertThat(awaitReplies(conversation, 1).get(0)).contains("1");
        nodes.open();
        say(2, "after");
        assertThat(awaitReplies(conversation, 2).get(1)).isEqualTo("re: after");
        nodes.awaitRows("select state from message where kind = 'turn' and conversation_id = '" + conversation + "' order by id",
                List.of("stopped"), List.of("stopped"), List.of("done"));
    }

    @Test
    void aStopButtonPressedOnOneNodeStopsTheReplyThatAnotherOneShows() {
        say(0, "typing");
        nodes.awaitAsked("0 typing");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.simulator().cards().stream().anyMatch(card -> "so far".equals(content(card))));
        String card = nodes.simulator().cards().get(nodes.simulator().cards().size() - 1).outTrackId();
        // only node 1 has Stream
        nodes.simulator().stream().click(CardClick.on(card, "stop").by("someone else"));
        nodes.simulator().stream().click(CardClick.on("no such card", "stop").by(person));
        assertThat(nodes.get(0).queue().runningTurns()).as("the user who asked may stop it, and no other").hasSize(1);
        long begin = System.nanoTime();
        nodes.simulator().stream().click(CardClick.on(card, "stop").by(person));
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> nodes.get(0).queue().runningTurns().isEmpty());
        measured("a reply was stopped by its card's button on another node", begin);

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.simulator().card(card).finished());
        assertThat(content(nodes.simulator().card(card))).isEqualTo("so far\n\n*Stopped by Nick of " + person + ".*");
        nodes.awaitRows("select count(*) from reply_card", List.of(0L));
        assertThat(nodes.get(0).rows("select state from message order by id desc limit 1")).containsExactly(List.of("stopped"));
    }

    private static String content(SimulatedCard card) {
        return card.params().get("content");
    }

    @Test
    void statusSaidToOneNodeTellsOfTurnsOnAnotherOne() {
        String conversation = say(0, "slow told");
        nodes.awaitAsked("0 slow told");
        say(0, "waiting");
        say(1, "/status");

        assertThat(awaitReplies(conversation, 1).get(0)).contains("Working").contains("1");
    }

    @Test
    void aConversationTakesNoMoreThanItsCapacityOverAllNodes() {
        say(0, "slow full");
        nodes.awaitAsked("0 slow full");
        int accepted = 0;
        for (int number = 0; number < 10; number++) {
            accepted += nodes.push(number % 3, message("m" + number)).accepted() ? 1 : 0;
        }

        assertThat(accepted).isEqualTo(5);
    }

    @Test
    void retrySaidToOneNodeIsAnsweredByTheNodeThatWorksOnTheConversationUnlessItIsFull() {
        String conversation = say(0, "again");
        awaitReplies(conversation, 1);
        say(1, "/retry");
        assertThat(awaitReplies(conversation, 2)).containsExactly("re: again", "re: again");

        say(0, "slow before");
        nodes.awaitAsked("0 slow before");
        for (int number = 0; number < 5; number++) {
            say(0, "waits");
        }
        say(2, "/retry");
        assertThat(awaitReplies(conversation, 3).get(2)).startsWith("Too many messages are waiting");
        nodes.awaitRows("select count(*) from message where kind = 'turn' and state = 'received'", List.of(5L));
    }

    @Test
    void aCommandOfANodeThatIsGoneIsAnsweredByAnother() {
        String conversation = say(0, "said before");
        awaitReplies(conversation, 1);
        nodes.get(0).store().writeAndWait(connection -> Sql.update(connection, """
                insert into message (integration, msg_id, conversation_id, sender_id, kind, state, payload, received_at, node, node_id)
                select integration, 'left', conversation_id, sender_id, 'command', 'received', replace(payload, 'said before', '/status'),
                    received_at, 'gone', 'gone' from message where conversation_id = ?""", conversation));

        assertThat(awaitReplies(conversation, 2).get(1)).contains("Agent");
        nodes.awaitRows("select state from message where msg_id = 'left'", List.of("done"));
    }

    @Test
    void allNodesTogetherTakeNoMoreThanTheCapacityOfTheQueue() {
        // on each of two nodes less than the capacity, on both together more
        for (int each = 0; each < 4; each++) {
            String text = "slow queue " + each;
            int node = each / 2;
            nodes.say(node, UserMessage.text(text).from(person + each));
            nodes.awaitAsked(node + " " + text);
            for (int waiting = 0; waiting < 4; waiting++) {
                nodes.push(node, UserMessage.text("waits").from(person + each));
            }
        }

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> !nodes.push(2, message("refused")).accepted());
        assertThat(nodes.get(2).queue().size()).as("none of them is in the memory of the node that refuses").isZero();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> health(2).contains("queue of all nodes together is full"));
        nodes.open();
        say(2, "taken again");
    }

    private String health(int node) throws Exception {
        return nodes.get(node).get(nodes.get(node).managementUrl() + "/observe/health/ready").body();
    }

    @Test
    void aCustomRobotGetsTwentyMessagesAMinuteFromAllNodesTogether() {
        for (int number = 0; number < 25; number++) {
            String sent = nodes.tool(number % 3, "{\"content\":\"n" + number + "\",\"recipient_type\":\"webhook\",\"timeoutMs\":10000}")
                    .join().body();
            assertThat(sent).contains("\"successCount\":1");
        }

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.get(0).replies(ROBOTS_GROUP).size() >= 20);
        nodes.awaitRows("select state, count(*) from robot_message group by state order by state", List.of("sent", 20L), List.of("waiting", 5L));
        assertThat(nodes.get(0).replies(ROBOTS_GROUP)).containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(number -> "n" + number).toList());
        assertThat(nodes.get(0).rows("select * from robot_ban")).isEmpty();
    }

    @Test
    void callsOfToolsForOneRecipientAreMadeInOrderOverAllNodesAndARequestIdOnce() {
        nodes.simulator().faults().on(ApiFamily.ROBOT).untilCleared().slow(Duration.ofSeconds(3));
        // of the numbers that give the order; rows go when their call is made
        String lastNumber = "select case when is_called then last_value else 0 end from recipient_call_id_seq";
        long before = (Long) nodes.get(0).rows(lastNumber).get(0).get(0);
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            calls.add(nodes.tool(number, call("n" + number)));
            nodes.awaitRows(lastNumber, List.of(before + number + 1));
            calls.add(nodes.tool((number + 1) % 3, call("n" + number)));
        }
        calls.forEach(call -> assertThat(call.join().body()).contains("\"successCount\":1"));

        for (int number = 0; number < 6; number += 2) {
            assertThat(calls.get(number).join().body()).isEqualTo(calls.get(number + 1).join().body());
        }
        List<RecordedRequest> sends = nodes.simulator().requests().stream().filter(request -> request.path().endsWith("/batchSend")
                && request.body().contains(person)).toList();
        assertThat(sends).extracting(request -> request.body().replaceAll(".*\\\\\"(n[0-9])\\\\\".*", "$1")).containsExactly("n0", "n1", "n2");
        List<Instant> times = sends.stream().map(RecordedRequest::time).toList();
        for (int number = 1; number < times.size(); number++) {
            assertThat(Duration.between(times.get(number - 1), times.get(number))).as("the one before was answered")
                    .isGreaterThan(Duration.ofMillis(2_900));
        }
        nodes.awaitRows("select count(*) from recipient_call", List.of(0L));
    }

    private String call(String content) {
        return "{\"content\":\"%s\",\"recipient_type\":\"user_id\",\"recipient_id\":\"%s\",\"requestId\":\"%s\",\"timeoutMs\":30000}".formatted(content,
                person, content);
    }

    @Test
    void aBindingThatOneNodeMadeHoldsOnTheOthers() {
        String conversation = say(1, "before");
        awaitReplies(conversation, 1);
        nodes.awaitRows("select owner is null from conversation where conversation_id = '" + conversation + "'", List.of(true));
        say(0, "/bind echo");
        awaitReplies(conversation, 2);
        say(1, "hello");
        say(2, "hello again");

        assertThat(awaitReplies(conversation, 4)).startsWith("re: before").endsWith("hello", "hello again");
    }

    @Test
    void aSessionThatOneNodeStartedIsTheSessionOfTheOthers() {
        String conversation = say(0, "first");
        awaitReplies(conversation, 1);
        say(1, "/new");
        awaitReplies(conversation, 2);
        say(0, "second");
        awaitReplies(conversation, 3);
        nodes.awaitRows("select owner is null from conversation where conversation_id = '" + conversation + "'", List.of(true));
        say(2, "third");
        awaitReplies(conversation, 4);

        List<String> asked = nodes.asked.stream().map(text -> text.substring(2)).toList();
        List<String> sessions = List.copyOf(nodes.sessions);
        String third = sessions.get(asked.lastIndexOf("third"));
        assertThat(third).isEqualTo(sessions.get(asked.lastIndexOf("second"))).isNotEqualTo(sessions.get(asked.lastIndexOf("first")));
    }

    @Test
    void aPersonIsRefusedOnceAnHourByAllNodesTogether() {
        for (int number = 0; number < 6; number++) {
            nodes.simulator().callbackUrl(ClusterNodes.CLOSED_KEY, nodes.get(number % 3).webhookUrl("closed"));
            UserMessage refused = message("let me in").to(ClusterNodes.CLOSED_KEY).byWebhook();
            assertThat(nodes.simulator().say(number % 2 == 0 ? refused : refused.inGroup("cidClosed" + number)).accepted()).isTrue();
        }

        nodes.awaitRows("select kind, state, count(*) from message where integration = 'closed' group by kind, state", List.of("refusal", "done", 1L));
    }

    @Test
    void anEventThatAllNodesGetIsToldOnceAndByOneNode() {
        String conversation = say(0, "told");
        for (int number = 0; number < 3; number++) {
            nodes.simulator().callbackUrl(Bot.APP_KEY, nodes.get(number).webhookUrl());
            assertThat(nodes.simulator().pushEvent(Bot.APP_KEY, "{\"EventType\":\"user_add_org\",\"EventId\":\"e1\",\"UserId\":[\"staff009\"]}").accepted())
                    .isTrue();
        }
        awaitReplies(conversation, 1);
        say(1, "told as well");
        awaitReplies(conversation, 2);

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> told(conversation).size() == 4);
        assertThat(told(conversation).stream().map(event -> event.substring(2))).containsExactly("bot_accepted " + conversation,
                "bot_turn_finished " + conversation, "bot_accepted " + conversation, "bot_turn_finished " + conversation);
        assertThat(nodes.told.stream().filter(event -> event.contains("user_add_org"))).hasSize(1);
        assertThat(nodes.told.stream().map(event -> event.charAt(0)).distinct()).as("the node that holds the claim").hasSize(1);
        nodes.awaitRows("select count(*) from outbox", List.of(0L));
    }

    private List<String> told(String conversation) {
        return nodes.told.stream().filter(event -> event.endsWith(" " + conversation)).toList();
    }

    @Test
    void aDeadLetterThatTwoNodesAreAskedToReplayIsReplayedOnce() throws Exception {
        String conversation = say(0, "fail once");
        nodes.awaitRows("select count(*) from dead_letter", List.of(1L));
        Object id = nodes.get(0).rows("select id from dead_letter").get(0).get(0);
        nodes.open();
        List<CompletableFuture<HttpResponse<String>>> replays = IntStream.range(0, 3)
                .mapToObj(node -> nodes.api(node, "dead-letters", "{\"ids\":[" + id + "]}")).toList();
        List<JsonNode> answers = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> replay : replays) {
            answers.add(JSON.readTree(replay.join().body()));
        }

        assertThat(answers.stream().filter(answer -> answer.toString().contains("\"replayed\":[" + id + "]"))).hasSize(1);
        assertThat(awaitReplies(conversation, 2)).last().isEqualTo("re: fail once");
        nodes.awaitRows("select state from dead_letter", List.of("replayed"));
        assertThat(nodes.asked("fail once")).hasSize(2);
    }

    @Test
    void housekeepingIsDoneByOneNode() {
        nodes.get(0).store().writeAndWait(connection -> Sql.update(connection,
                "insert into event_seen (integration, event_id, seen_at) values ('main', 'old', 1)"));
        int[] claimants = IntStream.range(0, 3).filter(node -> {
            housekeeping(node).deleteOldRows(nodes.get(node).context());
            return nodes.get(0).rows("select 1 from conversation c join node n on n.id = c.owner where conversation_id = 'housekeeping'"
                    + " and n.name like '%:" + port(node) + "'").size() == 1;
        }).limit(1).toArray();
        assertThat(claimants).hasSize(1);
        assertThat(nodes.get(0).rows("select 1 from event_seen where event_id = 'old'")).isEmpty();
        nodes.get(0).store().writeAndWait(connection -> Sql.update(connection,
                "insert into event_seen (integration, event_id, seen_at) values ('main', 'old', 1)"));
        IntStream.range(0, 3).filter(node -> node != claimants[0]).forEach(node -> housekeeping(node).deleteOldRows(nodes.get(node).context()));

        assertThat(nodes.get(0).rows("select 1 from event_seen where event_id = 'old'")).as("others do nothing").hasSize(1);
        housekeeping(claimants[0]).deleteOldRows(nodes.get(claimants[0]).context());
        assertThat(nodes.get(0).rows("select 1 from event_seen where event_id = 'old'")).isEmpty();
    }

    private Housekeeping housekeeping(int node) {
        return nodes.get(node).context().getRegistry().lookupByNameAndType("housekeeping", Housekeeping.class);
    }

    private int port(int node) {
        return URI.create(nodes.get(node).webhookUrl()).getPort();
    }

    @Test
    void eachNodeListsAllOfThemAndShowsWhatItHolds() throws Exception {
        nodes.awaitRows("select count(*) from conversation where owner is not null and integration = 'main'", List.of(0L));
        double claims = nodes.metric(0, "dingtalk_cluster_claims_total");
        nodes.say(0, message("slow listed").msgId("listed"));
        nodes.awaitAsked("0 slow listed");
        JsonNode listed = JSON.readTree(nodes.api(1, "nodes", null).join().body()).get("nodes");

        assertThat(listed).hasSize(3).allSatisfy(node -> {
            assertThat(node.get("state").asText()).isEqualTo("alive");
            assertThat(node.fieldNames()).toIterable().containsExactly("id", "name", "version", "state", "since", "lastSeen", "conversations");
        });
        assertThat(listed.findValuesAsText("conversations")).as("the one that joined last is the first").containsExactly("0", "0", "1");
        String name = listed.get(2).get("name").asText();
        assertThat(name).endsWith(":" + port(0));
        assertThat(health(0)).contains("\"node\",\"status\":\"UP\"");
        assertThat(nodes.metric(0, "dingtalk_cluster_conversations")).isEqualTo(1);
        assertThat(nodes.metric(1, "dingtalk_cluster_conversations")).isZero();
        assertThat(nodes.metric(0, "dingtalk_cluster_claims_total")).isEqualTo(claims + 1);
        assertThat(nodes.metric(0, "dingtalk_cluster_lost_total")).isZero();
        assertThat(nodes.metric(0, "dingtalk_cluster_fenced_total")).isZero();
        assertThat(jmx(0, "Node")).isEqualTo(name);
        assertThat(jmx(0, "Conversations")).isEqualTo(1);
        assertThat(jmx(1, "Conversations")).isEqualTo(0);
        assertThat(jmx(0, "Trouble")).isEqualTo("");
        assertThat((String[]) jmx(1, "Nodes")).hasSize(3).anyMatch(line -> line.startsWith(name + " alive"));
        JsonNode trace = JSON.readTree(nodes.api(2, "messages/main/listed", null).join().body());
        assertThat(trace.path("node").asText()).as("in the record of the turn").isEqualTo(name);
    }

    private Object jmx(int node, String attribute) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName bean = server.queryNames(new ObjectName("org.apache.camel:context=" + nodes.get(node).context().getManagementName()
                + ",name=\"cluster\",*"), null).iterator().next();
        return server.getAttribute(bean, attribute);
    }
}
