package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.store.Housekeeping;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that work as one bot, of which one stops or is cut off from the database. */
@Timeout(180)
class ClusterNodeLossTest {

    @TempDir
    Path folder;

    private ClusterNodes nodes;

    @BeforeEach
    void startTwoNodes() throws Exception {
        nodes = new ClusterNodes(folder, 2, Map.of("dingtalk.shutdown-timeout", "60"));
    }

    @AfterEach
    void stop() throws Exception {
        nodes.close();
    }

    private String say(int node, String text) {
        return nodes.say(node, UserMessage.text(text));
    }

    private List<SimulatedCard> cards() {
        return nodes.simulator().cards();
    }

    private String health(int node) throws Exception {
        return nodes.get(node).get(nodes.get(node).managementUrl() + "/observe/health/ready").body();
    }

    @Test
    void theConversationsOfANodeThatLostTheDatabaseGoOnElsewhereAndWhatItFinishesLateIsDiscarded() throws Exception {
        String conversation = say(0, "slow 1");
        nodes.awaitAsked("0 slow 1");
        say(0, "second");
        nodes.say(0, UserMessage.text("typing").from("staff002"));
        nodes.awaitAsked("0 typing");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> cards().stream().anyMatch(card -> "so far".equals(card.params().get("content"))));
        String first = cards().get(0).outTrackId();
        nodes.way(0).cut();
        long begin = System.nanoTime();
        nodes.simulator().callbackUrl(Bot.APP_KEY, nodes.get(0).webhookUrl());
        CompletableFuture<PushResult> late = nodes.simulator().sayAsync(UserMessage.text("not stored").byWebhook());

        nodes.awaitAsked("1 slow 1");
        nodes.awaitAsked("1 typing");
        Duration away = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(away).isLessThan(Duration.ofSeconds(15));
        assertThat(nodes.metric(1, "dingtalk_cluster_takeover_longest_ms")).isBetween(7_000.0, 15_000.0);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> health(0).contains("\"node\",\"status\":\"DOWN\""));
        assertThat(health(1)).contains("\"node\",\"status\":\"UP\"");
        // the node that took over makes a card of its own, and ends the one that shows no reply any more
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.simulator().card(first).finished());
        assertThat(nodes.simulator().card(first).params().get("content")).isEqualTo("*This reply was interrupted by a restart. It is given again in a new message.*");
        nodes.open();
        assertThat(nodes.get(0).awaitReplies(conversation, 2)).containsExactly("re: slow 1", "re: second");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> cards().stream().anyMatch(card -> "re: typing".equals(card.params().get("content"))
                && card.finished()));
        int cards = cards().size();
        assertThat(late.join().status()).as("answered although the database answers nothing").isEqualTo(503);

        nodes.way(0).mend();
        nodes.awaitRows("select count(*) from node where alive_until > extract(epoch from now()) * 1000", List.of(2L));
        say(0, "third");
        assertThat(nodes.get(0).awaitReplies(conversation, 3)).containsExactly("re: slow 1", "re: second", "re: third");
        nodes.awaitRows("select state, count(*) from message group by state", List.of("done", 4L));
        assertThat(nodes.simulator().requests().stream().filter(request -> request.path().equals("/robot/sendBySession")))
                .as("the node that was cut off sends nothing late").hasSize(3);
        assertThat(cards()).as("nor does it make cards").hasSize(cards);
        nodes.awaitRows("select count(*) from reply_card", List.of(0L));
        assertThat(nodes.metric(0, "dingtalk_cluster_lost_total")).isEqualTo(2);
        assertThat(nodes.metric(0, "dingtalk_cluster_fenced_total")).isEqualTo(1);
    }

    @Test
    void whileTheDatabaseIsAwayFromAllNodesMessagesAreRefusedAndWhatWasAcceptedIsAnsweredAfterwards() throws Exception {
        String conversation = say(0, "slow 1");
        nodes.awaitAsked("0 slow 1");
        nodes.ways().forEach(CutConnection::refuse);

        assertThat(nodes.push(0, UserMessage.text("second")).status()).isEqualTo(503);
        assertThat(health(1)).contains("\"store\",\"status\":\"DOWN\"");

        nodes.ways().forEach(CutConnection::mend);
        nodes.open();
        say(1, "second");
        assertThat(nodes.get(0).awaitReplies(conversation, 2)).containsExactly("re: slow 1", "re: second");
        nodes.awaitRows("select state, count(*) from message group by state", List.of("done", 2L));
    }

    @Test
    void aNodeThatStopsTakesNothingMoreGivesBackWhatItHasAndAnotherGoesOn() throws Exception {
        String outbox = "select n.name from conversation c join node n on n.id = c.owner where c.conversation_id = 'outbox'";
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.get(1).rows(outbox).size() == 1);
        Object before = nodes.get(1).rows(outbox).get(0).get(0);
        int stops = before.toString().endsWith(":" + URI.create(nodes.get(0).webhookUrl()).getPort()) ? 0 : 1;
        int stays = 1 - stops;
        nodes.get(stops).context().getRegistry().lookupByNameAndType("housekeeping", Housekeeping.class).deleteOldRows(nodes.get(stops).context());
        String housekeeping = "select owner is null from conversation where conversation_id = 'housekeeping'";
        assertThat(nodes.get(stays).rows(housekeeping)).containsExactly(List.of(false));
        String conversation = say(stops, "slow");
        nodes.awaitAsked(stops + " slow");
        say(stops, "second");
        nodes.simulator().callbackUrl(Bot.APP_KEY, nodes.get(stops).webhookUrl());
        Thread stopping = new Thread(() -> {
            try {
                nodes.get(stops).stop();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        long begin = System.nanoTime();
        stopping.start();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> !nodes.get(stays).rows("select 1 from node where stopping = 1").isEmpty());
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.get(stays).rows(outbox).stream().anyMatch(row -> !row.get(0).equals(before)));
        System.out.println("cluster test: the outbox was taken over from a node that stops after "
                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> nodes.get(stays).rows(housekeeping).contains(List.of(true)));
        assertThat(nodes.get(stays).rows("select 1 from node where stopping = 1 and alive_until > extract(epoch from now()) * 1000"))
                .as("it still finishes its turn").hasSize(1);
        assertThat(nodes.simulator().say(UserMessage.text("refused").from("staff002").byWebhook()).accepted()).isFalse();
        begin = System.nanoTime();
        nodes.open();
        nodes.awaitAsked(stays + " second");
        System.out.println("cluster test: a conversation was continued by another node after "
                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
        stopping.join();

        assertThat(nodes.get(stays).awaitReplies(conversation, 2)).containsExactly("re: slow", "re: second");
        assertThat(nodes.asked).containsExactly(stops + " slow", stays + " second");
    }
}
