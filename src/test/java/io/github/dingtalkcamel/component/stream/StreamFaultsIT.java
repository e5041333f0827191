package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import io.github.dingtalkcamel.simulator.stream.Redelivery;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages under way while connections come and go, and many at once: none is lost, none is handled twice, order is kept
 * (docs/promises.md 5, 8).
 */
@Timeout(120)
class StreamFaultsIT {

    private static final int SECONDS = 9;
    private static final int A_SECOND = 50;
    private static final int MESSAGES = SECONDS * A_SECOND;
    private static final int PEOPLE = 40;
    private static final int DISCONNECTS = 10;
    private static final int RESETS = 10;
    private static final int BURST = 5_000;
    private static final int BURST_PEOPLE = 125;

    /** Retries at a tenth of their usual time: twenty troubles within seconds would else be met, rightly, with a minute's back-off. */
    private static final StreamTimeouts QUICK_RETRIES =
            new StreamTimeouts(Duration.ofSeconds(10), new Backoff(Duration.ofMillis(100), Duration.ofMillis(300)), Duration.ofSeconds(60),
            Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(1));

    private static final String SLOW = """
            - route:
                id: slow
                from:
                  uri: agent:slow
                  steps:
                    - delay: { constant: "20" }
            """;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private static Bot bot(String... more) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("dingtalk.stream", "true", "dingtalk.callback", "false"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return Bot.withSettings(settings, SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(60)));
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    private static List<String> open(Bot bot) {
        return bot.simulator().stream().connections().stream().filter(connection -> connection.state() == Connection.State.OPEN)
                .map(Connection::id).toList();
    }

    @Test
    void losesNothingThatReachedItWhileConnectionsAreTakenAwayAndHandlesNothingTwice() throws Exception {
        List<CompletableFuture<PushResult>> sent = throughTrouble(Redelivery.none());

        assertThat(sent.stream().map(CompletableFuture::join).filter(PushResult::accepted).count())
                .as("acknowledged of %d, seed %d", sent.size(), seed)
                .isGreaterThan(sent.size() * 8 / 10);
    }

    @Test
    void answersEachMessageOnceWhereDingTalkRepeatsThem() throws Exception {
        List<CompletableFuture<PushResult>> sent = throughTrouble(Redelivery.onMissingAck(Duration.ofMillis(1_500)));

        assertThat(sent).hasSize(MESSAGES);
    }

    /** Sends at a steady pace while connections are closed and reset, and checks the outcome of each message. */
    private List<CompletableFuture<PushResult>> throughTrouble(Redelivery redelivery) throws Exception {
        boolean repeats = redelivery.mode() != Redelivery.Mode.NONE;
        ScheduledExecutorService clockwork = Executors.newScheduledThreadPool(1);
        try (Bot bot = bot().bean("pace", QUICK_RETRIES).start()) {
            until(() -> open(bot).size() == 2);
            bot.simulator().stream().redelivery(redelivery);
            List<CompletableFuture<PushResult>> sent = Collections.synchronizedList(new ArrayList<>());
            AtomicInteger unconnected = new AtomicInteger();
            var talking = clockwork.scheduleAtFixedRate(() -> {
                if (open(bot).isEmpty()) {
                    // without a connection the message never leaves DingTalk
                    unconnected.incrementAndGet();
                } else if (sent.size() < MESSAGES) {
                    sent.add(bot.simulator().sayAsync(said(sent.size()).byStream()));
                }
            }, 0, 1_000 / A_SECOND, TimeUnit.MILLISECONDS);

            for (int trouble = 0; trouble < DISCONNECTS + RESETS; trouble++) {
                int due = (trouble + 1) * MESSAGES / (DISCONNECTS + RESETS + 2);
                until(() -> sent.size() >= due && open(bot).size() == 2);
                String victim = open(bot).get(random.nextInt(2));
                if (trouble % 2 == 0) {
                    bot.simulator().stream().disconnect(victim, Disconnect.after(Duration.ofMillis(1 + random.nextInt(300)))
                            .ending(Disconnect.Ending.values()[random.nextInt(3)]));
                } else {
                    clockwork.submit(() -> {
                        // these are on their way, or not even that
                        for (int i = 0; i < 4 && sent.size() < MESSAGES; i++) {
                            sent.add(bot.simulator().sayAsync(said(sent.size()).byStream(victim)));
                        }
                        bot.simulator().stream().reset(victim);
                    }).get();
                }
            }
            until(() -> sent.size() == MESSAGES);
            talking.cancel(false);
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
            until(() -> rows(bot) == answered(bot).size() && (!repeats || answered(bot).size() == sent.size())
                    && bot.rows("select 1 from message where state <> 'done'").isEmpty());
            long acked = sent.stream().map(CompletableFuture::join).filter(PushResult::accepted).count();
            System.out.printf(
                    "%s: %d sent, %d acknowledged at the first push, %d stored, %d answered, %d times no connection was open, %d open "
                    + "calls, seed %d%n", redelivery.mode(), sent.size(), acked, rows(bot), answered(bot).size(), unconnected.get(),
                    bot.simulator().stream().openCalls().size(), seed);

            assertThat(answered(bot).values()).as("how often each was answered").containsOnly(1L);
            assertThat(answered(bot).keySet()).as("acknowledged means answered").containsAll(sent.stream().map(CompletableFuture::join)
                    .filter(PushResult::accepted).map(one -> "text " + one.msgId().substring(1)).toList());
            assertThat(bot.simulator().stream().acks()).filteredOn(ack -> ack.fault() != null).isEmpty();
            return sent;
        } finally {
            clockwork.shutdownNow();
        }
    }

    private static UserMessage said(int number) {
        return UserMessage.text("text " + number).from("person" + number % PEOPLE).msgId("m" + number);
    }

    private static long rows(Bot bot) {
        return ((Number) bot.rows("select count(*) from message").get(0).get(0)).longValue();
    }

    private static Map<String, Long> answered(Bot bot) {
        return bot.simulator().deliveries().stream().collect(Collectors.groupingBy(Delivery::text, Collectors.counting()));
    }

    @Test
    void answersABurstOfThousandsInOrder() throws Exception {
        try (Bot bot = bot("dingtalk.fallback-agent", "slow").route("slow.yaml", SLOW).start()) {
            until(() -> open(bot).size() == 2);
            long begin = System.nanoTime();
            List<CompletableFuture<PushResult>> sent = IntStream.range(0, BURST)
                    .mapToObj(number -> bot.simulator().sayAsync(UserMessage.text("text " + number).from("person" + number % BURST_PEOPLE)
                            .msgId("m" + number).byStream())).toList();
            double pushed = (System.nanoTime() - begin) / 1e9;

            List<PushResult> acked = sent.stream().map(CompletableFuture::join).toList();
            double stored = (System.nanoTime() - begin) / 1e9;
            assertThat(acked).allSatisfy(one -> assertThat(one.fault()).isNull());
            until(() -> bot.simulator().deliveries().size() >= BURST);
            System.out.printf(
                    "burst: %d pushed in %.1f s, all acknowledged after %.1f s (the slowest ack took %d ms), all answered after %.1f s%n",
                    BURST, pushed, stored, acked.stream().map(PushResult::took).mapToLong(Duration::toMillis).max().orElse(0),
                    (System.nanoTime() - begin) / 1e9);

            Map<String, List<String>> answers = bot.simulator().deliveries().stream()
                    .collect(Collectors.groupingBy(Delivery::conversationId, Collectors.mapping(Delivery::text, Collectors.toList())));
            assertThat(answers).hasSize(BURST_PEOPLE);
            // two connections are two ways: the order of arrival is that of the rows, and by one connection it is that of the pushes
            Map<String, List<String>> rows = bot.rows("select conversation_id, msg_id from message order by id").stream()
                    .collect(Collectors.groupingBy(row -> (String) row.get(0),
                            Collectors.mapping(row -> "text " + ((String) row.get(1)).substring(1), Collectors.toList())));
            assertThat(answers).isEqualTo(rows);
            Map<String, String> connections = acked.stream()
                    .collect(Collectors.toMap(one -> "text " + one.msgId().substring(1), PushResult::connectionId));
            answers.values().forEach(texts -> texts.stream().collect(Collectors.groupingBy(connections::get, Collectors.mapping(
                    text -> Integer.parseInt(text.substring(5)), Collectors.toList()))).values()
                    .forEach(numbers -> assertThat(numbers).isSorted()));
        }
    }
}
