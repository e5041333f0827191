package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCreatedEvent;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;

/**
 * What one message costs from Stream to its reply of one chunk by session webhook, in counts, which are the same on any machine: a guard of
 * the hot path that no slow neighbour can fail. The application is as it is run, with the agent {@code echo}. Who lowers a count lowers its
 * limit here.
 */
@Timeout(90)
class HotPathCountTest {

    /** Steps of routes that Camel runs: every EIP and every call in one, those that contain others included. */
    private static final int MAX_STEPS = 40;
    /** Exchanges that Camel creates: of consumers, of producers that call another route, and copies of splits and multicasts. */
    private static final int MAX_EXCHANGES = 4;
    /** Commits of the store, an fsync each. Alone: with others beside it a message shares them. */
    private static final int MAX_COMMITS = 2;

    private static final int WARM_UP = 10;
    /** Many, so that what timers do meanwhile is less than one a message and is rounded away. */
    private static final int MESSAGES = 200;
    private static final int IN_A_LOOP = 30;
    /** Long enough for the next message to be stored meanwhile, also on a loaded machine. */
    private static final Duration ANSWERED_AFTER = Duration.ofMillis(100);

    private final Counter counter = new Counter();

    /** Counts all that runs in the context. */
    private static final class Counter extends EventNotifierSupport implements InterceptStrategy, SQLiteCommitListener {

        private final Map<String, AtomicInteger> steps = new ConcurrentHashMap<>();
        private final AtomicInteger exchanges = new AtomicInteger();
        private final AtomicInteger commits = new AtomicInteger();

        @Override
        public Processor wrapProcessorInInterceptors(CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
            AtomicInteger count = steps.computeIfAbsent(ProcessorDefinitionHelper.getRouteId(definition) + " " + definition.getShortName(),
                    each -> new AtomicInteger());
            return new DelegateAsyncProcessor(target) {
                @Override
                public boolean process(Exchange exchange, AsyncCallback callback) {
                    count.incrementAndGet();
                    return super.process(exchange, callback);
                }
            };
        }

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof ExchangeCreatedEvent) {
                exchanges.incrementAndGet();
            }
        }

        @Override
        public void onCommit() {
            commits.incrementAndGet();
        }

        @Override
        public void onRollback() {
            // what is rolled back is not durable, and costs no fsync
        }

        int stepCount() {
            return steps.values().stream().mapToInt(AtomicInteger::get).sum();
        }

        Map<String, Integer> snapshot() {
            return steps.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().get(), Integer::sum, TreeMap::new));
        }
    }

    @Test
    void takesNoMoreStepsExchangesAndCommitsThanItDid() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true")).bean("counter", counter).start()) {
            StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
            talk(bot, WARM_UP, 0);
            bot.store().writeAndWait(connection -> {
                connection.unwrap(SQLiteConnection.class).addCommitListener(counter);
                return null;
            });
            Map<String, Integer> before = counter.snapshot();
            int steps = counter.stepCount();
            int exchanges = counter.exchanges.get();
            int commits = counter.commits.get();

            talk(bot, MESSAGES, WARM_UP);

            String where = counter.snapshot().entrySet().stream().filter(each -> each.getValue() > before.getOrDefault(each.getKey(), 0))
                    .map(each -> each.getKey() + ": " + (each.getValue() - before.getOrDefault(each.getKey(), 0)) / (double) MESSAGES)
                    .collect(Collectors.joining("\n"));
            SoftAssertions.assertSoftly(softly -> {
                softly.assertThat((counter.stepCount() - steps) / MESSAGES).as("steps a message:%n%s", where).isPositive()
                        .isLessThanOrEqualTo(MAX_STEPS);
                softly.assertThat((counter.exchanges.get() - exchanges) / MESSAGES)
                        .as("%d exchanges of %d messages", counter.exchanges.get() - exchanges, MESSAGES).isPositive()
                        .isLessThanOrEqualTo(MAX_EXCHANGES);
                softly.assertThat((counter.commits.get() - commits) / MESSAGES)
                        .as("%d commits of %d messages", counter.commits.get() - commits, MESSAGES)
                        .isPositive().isLessThanOrEqualTo(MAX_COMMITS);
            });
        }
    }

    /** The next message comes when the reply is shown, while its turn has neither DingTalk's answer nor its end in the store. */
    @Test
    void takesNoMoreCommitsWhereMessagesComeWhileTheTurnBeforeEnds() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true")).start()) {
            StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
            talk(bot, WARM_UP, 0);
            bot.store().writeAndWait(connection -> {
                connection.unwrap(SQLiteConnection.class).addCommitListener(counter);
                return null;
            });
            int commits = counter.commits.get();
            bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).untilCleared().slow(ANSWERED_AFTER);
            String conversation = bot.simulator().dm(Bot.APP_KEY, "ann");
            for (int i = WARM_UP; i < WARM_UP + IN_A_LOOP; i++) {
                assertThat(bot.say(UserMessage.text("hello " + i).from("ann").byStream()).accepted()).isTrue();
                int shown = i + 1;
                Awaitility.await().atMost(Bot.PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
                        .until(() -> bot.replies(conversation).size() == shown);
            }
            StreamEndToEndTest.until(() -> bot.queue().size() == 0 && bot.queue().running() == 0);

            assertThat(counter.commits.get() - commits).as("commits of %d messages, and of timers", IN_A_LOOP)
                    .isBetween(IN_A_LOOP, MAX_COMMITS * IN_A_LOOP + IN_A_LOOP / 2);
            assertThat(bot.rows("select distinct attempts from message")).containsExactly(List.of(1));
        }
    }

    /** One after the other, each wholly done before the next. */
    private void talk(Bot bot, int messages, int said) {
        String conversation = bot.simulator().dm(Bot.APP_KEY, "ann");
        for (int i = said; i < said + messages; i++) {
            assertThat(bot.say(UserMessage.text("hello " + i).from("ann").byStream()).accepted()).isTrue();
            bot.awaitReplies(conversation, i + 1);
            StreamEndToEndTest.until(() -> bot.queue().size() == 0 && bot.queue().running() == 0);
        }
    }
}
