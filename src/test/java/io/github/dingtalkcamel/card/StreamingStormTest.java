package io.github.dingtalkcamel.card;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fifty conversations stream at once, and DingTalk takes 20 calls for cards in a second; one too many bans them all for a while. */
@Timeout(240)
class StreamingStormTest {

    private static final int CONVERSATIONS = 50;
    private static final int PIECES = 12;

    @Test
    void allFinalTextsAreRightInOrderAndTheLimitIsNotMet() throws Exception {
        Typist typist = new Typist();
        typist.script((draft, asked) -> {
            StringBuilder text = new StringBuilder();
            for (int piece = 0; piece < PIECES; piece++) {
                text.append(asked).append(" piece ").append(piece).append(" 😀\n");
                draft.update(text.toString());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            return text.toString();
        });
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.streaming", "card", "dingtalk.streaming-card-template-id", "own.schema")).bean("typist", typist)
                .route("typist.yaml", Typist.ROUTE).start()) {
            FaultInjector.Planned limit = bot.simulator().faults().on(ApiFamily.CARD).untilCleared().limit(20, Duration.ofSeconds(1), Duration.ofSeconds(3));
            for (int person = 0; person < CONVERSATIONS; person++) {
                assertThat(bot.say(UserMessage.text("p" + person + " first").from("p" + person)).accepted()).isTrue();
                assertThat(bot.say(UserMessage.text("p" + person + " second").from("p" + person)).accepted()).isTrue();
            }
            Awaitility.await().atMost(Duration.ofSeconds(200)).pollInterval(Duration.ofMillis(100)).until(() ->
                    bot.rows("select 1 from message where state <> 'done'").isEmpty() && bot.rows("select 1 from reply_card").isEmpty());

            for (int person = 0; person < CONVERSATIONS; person++) {
                List<String> cards = bot.simulator().deliveriesTo(bot.simulator().dm(Bot.APP_KEY, "p" + person)).stream()
                        .peek(each -> assertThat(each.channel()).isEqualTo(Delivery.Channel.CARD))
                        .map(each -> each.body().replaceFirst(".*\"outTrackId\":\"([^\"]+)\".*", "$1")).toList();
                assertThat(cards).extracting(id -> bot.simulator().card(id).params().get("content"))
                        .containsExactly(reply("p" + person + " first"), reply("p" + person + " second"));
            }
            assertThat(bot.simulator().cards()).hasSize(2 * CONVERSATIONS).allMatch(SimulatedCard::finished);
            assertThat(limit.triggered()).as("calls that were one too many").isZero();
        }
    }

    private static String reply(String asked) {
        return IntStream.range(0, PIECES).mapToObj(piece -> asked + " piece " + piece + " 😀\n").reduce("", String::concat);
    }
}
