package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Body;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The fate of turns when the process stops, and at the next start (docs/promises.md 2 and 5). */
class StopAndStartTest {

    private static final String AGENT = """
            - route:
                from:
                  uri: agent:gated
                  steps:
                    - bean: { ref: gate, method: pass }
                    - delay:
                        expression:
                          method: { ref: gate, method: pause }
                    - to: agent:polite
            - route:
                from:
                  uri: agent:polite
                  steps:
                    - setBody: { simple: "Dear all: ${body}" }
            """;

    @Test
    void finishesWhatRunsAndLeavesWhatWaitsToTheNextStart() throws Exception {
        Gate gate = new Gate();
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.fallback-agent", "gated", "dingtalk.shutdown-timeout", "20")).bean("gate", gate)
                .route("gated.camel.yaml", AGENT).start()) {
            String dm = bot.simulator().dm(Bot.APP_KEY, "staff001");
            bot.say("one");
            bot.say("two");
            bot.say("three");
            bot.say(UserMessage.text("other").from("staff002"));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> gate.entered.get() == 2);

            CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> stop(bot));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().isEmpty() && bot.queue().reserve("x", 0) == null);
            gate.permits.release(2);
            stopping.get(20, TimeUnit.SECONDS);
            assertThat(bot.replies(dm)).as("finished with all its routes, though the stop had begun").containsExactly("Dear all: one");
            assertThat(bot.replies(bot.simulator().dm(Bot.APP_KEY, "staff002"))).containsExactly("Dear all: other");

            gate.permits.release(100);
            bot.start();
            assertThat(bot.awaitReplies(dm, 3)).containsExactly("Dear all: one", "Dear all: two", "Dear all: three");
            bot.say("four");
            assertThat(bot.awaitReplies(dm, 4)).last().isEqualTo("Dear all: four");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select state, attempts from message where msg_id is not null")
                    .stream().allMatch(row -> row.equals(List.of("done", 1))));
            assertThat(gate.entered).hasValue(5);
        }
    }

    @Test
    void resumesTurnsThatTheShutdownTimeOutCutOffWithoutCallingThemFailures() throws Exception {
        Gate gate = new Gate();
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.shutdown-timeout", "1", "dingtalk.max-message-length", "100",
                "dingtalk.fallback-agent", "gated")).bean("gate", gate).route("gated.camel.yaml", AGENT).start()) {
            String cutOff = bot.simulator().dm(Bot.APP_KEY, "staff001");
            bot.say("slow");
            bot.say("behind it");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> gate.entered.get() == 1);
            gate.open = true;
            PushResult sleepy = bot.say(UserMessage.text("sleepy").from("staff003"));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> gate.asked("sleepy") == 1);
            bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).after(1).untilCleared().throttle();
            String text = "one " + "a".repeat(80) + "\n\ntwo " + "b".repeat(80) + "\n\nthree " + "c".repeat(70);
            PushResult longReply = bot.say(UserMessage.text(text).from("staff002"));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select sent from reply").equals(List.of(List.of(1))));
            bot.stop();
            assertThat(bot.replies(cutOff)).isEmpty();

            bot.simulator().faults().clear();
            bot.start();
            assertThat(bot.awaitReplies(cutOff, 2)).containsExactly("Dear all: slow", "Dear all: behind it");
            assertThat(bot.awaitReplies(sleepy.conversationId(), 1)).containsExactly("Dear all: sleepy");
            assertThat(bot.awaitReplies(longReply.conversationId(), 3)).hasSize(3)
                    .satisfies(chunks -> assertThat(String.join("", chunks)).isEqualToIgnoringWhitespace("Dear all: " + text));
            // waiting for DingTalk is no attempt
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select state, attempts from message order by id")
                    .equals(List.of(List.of("done", 2), List.of("done", 1), List.of("done", 2), List.of("done", 1))));
            assertThat(bot.rows("select * from dead_letter")).isEmpty();
            assertThat(bot.rows("select * from reply")).isEmpty();
            assertThat(gate.asked(text)).as("the agent is not asked again for a reply that was under way").isEqualTo(1);
        }
    }

    /** As a kill -9 leaves it: the row says running, the reply's progress says how far it got. */
    @Test
    void resumesAtTheChunkThatACrashInterrupted() throws Exception {
        try (Bot bot = Bot.started()) {
            PushResult sent = bot.say("text");
            bot.awaitReplies(sent.conversationId(), 1);
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select state from message").equals(List.of(List.of("done"))));
            bot.store().writeAndWait(connection -> {
                try (var update = connection.createStatement()) {
                    update.executeUpdate("update message set state = 'running', finished_at = null");
                    return update.executeUpdate(
                            "insert into reply (message_id, chunks, sent) select id, '[\"gone out\",\"second\",\"third\"]', 1 from "
                            + "message");
                }
            });
            bot.stop();
            bot.simulator().clearRecords();

            bot.start();
            assertThat(bot.awaitReplies(sent.conversationId(), 2)).containsExactly("second", "third");
            Awaitility.await().atMost(Bot.PATIENCE)
                    .until(() -> bot.rows("select state, attempts from message").equals(List.of(List.of("done", 2))));
        }
    }

    private static void stop(Bot bot) {
        try {
            bot.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets turns through one by one, or all. */
    public static final class Gate {

        private final Semaphore permits = new Semaphore(0);
        private final AtomicInteger entered = new AtomicInteger();
        private final List<String> texts = new java.util.concurrent.CopyOnWriteArrayList<>();
        private volatile boolean open;

        public void pass(@Body String text) throws InterruptedException {
            texts.add(text);
            entered.incrementAndGet();
            if (!open) {
                permits.acquire();
            }
        }

        /** Milliseconds. */
        public long pause(@Body String text) {
            return text.equals("sleepy") && asked("sleepy") == 1 ? TimeUnit.MINUTES.toMillis(1) : text.equals("other") ? 500 : 0;
        }

        long asked(String text) {
            return texts.stream().filter(text::equals).count();
        }
    }
}
