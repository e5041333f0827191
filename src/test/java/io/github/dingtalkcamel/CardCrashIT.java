package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Replies that are shown in cards while they form, and {@code kill -9} at random moments of them: afterwards no card is open, and each reply was given once,
 * whole. Sizes: {@code -Dcards.replies}, {@code -Dcards.kills}, {@code -Dcards.seed}; {@code scripts/card-crash-test} runs it at full size.
 */
class CardCrashIT {

    private static final int PEOPLE = 10;
    private static final int EACH = Math.max(1, Integer.getInteger("cards.replies", 30) / PEOPLE);
    private static final int KILLS = Integer.getInteger("cards.kills", 3);
    private static final long SEED = Long.getLong("cards.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(120 + 5L * PEOPLE * EACH);
    private static final int PIECES = 6;

    private static final String TYPIST = """
            - route:
                id: typist
                from:
                  uri: agent:typist
                  parameters:
                    trigger: main
                  steps:
                    - setVariable: { name: asked, simple: "${body}" }
                    - setBody: { constant: "" }
                    - loop:
                        constant: "6"
                        steps:
                          - setBody: { simple: "${body}\\n${variable.asked} piece ${exchangeProperty.CamelLoopIndex} of 🀄 | a | b |" }
                          - bean: { ref: replyDraft, method: show }
                          - delay: { constant: "150" }
            """;

    private final Random random = new Random(SEED);

    @Test
    void noCardStaysOpenAndEachReplyIsGivenOnceWhateverTheMoment() throws Exception {
        Configurator.setLevel("io.vertx.core.net.impl.ConnectionBase", Level.OFF);
        System.out.println("card crash test: " + PEOPLE * EACH + " replies, " + KILLS + " kills, seed " + SEED);
        int port = Ports.quiet();
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults().recordSize(100_000));
                PackagedJar jar = PackagedJar.facing(simulator)
                        .env("DINGTALK_WEBHOOK_PORT", String.valueOf(port))
                        .env("DINGTALK_STREAMING", "card")
                        .env("DINGTALK_LANGUAGE", "en")
                        .env("DINGTALK_STREAMING_CARD_TEMPLATE_ID", "own.schema")
                        .file("routes/typist.yaml", TYPIST)) {
            simulator.callbackUrl(Bot.APP_KEY, "http://127.0.0.1:" + port + "/api/dingtalk/webhook/main");
            PackagedJar.Run run = jar.start();
            Thread people = new Thread(() -> talk(simulator), "people");
            people.setDaemon(true);
            people.start();
            for (int kill = 0; kill < KILLS; kill++) {
                Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> !people.isAlive() || forming(simulator) > 0);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_500)));
                int open = forming(simulator);
                run.kill9();
                List<List<Object>> interrupted = jar.rows("select id from message where state = 'running'");
                System.out.println("card crash test: killed with " + open + " cards forming, " + interrupted.size() + " turns running");
                run = jar.start();
                if (!interrupted.isEmpty()) {
                    // a turn that is killed three times over would rightly become a dead letter
                    String ids = interrupted.stream().map(row -> String.valueOf(row.get(0))).collect(Collectors.joining(","));
                    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200))
                            .until(() -> jar.rows("select 1 from message where state in ('received', 'running') and id in (" + ids + ")").isEmpty());
                }
            }
            people.join(PATIENCE.toMillis());
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() ->
                    jar.rows("select count(*) from message where state = 'done'").equals(List.of(List.of(PEOPLE * EACH)))
                            && jar.rows("select 1 from reply_card").isEmpty());
            assertThat(run.terminate().exitStatus()).isIn(0, 143);

            assertThat(simulator.cards()).as("open cards").allMatch(SimulatedCard::finished);
            assertThat(simulator.cards()).as("status").allMatch(card -> List.of("3", "5").contains(card.params().get("flowStatus")));
            List<String> shown = Stream.concat(simulator.cards().stream().map(card -> card.params().get("content")),
                    simulator.deliveries().stream().filter(each -> each.channel() != Delivery.Channel.CARD).map(Delivery::text)).toList();
            List<String> replies = IntStream.range(0, PEOPLE * EACH).mapToObj(CardCrashIT::reply).toList();
            assertThat(shown.stream().filter(text -> !replies.contains(text)).distinct().toList())
                    .as("what else was said").isSubsetOf("*This reply was interrupted by a restart. It is given again in a new message.*");
            assertThat(shown.stream().filter(replies::contains).toList()).as("whole replies, each once").containsExactlyInAnyOrderElementsOf(replies);
            assertThat(jar.rows("select * from dead_letter")).isEmpty();
            System.out.println("card crash test: " + simulator.cards().size() + " cards, all ended; " + (shown.size() - replies.size())
                    + " of them with the notice of a restart");
        }
    }

    private static int forming(Simulator simulator) {
        return (int) simulator.cards().stream().filter(card -> !card.finished()).count();
    }

    private static String label(int number) {
        return "p%02d-%04d".formatted(number % PEOPLE, number / PEOPLE);
    }

    private static String reply(int number) {
        return IntStream.range(0, PIECES).mapToObj(piece -> "\n" + label(number) + " piece " + piece + " of 🀄 | a | b |").collect(Collectors.joining());
    }

    private static void talk(Simulator simulator) {
        for (int number = 0; number < PEOPLE * EACH; number++) {
            UserMessage said = UserMessage.text(label(number)).from("person" + number % PEOPLE).msgId("msg-" + label(number)).byWebhook();
            while (!simulator.say(said).accepted()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }
}
