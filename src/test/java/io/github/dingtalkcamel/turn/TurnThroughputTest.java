package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many turns at once, through the routes as they are packaged. */
class TurnThroughputTest {

    private static final Probe PROBE = new Probe();
    private static Bot bot;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.max-running-turns", "64", "dingtalk.fallback-agent", "slow")).bean("probe", PROBE)
                .route("slow.camel.yaml", """
                        - route:
                            from:
                              uri: agent:slow
                              steps:
                                - bean: { ref: probe, method: enter }
                                - filter:
                                    simple: "${body} startsWith 'turn'"
                                    steps:
                                      - delay: { constant: "200" }
                                - bean: { ref: probe, method: leave }
                        """).start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @Test
    void answersTwoThousandTurnsOfTwoHundredMillisecondsInOrder() throws Exception {
        int conversations = 200;
        int each = 10;
        bot.simulator().clearRecords();
        List<CompletableFuture<PushResult>> pushes = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < each; i++) {
            List<CompletableFuture<PushResult>> round = new ArrayList<>();
            for (int c = 0; c < conversations; c++) {
                round.add(bot.simulator().sayAsync(UserMessage.text("turn " + i).from("person" + c)));
            }
            // DingTalk does not push a conversation's next message before it has pushed the one before
            CompletableFuture.allOf(round.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
            pushes.addAll(round);
        }
        assertThat(pushes).allMatch(push -> push.join().accepted());
        Awaitility.await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(20))
                .until(() -> bot.simulator().deliveries().size() >= conversations * each);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println("2,000 turns of 200 ms over 200 conversations, 64 at once: " + took.toMillis() + " ms");

        // how long it takes is the machine's: how many run at once is ours
        assertThat(PROBE.most).hasValueBetween(60, 64);
        List<String> inOrder = List.of("turn 0", "turn 1", "turn 2", "turn 3", "turn 4", "turn 5", "turn 6", "turn 7", "turn 8", "turn 9");
        for (int c = 0; c < conversations; c++) {
            assertThat(bot.replies(bot.simulator().dm(Bot.APP_KEY, "person" + c))).isEqualTo(inOrder);
        }
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 0);
        assertThat(bot.queue().conversations()).as("idle conversations are forgotten").isZero();
    }

    @Test
    void aSlowConversationDelaysNoOther() throws Exception {
        String slow = bot.simulator().dm(Bot.APP_KEY, "slowly");
        for (int i = 0; i < 3; i++) {
            bot.say(UserMessage.text("wait " + i).from("slowly"));
        }
        for (int i = 0; i < 100; i++) {
            bot.say(UserMessage.text("quick " + i).from("quick" + i % 10));
        }
        for (int c = 0; c < 10; c++) {
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "quick" + c), 10)).hasSize(10);
        }

        assertThat(bot.replies(slow)).isEmpty();
        PROBE.release.countDown();
        assertThat(bot.awaitReplies(slow, 3)).containsExactly("wait 0", "wait 1", "wait 2");
    }

    public static final class Probe {

        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final CountDownLatch release = new CountDownLatch(1);

        public void enter(Exchange exchange) throws InterruptedException {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            if (exchange.getMessage().getBody(String.class).startsWith("wait")) {
                release.await(60, TimeUnit.SECONDS);
            }
        }

        public void leave(Exchange exchange) {
            inside.decrementAndGet();
        }
    }
}
