package io.github.dingtalkcamel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.AsyncProcessorSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Agents that are slow, bounded or down, beside others that are not. */
class BusyAgentTest {

    private static final String AGENTS = """
            - route:
                from:
                  uri: agent:slow
                  parameters: { trigger: main, maxRunning: 2 }
                  steps:
                    - process: { ref: slow }
            - route:
                from:
                  uri: agent:quick
                  steps:
                    - setBody: { simple: "quick: ${body}" }
            - route:
                from:
                  uri: agent:delegating
                  steps:
                    - to: agent:slow
            """;

    /** Holds its calls, without a thread of theirs where they are asynchronous. */
    private static final class Slow extends AsyncProcessorSupport {

        private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
        private final Queue<String> began = new ConcurrentLinkedQueue<>();
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            began.add(exchange.getMessage().getBody(String.class));
            held.add(() -> {
                running.decrementAndGet();
                callback.done(false);
            });
            return false;
        }

        void letGo() {
            held.remove().run();
        }
    }

    private static void until(Bot bot, int began, Slow slow) {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> slow.began.size() == began);
    }

    private static Agents agents(Bot bot) {
        return bot.context().getRegistry().lookupByNameAndType("agents", Agents.class);
    }

    @Test
    void noMoreCallsRunThanMaxRunningAndOthersAreAnswered() throws Exception {
        Slow slow = new Slow();
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.max-running-turns", "3")).bean("slow", slow).route("agents.yaml", AGENTS)
                .start()) {
            bot.say(UserMessage.text("/bind quick").from("fast"));
            bot.say(UserMessage.text("/bind delegating").from("indirect"));
            bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "indirect"), 1);
            for (int i = 0; i < 5; i++) {
                bot.say(UserMessage.text("slow " + i).from("person" + i));
                int expected = i + 1;
                Awaitility.await().atMost(Bot.PATIENCE).until(() -> slow.began.size() + agents(bot).waiting() == expected);
            }
            bot.say(UserMessage.text("through another agent").from("indirect"));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> agents(bot).waiting() == 4);
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 2 && bot.queue().parked() == 4);

            bot.say(UserMessage.text("hello").from("fast"));
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "fast"), 2)).endsWith("quick: hello");

            // one of those that wait is stopped
            bot.say(UserMessage.text("/stop").from("person3"));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> agents(bot).waiting() == 3);
            for (int answered = 1; answered <= 5; answered++) {
                slow.letGo();
                until(bot, Math.min(5, answered + 2), slow);
            }
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 0 && bot.queue().parked() == 0);
            assertThat(slow.began).containsExactly("slow 0", "slow 1", "slow 2", "slow 4", "through another agent");
            assertThat(slow.most).hasValue(2);
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "person3"), 1)).containsExactly("Stopped.");
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "indirect"), 2)).endsWith("through another agent");
        }
    }

    @Test
    void turnsThatWaitAtTheStopAreAnsweredAfterTheNextStart() throws Exception {
        Slow slow = new Slow();
        try (Bot bot = Bot.withSettings(Map.of()).bean("slow", slow).route("agents.yaml", AGENTS).start()) {
            for (int i = 0; i < 3; i++) {
                bot.say(UserMessage.text("slow " + i).from("person" + i));
                int expected = i + 1;
                Awaitility.await().atMost(Bot.PATIENCE).until(() -> slow.began.size() + agents(bot).waiting() == expected);
            }
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
                try {
                    bot.stop();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> agents(bot).waiting() == 0);
            slow.letGo();
            slow.letGo();
            stopped.get(60, TimeUnit.SECONDS);
            assertThat(bot.simulator().deliveries()).hasSize(2);
            assertThat(slow.began).hasSize(2);

            bot.start();
            until(bot, 3, slow);
            assertThat(bot.rows("select attempts from message where state = 'running'")).as("the wait was no attempt").hasSize(1)
                    .allSatisfy(row -> assertThat(((Number) row.get(0)).intValue()).isEqualTo(1));
            slow.letGo();
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "person2"), 1)).containsExactly("slow 2");
        }
    }

    @Test
    void anAgentThatFailedEightTimesIsNotAskedAndSaysSo() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Processor down = exchange -> {
            asked.incrementAndGet();
            throw new IllegalStateException("no connection to the ticket system");
        };
        try (Bot bot = Bot.withSettings(Map.of()).bean("slow", down).route("agents.yaml", AGENTS).start();
                LogLines log = LogLines.listen()) {
            String dm = bot.simulator().dm(Bot.APP_KEY, "staff001");
            for (int i = 1; i <= 8; i++) {
                bot.say("question " + i);
                assertThat(bot.awaitReplies(dm, i)).last().asString().startsWith("Sorry, this message could not be answered.");
            }
            bot.say("question 9");
            assertThat(bot.awaitReplies(dm, 9)).last().asString()
                    .matches("Agent slow is not available just now\\. Please try again in a minute or two; .* mention reference main-9\\.");
            assertThat(asked).hasValue(8);
            Awaitility.await().atMost(Bot.PATIENCE)
                    .until(() -> bot.rows("select 1 from message where id = 9 and state = 'failed'").size() == 1);
            assertThat(bot.rows("select code, reason from dead_letter where message_id = 9")).singleElement().asString()
                    .contains("agentFailed", "Agent slow is not available since", "no connection to the ticket system");
            assertThat(bot.get(bot.managementUrl() + "/observe/health").body()).contains("Agent slow is not available since")
                    .contains("no connection to the ticket system");
            assertThat(bot.get(bot.managementUrl() + "/observe/health/ready").statusCode()).isEqualTo(200);
            assertThat(bot.get(bot.managementUrl() + "/observe/metrics").body()).contains("dingtalk_agents_unavailable 1.0");
            assertThat(log.containing("Agent slow is not available: 8 of its last 10 calls failed")).hasSize(1);

            bot.say("/bind quick");
            bot.awaitReplies(dm, 10);
            bot.say("hello");
            assertThat(bot.awaitReplies(dm, 11)).last().isEqualTo("quick: hello");
        }
    }

    @Test
    void twoThousandConversationsThatWaitForASlowAgentDelayNoOtherAgent() throws Exception {
        int conversations = 2_000;
        Slow slow = new Slow();
        SimulatorOptions patient = SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(60));
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.max-running-turns", "40"), patient)
                .bean("slow", slow).route("agents.yaml", AGENTS.replace("maxRunning: 2", "maxRunning: 30")).start()) {
            bot.say(UserMessage.text("/bind quick").from("fast"));
            String fast = bot.simulator().dm(Bot.APP_KEY, "fast");
            bot.awaitReplies(fast, 1);
            List<CompletableFuture<PushResult>> pushes = new ArrayList<>();
            for (int begin = 0; begin < conversations; begin += 50) {
                List<CompletableFuture<PushResult>> some = IntStream.range(begin, begin + 50)
                        .mapToObj(i -> bot.simulator().sayAsync(UserMessage.text("slow " + i).from("person" + i))).toList();
                CompletableFuture.allOf(some.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
                pushes.addAll(some);
            }
            assertThat(pushes).allMatch(push -> push.join().accepted());
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> agents(bot).waiting() == conversations - 30);
            assertThat(slow.running).hasValue(30);

            for (int i = 1; i <= 20; i++) {
                bot.say(UserMessage.text("hello " + i).from("fast"));
                assertThat(bot.awaitReplies(fast, 1 + i)).last().isEqualTo("quick: hello " + i);
            }
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 30);

            AtomicBoolean over = new AtomicBoolean();
            Semaphore answered = new Semaphore(0);
            Thread service = new Thread(() -> {
                while (!over.get()) {
                    Runnable call = slow.held.poll();
                    if (call == null) {
                        LockSupport.parkNanos(1_000_000);
                    } else {
                        call.run();
                        answered.release();
                    }
                }
            });
            service.start();
            assertThat(answered.tryAcquire(conversations, 120, TimeUnit.SECONDS)).isTrue();
            over.set(true);
            service.join();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> bot.queue().running() == 0 && bot.queue().parked() == 0);
            assertThat(slow.most).hasValueLessThanOrEqualTo(30);
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "person1999"), 1)).containsExactly("slow 1999");
        }
    }
}
