package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;

import io.github.dingtalkcamel.simulator.platform.PushResult;
import org.junit.jupiter.api.Test;

class EchoTest {

    @Test
    void answersAMessageInADmAndNotesThatItIsDone() throws Exception {
        try (Bot bot = Bot.started()) {
            PushResult sent = bot.say("hello");

            assertThat(sent.status()).isEqualTo(200);
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 1)).containsExactly("hello");
            org.awaitility.Awaitility.await().atMost(Bot.PATIENCE)
                    .until(() -> bot.rows("select state, attempts, agent, bound_by from message")
                            .equals(List.of(List.of("done", 1, "echo", "fallback"))));
        }
    }
}
