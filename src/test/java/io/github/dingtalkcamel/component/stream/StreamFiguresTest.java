package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import javax.management.ObjectName;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The figures of docs/promises.md 8 with real sockets, against the simulator. Where a figure is long, all of the pace is shortened by the
 * same factor; {@code scripts/stream-promises} takes the time for the real ones.
 */
@Timeout(60)
class StreamFiguresTest {

    private static final StreamTimeouts TENTH = new StreamTimeouts(Duration.ofSeconds(1),
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(6)), Duration.ofSeconds(6),
            Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(6), Duration.ofMillis(100));
    /** For what a busy machine takes to do a thing at once. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private static Bot bot(int connections) throws Exception {
        return Bot.withSettings(new HashMap<>(Map.of("dingtalk.stream", "true", "dingtalk.callback", "false",
                "dingtalk.stream-connections", String.valueOf(connections))),
                SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(10)));
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private static List<String> open(Bot bot) {
        return bot.simulator().stream().connections().stream().filter(connection -> connection.state() == Connection.State.OPEN)
                .map(Connection::id).toList();
    }

    private static Duration took(Runnable what) {
        long begin = System.nanoTime();
        what.run();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void anotherConnectionReceivesWithinASecondOfADisconnectFrameAndNothingIsLost() throws Exception {
        try (Bot bot = bot(2).start()) {
            until(() -> open(bot).size() == 2);
            List<CompletableFuture<PushResult>> sent = new ArrayList<>();
            for (int round = 0; round < 2; round++) {
                String leaving = open(bot).get(0);
                bot.simulator().stream().disconnect(leaving, Disconnect.after(Duration.ofMillis(500)));
                // what was on its way
                sent.add(bot.simulator().sayAsync(UserMessage.text("by the leaving one").from("p" + round).byStream(leaving)));
                assertThat(took(() -> until(() -> {
                    sent.add(bot.simulator().sayAsync(UserMessage.text("meanwhile").from("q" + sent.size()).byStream()));
                    return open(bot).size() == 2;
                }))).isLessThan(Duration.ofSeconds(1).plus(SLACK));
                until(() -> bot.simulator().stream().connections().stream().map(Connection::id).noneMatch(leaving::equals));
            }

            assertThat(sent).allSatisfy(one -> assertThat(one.join().fault()).isNull());
            until(() -> bot.simulator().deliveries().size() == sent.size());
        }
    }

    @Test
    void aSingleConnectionIsReplacedWithinASecondOfADisconnectFrame() throws Exception {
        try (Bot bot = bot(1).start()) {
            until(() -> open(bot).size() == 1);
            String leaving = open(bot).get(0);

            bot.simulator().stream().disconnect(leaving, Disconnect.after(Duration.ofSeconds(5)));

            assertThat(took(() -> until(() -> open(bot).size() == 1))).isLessThan(Duration.ofSeconds(1).plus(SLACK));
            assertThat(bot.say(UserMessage.text("by the leaving one").byStream(leaving)).accepted()).isTrue();
            assertThat(bot.say(UserMessage.text("by the new one").byStream()).accepted()).isTrue();
        }
    }

    @Test
    void isBackWithinOneRetryIntervalAfterTheGatewayIs() throws Exception {
        try (Bot bot = bot(2).bean("pace", TENTH).start()) {
            until(() -> open(bot).size() == 2);
            bot.simulator().faults().on(ApiFamily.STREAM).untilCleared().fail(502);
            bot.simulator().faults().on(ApiFamily.CONNECT).untilCleared().dropBefore();
            open(bot).forEach(bot.simulator().stream()::reset);
            // away for so long that a retry interval is 1.6 s at most
            until(() -> bot.simulator().stream().openCalls().size() >= 2 + 2 * 4);
            assertThat(open(bot)).isEmpty();

            bot.simulator().faults().clear();

            assertThat(took(() -> until(() -> open(bot).size() == 2))).isLessThan(Duration.ofMillis(1_600).plus(SLACK));
            assertThat(bot.say(UserMessage.text("back").byStream()).accepted()).isTrue();
        }
    }

    @Test
    void asksForNoMoreThanSixConnectionsWhileUpgradesAreRefused() throws Exception {
        try (Bot bot = bot(1).bean("pace", TENTH)) {
            bot.simulator().faults().on(ApiFamily.CONNECT).untilCleared().fail(503);
            bot.start();
            until(() -> !bot.simulator().stream().openCalls().isEmpty());
            Instant begin = bot.simulator().stream().openCalls().get(0).time();
            until(() -> Instant.now().isAfter(begin.plusMillis(1_000)));

            List<OpenCall> calls = bot.simulator().stream().openCalls().stream()
                    .filter(call -> call.time().isBefore(begin.plusMillis(1_000))).toList();
            assertThat(calls).hasSizeBetween(3, 6).allSatisfy(call -> assertThat(call.status()).isEqualTo(200));

            bot.simulator().faults().clear();
            until(() -> open(bot).size() == 1);
        }
    }

    @Test
    void givesUpAnOpeningThatIsNotAnsweredAndTriesAgain() throws Exception {
        for (ApiFamily silent : List.of(ApiFamily.STREAM, ApiFamily.CONNECT)) {
            try (Bot bot = bot(1).bean("pace", TENTH)) {
                bot.simulator().faults().on(silent).neverAnswer();
                bot.start();
                until(() -> open(bot).size() == 1);

                List<OpenCall> calls = bot.simulator().stream().openCalls();
                assertThat(calls).as(silent.name()).hasSize(2);
                // the simulator may note the first call late; a call that was not given up would be repeated after 0.1 s
                assertThat(Duration.between(calls.get(0).time(), calls.get(1).time())).as(silent.name())
                        .isBetween(Duration.ofMillis(700), Duration.ofMillis(1_100).plus(SLACK));
            }
        }
    }

    @Test
    void noticesABlackHoleAndReplacesIt() throws Exception {
        try (Bot bot = bot(2).bean("pace", TENTH).start()) {
            until(() -> open(bot).size() == 2);
            String hole = open(bot).get(0);

            bot.simulator().stream().blackHole(hole);

            assertThat(took(() -> until(() -> open(bot).size() == 2))).isLessThan(Duration.ofMillis(3_000).plus(SLACK));
            assertThat(open(bot)).doesNotContain(hole);
        }
    }

    @Test
    void keepsAQuietConnection() throws Exception {
        StreamTimeouts quick = new StreamTimeouts(Duration.ofSeconds(5), new Backoff(Duration.ofMillis(100), Duration.ofSeconds(6)),
                Duration.ofSeconds(6), Duration.ofMillis(20), Duration.ofSeconds(5), Duration.ofSeconds(6), Duration.ofMillis(100));
        try (Bot bot = bot(1).bean("pace", quick).start()) {
            until(() -> open(bot).size() == 1);
            String quiet = open(bot).get(0);

            Set<String> pongs = new HashSet<>();
            until(() -> {
                pongs.add(lastPong(bot));
                return pongs.size() >= 50;
            });

            assertThat(open(bot)).containsExactly(quiet);
            assertThat(bot.simulator().stream().openCalls()).hasSize(1);
        }
    }

    private static String lastPong(Bot bot) throws Exception {
        ObjectName consumer = ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName(
                "org.apache.camel:context=" + bot.context().getManagementName() + ",type=consumers,name=DingTalkConsumer*"), null)
                .iterator().next();
        return String.valueOf(ManagementFactory.getPlatformMBeanServer().getAttribute(consumer, "LastPong"));
    }
}
