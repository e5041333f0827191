package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;

import io.github.dingtalkcamel.Bot;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The component in the whole application when it stops, against a gateway that the test commands. */
class StreamStopTest {

    @Test
    void answersWhatCameInBeforeItStops() throws Exception {
        try (FakeGateway gateway = new FakeGateway();
                Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.stream-connections", "1", "dingtalk.callback",
                        "false", "dingtalk.api-base-url", gateway.url())).start()) {
            FakeGateway.Session session = gateway.session(0);
            for (int i = 0; i < 20; i++) {
                session.push(Pushed.message("push" + i, Pushed.said("m" + i, "cid" + i, "hello", null)));
            }
            session.answerTo("push0");
            bot.stop();

            Awaitility.await().atMost(FakeGateway.PATIENCE).until(() -> session.ended);
            assertThat(session.closeStatus).isEqualTo((short) 1000);
            assertThat(session.received).hasSize(20);
        }
    }
}
