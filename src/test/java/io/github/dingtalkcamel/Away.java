package io.github.dingtalkcamel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Body;
import org.awaitility.Awaitility;

/**
 * DingTalk is unavailable while messages come in (run by {@code scripts/away}): prints the promises and the results; exit status 1 where
 * they differ.
 */
public final class Away {

    private static final int PEOPLE = 500;

    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final AtomicInteger askedTwice = new AtomicInteger();

    private Away() {
    }

    public static void main(String[] args) throws Exception {
        int messages = args.length > 0 ? Integer.parseInt(args[0]) : 5_000;
        Duration away = Duration.ofSeconds(args.length > 1 ? Long.parseLong(args[1]) : 600);
        System.exit(new Away().run(Math.max(1, messages / PEOPLE), away) ? 0 : 1);
    }

    /** The agent. */
    public final class Parrot {
        public String say(@Body String text) {
            if (!asked.add(text)) {
                askedTwice.incrementAndGet();
            }
            return text;
        }
    }

    private boolean run(int each, Duration away) throws Exception {
        int messages = each * PEOPLE;
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.max-running-turns", "200"), SimulatorOptions.defaults().recordSize(4 * messages))
                .property("delivery.redelivery-delay", "1000").bean("parrot", new Parrot()).route("parrot.camel.yaml", """
                        - route:
                            id: parrot
                            from:
                              uri: agent:parrot
                              parameters:
                                trigger: main
                              steps:
                                - setBody:
                                    method: { ref: parrot, method: say }
                        """).start()) {
            bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).untilCleared().dropBefore();
            bot.simulator().faults().everywhere().untilCleared().fail(502);
            Instant back = Instant.now().plus(away);
            List<String> conversations = new ArrayList<>();
            for (int person = 0; person < PEOPLE; person++) {
                conversations.add(bot.simulator().dm(Bot.APP_KEY, "person" + person));
            }
            int refused = 0;
            for (int number = 0; number < each; number++) {
                for (int person = 0; person < PEOPLE; person++) {
                    UserMessage said = UserMessage.text(person + "-" + number).from("person" + person);
                    refused += bot.say(person % 2 == 0 ? said : said.sessionExpiresAt(Instant.now())).accepted() ? 0 : 1;
                }
                System.out.printf("%d said, %d running, %d answered and unsent, %d waiting%n", (number + 1) * PEOPLE, bot.queue().running(),
                        bot.queue().yielded(), bot.queue().size());
            }
            while (Instant.now().isBefore(back)) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
            System.out.printf("back after %d s: %d running, %d answered and unsent, %d waiting, %d calls were made in vain, %d threads%n",
                    away.toSeconds(), bot.queue().running(), bot.queue().yielded(), bot.queue().size(), bot.simulator().requests().size(),
                    Thread.activeCount());
            bot.simulator().faults().clear();
            Instant cleared = Instant.now();
            Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(100))
                    .until(() -> bot.rows("select 1 from message where state in ('received', 'running') limit 1").isEmpty());
            long took = Duration.between(cleared, Instant.now()).toMillis();

            long inOrder = IntStream.range(0, PEOPLE).filter(person -> bot.replies(conversations.get(person))
                    .equals(IntStream.range(0, each).mapToObj(number -> person + "-" + number).toList())).count();
            int dead = bot.rows("select 1 from dead_letter").size();
            System.out.printf(
                    "%d messages, %d refused, all finished %.1f s after DingTalk came back; %d of %d conversations answered whole, once "
                    + "and in order;"
                    + " %d dead letters; agents asked twice: %d%n", messages, refused, took / 1e3, inOrder, PEOPLE, dead, askedTwice.get());
            return refused == 0 && inOrder == PEOPLE && dead == 0 && askedTwice.get() == 0;
        }
    }
}
