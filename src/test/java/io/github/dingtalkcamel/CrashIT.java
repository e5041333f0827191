package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The promise of docs/promises.md 4 and 5 under {@code kill -9}: accepted means stored, stored means answered, in order, and what is done
 * stays done.
 * <p>
 * Each person sends one message after the other, the next when the one before was accepted, and an unaccepted one again with its {@code
 * msgId}, as DingTalk does. Half of them are answered by the agent {@code echo}, half by a route that takes its time. Sizes: {@code
 * -Dcrash.messages}, {@code -Dcrash.conversations}, {@code -Dcrash.kills}, {@code -Dcrash.seed}; {@code scripts/crash-test} runs it at full
 * size.
 */
class CrashIT {

    private static final int CONVERSATIONS = Integer.getInteger("crash.conversations", 20);
    private static final int EACH = Math.max(1, Integer.getInteger("crash.messages", 400) / CONVERSATIONS);
    private static final int MESSAGES = EACH * CONVERSATIONS;
    private static final int KILLS = Integer.getInteger("crash.kills", 3);
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(60 + MESSAGES / 50);

    private static final String SLOW_APP = "dingtest000000000002";
    private static final String SLOW_SECRET = "another-app-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHI";
    private static final String SLOW_ROUTE = """
            - route:
                id: slow
                from:
                  uri: agent:slow
                  parameters:
                    trigger: slow
                  steps:
                    - delay:
                        constant: "20"
            """;

    private final Random random = new Random(SEED);
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @Test
    void answersEveryAcceptedMessageInOrderWhenItIsKilledAtAnyMoment() throws Exception {
        // a line for each connection that goes with a killed process says nothing new
        Configurator.setLevel("io.vertx.core.net.impl.ConnectionBase", Level.OFF);
        System.out.println("crash test: " + MESSAGES + " messages, " + CONVERSATIONS + " conversations, " + KILLS + " kills, seed " + SEED);
        int port = Ports.quiet();
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults().recordSize(4 * MESSAGES + 1_000));
                PackagedJar jar = PackagedJar.facing(simulator)
                        .env("DINGTALK_WEBHOOK_PORT", String.valueOf(port))
                        .env("DINGTALK_INTEGRATIONS_SLOW_APP_KEY", SLOW_APP)
                        .env("DINGTALK_INTEGRATIONS_SLOW_APP_SECRET", SLOW_SECRET)
                        .file("routes/slow.yaml", SLOW_ROUTE)) {
            simulator.addApp(SimulatedApp.of(SLOW_APP, SLOW_SECRET));
            // fixed from the start on: messages arrive at any moment of a start at which the port opens
            simulator.callbackUrl(Bot.APP_KEY, "http://127.0.0.1:" + port + "/api/dingtalk/webhook/main");
            simulator.callbackUrl(SLOW_APP, "http://127.0.0.1:" + port + "/api/dingtalk/webhook/slow");

            PackagedJar.Run run = jar.start();
            long begin = System.nanoTime();
            ExecutorService people = Executors.newFixedThreadPool(CONVERSATIONS);
            try {
                List<Future<?>> all = IntStream.range(0, CONVERSATIONS).<Future<?>>mapToObj(person ->
                        people.submit(() -> talk(simulator, person))).toList();
                List<Killed> killed = new ArrayList<>();
                for (int kill = 0; kill < KILLS; kill++) {
                    awaitMomentToKill(simulator, kill, killed);
                    run.kill9();
                    killed.add(look(jar, simulator));
                    run = jar.start();
                }
                finish(all);
                Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100))
                        .until(() -> labels(simulator.deliveries()).size() == MESSAGES);
                System.out.printf(
                        "crash test: %d accepted, %d sends not accepted and repeated, all answered %.1f s after the first start%n",
                        accepted.get(), refused.get(), (System.nanoTime() - begin) / 1e9);
                assertThat(run.terminate().exitStatus()).isIn(0, 143);

                everyMessageIsAnsweredInOrder(simulator);
                nothingThatWasDoneIsSeenAgain(simulator, killed);
                everyRowIsDone(jar);
                assertThat(killed.stream().mapToInt(kill -> kill.unfinished().size()).sum()).as("turns that a kill found unfinished")
                        .isPositive();
            } finally {
                people.shutdownNow();
            }
        }
    }

    @Test
    void goesOnAtTheThirdOfFiveChunksWhenItWasKilledThere() throws Exception {
        String five = IntStream.rangeClosed(1, 5).mapToObj(number -> number + " " + "x".repeat(80)).collect(Collectors.joining("\n\n"));
        int port = Ports.quiet();
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
                PackagedJar jar = PackagedJar.facing(simulator).env("DINGTALK_WEBHOOK_PORT", String.valueOf(port))
                        .env("DINGTALK_MAX_MESSAGE_LENGTH", "100")) {
            simulator.callbackUrl(Bot.APP_KEY, "http://127.0.0.1:" + port + "/api/dingtalk/webhook/main");
            PackagedJar.Run run = jar.start();
            // the third is refused for as long as this process lives
            simulator.faults().on(ApiFamily.SESSION_WEBHOOK).after(2).untilCleared().busy();
            String conversation = simulator.say(UserMessage.text(five).from("person1").byWebhook()).conversationId();
            Awaitility.await().atMost(PATIENCE)
                    .until(() -> simulator.requests().stream().anyMatch(request -> request.body().contains("3 xxx")
                    && request.path().equals("/robot/sendBySession")));
            run.kill9();
            assertThat(simulator.deliveriesTo(conversation)).hasSize(2);

            simulator.faults().clear();
            run = jar.start();
            Awaitility.await().atMost(PATIENCE).until(() -> jar.rows("select state from message"), List.of(List.of("done"))::equals);
            assertThat(simulator.deliveriesTo(conversation)).extracting(one -> one.text().charAt(0))
                    .containsExactly('1', '2', '3', '4', '5');
            assertThat(run.terminate().exitStatus()).isIn(0, 143);
        }
    }

    /**
     * What a kill left.
     *
     * @param unfinished labels of the turns that were accepted and not done
     * @param done       labels of those that were
     * @param lastSeen   number of the last thing that people saw
     */
    private record Killed(Set<String> unfinished, Set<String> done, long lastSeen) {

        /** Each conversation with an unfinished turn has got an answer since, or has all of them. */
        boolean isOvercome(List<Delivery> deliveries) {
            Set<String> gone = deliveries.stream().filter(delivery -> delivery.number() > lastSeen).map(delivery -> person(delivery.text()))
                    .collect(Collectors.toSet());
            Set<String> answered = labels(deliveries);
            return unfinished.stream().map(CrashIT::person).distinct()
                    .allMatch(person -> gone.contains(person) || answered.contains(person + "-%05d".formatted(EACH - 1)));
        }
    }

    private void talk(Simulator simulator, int person) {
        for (int number = 0; number < EACH; number++) {
            String label = label(person, number);
            UserMessage said = UserMessage.text(label).to(app(person)).from("person" + person).msgId("msg-" + label);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!simulator.say(said).accepted()) {
                refused.incrementAndGet();
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(label + " was not accepted within " + PATIENCE);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            accepted.incrementAndGet();
        }
    }

    private static String label(int person, int number) {
        return "p%03d-%05d".formatted(person, number);
    }

    private static String person(String label) {
        return label.substring(0, label.indexOf('-'));
    }

    private static String app(int person) {
        return person % 2 == 0 ? Bot.APP_KEY : SLOW_APP;
    }

    /**
     * Somewhere in this kill's share of the traffic, and a random moment later; but not before each conversation that the last kill
     * interrupted has gone on: a turn that is killed three times over would rightly become a dead letter.
     */
    private void awaitMomentToKill(Simulator simulator, int kill, List<Killed> before) {
        int share = MESSAGES / (KILLS + 1);
        int threshold = kill * share + random.nextInt(Math.max(1, share));
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> accepted.get() >= threshold
                && simulator.deliveries().size() > 0 && (before.isEmpty()
                        || before.get(before.size() - 1).isOvercome(simulator.deliveries())));
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(50_000)));
    }

    private Killed look(PackagedJar jar, Simulator simulator) throws Exception {
        List<Delivery> seen = simulator.deliveries();
        Map<String, Set<String>> byState = new HashMap<>();
        jar.rows("select state, msg_id from message").forEach(row ->
                byState.computeIfAbsent((String) row.get(0), state -> new LinkedHashSet<>())
                .add(((String) row.get(1)).substring("msg-".length())));
        Set<String> done = byState.getOrDefault("done", Set.of());
        Set<String> unfinished = new LinkedHashSet<>(byState.getOrDefault("received", Set.of()));
        unfinished.addAll(byState.getOrDefault("running", Set.of()));
        System.out.printf("crash test: killed at %d accepted, %d done, %d running, %d received%n", accepted.get(), done.size(),
                byState.getOrDefault("running", Set.of()).size(), byState.getOrDefault("received", Set.of()).size());
        return new Killed(unfinished, done, seen.isEmpty() ? 0 : seen.get(seen.size() - 1).number());
    }

    private static void finish(List<Future<?>> people) throws Exception {
        for (Future<?> person : people) {
            try {
                person.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause());
            }
        }
    }

    private static Set<String> labels(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::text).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static void everyMessageIsAnsweredInOrder(Simulator simulator) {
        Map<String, List<Delivery>> seen = simulator.deliveries().stream().collect(Collectors.groupingBy(Delivery::conversationId));
        int twice = 0;
        for (int person = 0; person < CONVERSATIONS; person++) {
            int its = person;
            List<Delivery> answers = seen.get(simulator.dm(app(person), "person" + person));
            assertThat(labels(answers)).as("person %d, by first appearance", person)
                    .containsExactlyElementsOf(IntStream.range(0, EACH).mapToObj(number -> label(its, number)).toList());
            twice += answers.size() - EACH;
        }
        // sent again they may be, but with the same msgUuid: DingTalk shows them once
        assertThat(twice).as("answers that people saw twice").isZero();
    }

    private static void nothingThatWasDoneIsSeenAgain(Simulator simulator, List<Killed> killed) {
        for (Killed kill : killed) {
            assertThat(simulator.deliveries().stream().filter(delivery -> delivery.number() > kill.lastSeen()).map(Delivery::text).toList())
                    .doesNotContainAnyElementsOf(kill.done().isEmpty() ? List.of("nothing was done") : kill.done());
        }
    }

    private static void everyRowIsDone(PackagedJar jar) throws Exception {
        assertThat(jar.rows("select state, count(*) from message group by state")).containsExactly(List.of("done", MESSAGES));
        assertThat(jar.rows("select * from dead_letter")).isEmpty();
        System.out.println("crash test: attempts, turns: "
                + jar.rows("select attempts, count(*) from message group by attempts order by attempts"));
    }
}
