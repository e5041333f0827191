package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A queue without room, on the Stream side: silence for DingTalk, one word for the sender (docs/promises.md 4). */
@Timeout(60)
class StreamQueueFullTest {

    private static final String BUSY = "Too many messages are waiting just now. Please send this one again in a moment.";

    @Test
    void acknowledgesNothingTellsEachConversationOnceAndTakesTheMessageWhenItComesAgain() throws Exception {
        try (Gate gate = new Gate();
                Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.callback", "false", "dingtalk.queue-capacity", "1",
                        "dingtalk.max-running-turns", "1"), SimulatorOptions.defaults().pushTimeout(Duration.ofMillis(700)))
                        .route("gate.yaml", gate.route()).start()) {
            String ann = bot.simulator().dm(Bot.APP_KEY, "ann");
            String ben = bot.simulator().dm(Bot.APP_KEY, "ben");
            StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
            accept(bot, said("running", "ann"));
            StreamEndToEndTest.until(() -> gate.held() == 1);
            accept(bot, said("waiting", "ann"));

            PushResult refused = bot.say(said("one too many", "ann"));

            assertThat(refused.status()).isZero();
            assertThat(refused.fault()).startsWith("no answer within");
            assertThat(bot.awaitReplies(ann, 1)).containsExactly(BUSY);
            assertThat(bot.rows("select count(*) from message")).isEqualTo(List.of(List.of(2)));

            // within the same minute: nothing more for this conversation, the same for another one
            assertThat(bot.say(said("one too many", "ann").msgId(refused.msgId())).status()).isZero();
            assertThat(bot.say(said("two too many", "ann")).status()).isZero();
            assertThat(bot.say(said("me too", "ben")).status()).isZero();
            assertThat(bot.awaitReplies(ben, 1)).containsExactly(BUSY);
            assertThat(bot.replies(ann)).containsExactly(BUSY);

            // what is stored is still known
            accept(bot, said("waiting", "ann").msgId(msgId(bot, "waiting")));
            assertThat(bot.rows("select count(*) from message")).isEqualTo(List.of(List.of(2)));

            gate.open();
            StreamEndToEndTest.until(() -> bot.replies(ann).size() == 3);
            accept(bot, said("one too many", "ann").msgId(refused.msgId()));
            assertThat(bot.awaitReplies(ann, 4)).containsExactly(BUSY, "running", "waiting", "one too many");
        }
    }

    private static UserMessage said(String text, String person) {
        return UserMessage.text(text).from(person).byStream();
    }

    /** Repeats a message that got no answer in time, as DingTalk does: a busy machine may answer later than the simulator waits. */
    private static void accept(Bot bot, UserMessage message) {
        AtomicReference<String> msgId = new AtomicReference<>();
        StreamEndToEndTest.until(() -> {
            PushResult result = bot.say(msgId.get() == null ? message : message.msgId(msgId.get()));
            msgId.set(result.msgId());
            assertThat(result.accepted() || result.unanswered()).as("it is not refused: %s", result).isTrue();
            return result.accepted();
        });
    }

    private static String msgId(Bot bot, String text) {
        return (String) bot.rows("select msg_id from message where payload like '%" + text + "%'").get(0).get(0);
    }
}
