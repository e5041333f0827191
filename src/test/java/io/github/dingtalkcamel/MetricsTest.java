package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.stream.StreamFigure;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.hook.LifecycleEvents;
import io.github.dingtalkcamel.inbound.Streams;
import io.github.dingtalkcamel.robot.RobotQueue;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import org.apache.camel.Processor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Every metric of ours says how many there are of what it counts, also after a garbage collection. */
class MetricsTest {

    private static final int EVENTS_THAT_WAIT = 500;
    private static final int ROBOTS_MINUTE = 20;
    private static final String AGENTS = """
            - route:
                from:
                  uri: agent:stuck
                  steps:
                    - process: { ref: stuck }
            - route:
                from:
                  uri: agent:held
                  steps:
                    - process: { ref: held }
            - route:
                id: slow-hook
                from:
                  uri: seda:dingtalk-events
                  parameters: { multipleConsumers: true }
                  steps:
                    - process: { ref: hook }
            """;

    private final Semaphore stuckMayEnd = new Semaphore(0);
    private final AtomicInteger stuckAtWork = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private Bot bot;

    @Test
    void sayHowManyThereAreAlsoAfterAGarbageCollection() throws Exception {
        Processor stuck = exchange -> {
            stuckAtWork.incrementAndGet();
            stuckMayEnd.acquire();
        };
        Processor held = exchange -> end.await();
        try (Bot started = Bot.withSettings(Map.of("dingtalk.stream", "true"))) {
            bot = started.bean("stuck", stuck).bean("held", held).bean("hook", held).route("turn-agent-echo.camel.yaml", AGENTS);
            // two hosts: else an answer to the one that throttles would show that the one that is away is back
            bot.set("dingtalk.api-base-url", bot.simulator().url().replace("127.0.0.1", "localhost"));
            String robot = bot.simulator().url() + "/robot/send?access_token=0123456789abcdef";
            bot.simulator().addCustomRobot(robot, "");
            bot.set("dingtalk.webhook", robot).start();
            until(() -> StreamEndToEndTest.open(bot).size() == 2);
            try {
                provoke();
                System.gc();
                Map<String, Double> metrics = metrics();

                Streams streams = bean("streams", Streams.class);
                LifecycleEvents events = bean("lifecycleEvents", LifecycleEvents.class);
                Set<String> ofMessages = new TreeSet<>(metrics.keySet());
                ofMessages.removeIf(name -> !name.matches("dingtalk_(message|messages|turn|agent|calls|store|api)_.*")
                        && !name.startsWith("dingtalk_dead_letters_added"));
                assertThat(ofMessages).as("their values: MonitoringTest").containsExactly(
                        "dingtalk_agent_seconds_bucket", "dingtalk_agent_seconds_count", "dingtalk_agent_seconds_max",
                        "dingtalk_agent_seconds_sum", "dingtalk_calls_seconds_count", "dingtalk_calls_seconds_max",
                        "dingtalk_calls_seconds_sum", "dingtalk_dead_letters_added_total", "dingtalk_message_ack_seconds_bucket",
                        "dingtalk_message_ack_seconds_count", "dingtalk_message_ack_seconds_max", "dingtalk_message_ack_seconds_sum",
                        "dingtalk_messages_accepted_total", "dingtalk_messages_received_total", "dingtalk_store_commit_seconds_bucket",
                        "dingtalk_store_commit_seconds_count", "dingtalk_store_commit_seconds_max", "dingtalk_store_commit_seconds_sum",
                        "dingtalk_turn_seconds_bucket", "dingtalk_turn_seconds_count", "dingtalk_turn_seconds_max",
                        "dingtalk_turn_seconds_sum", "dingtalk_turn_wait_seconds_bucket", "dingtalk_turn_wait_seconds_count",
                        "dingtalk_turn_wait_seconds_max", "dingtalk_turn_wait_seconds_sum");
                metrics.keySet().removeAll(ofMessages);
                assertThat(metrics).containsOnlyKeys("dingtalk_turns_waiting", "dingtalk_turns_running", "dingtalk_turns_unsent",
                        "dingtalk_agents_stuck", "dingtalk_agents_unavailable", "dingtalk_agents_waiting",
                        "dingtalk_agents_discarded_total", "dingtalk_hosts_away", "dingtalk_apis_throttled",
                        "dingtalk_robot_messages_waiting", "dingtalk_dead_letters", "dingtalk_events_waiting",
                        "dingtalk_events_published_total", "dingtalk_events_dropped_total", "dingtalk_held_bytes",
                        "dingtalk_held_bytes_limit", "dingtalk_logins_failed_total", "dingtalk_logins_turned_away_total",
                        "dingtalk_http_bytes", "dingtalk_http_bytes_limit", "dingtalk_http_bodies_refused_total",
                        "dingtalk_http_connections", "dingtalk_http_connections_refused_total", "dingtalk_http_connections_late_total",
                        "dingtalk_stream_connected", "dingtalk_stream_attempts_total", "dingtalk_stream_failures_total",
                        "dingtalk_stream_losses_total", "dingtalk_stream_frames_total", "dingtalk_stream_messages_total",
                        "dingtalk_stream_refused_total");
                assertThat(metrics).containsEntry("dingtalk_turns_running", 1.0).containsEntry("dingtalk_turns_waiting", 2.0)
                        .containsEntry("dingtalk_turns_unsent", 2.0).containsEntry("dingtalk_agents_stuck", 1.0)
                        .containsEntry("dingtalk_agents_unavailable", 0.0).containsEntry("dingtalk_agents_waiting", 0.0)
                        .containsEntry("dingtalk_agents_discarded_total", 1.0).containsEntry("dingtalk_hosts_away", 1.0)
                        .containsEntry("dingtalk_apis_throttled", 1.0).containsEntry("dingtalk_robot_messages_waiting", 3.0)
                        .containsEntry("dingtalk_dead_letters", 1.0).containsEntry("dingtalk_events_waiting", (double) EVENTS_THAT_WAIT)
                        .containsEntry("dingtalk_events_published_total", (double) events.getPublished())
                        .containsEntry("dingtalk_events_dropped_total", (double) events.getDropped())
                        .containsEntry("dingtalk_http_bytes", 0.0).containsEntry("dingtalk_http_bodies_refused_total", 0.0)
                        .hasEntrySatisfying("dingtalk_http_bytes_limit", limit -> assertThat(limit).isGreaterThan(0))
                        .hasEntrySatisfying("dingtalk_held_bytes", bytes -> assertThat(bytes).isGreaterThanOrEqualTo(0))
                        .hasEntrySatisfying("dingtalk_held_bytes_limit", limit -> assertThat(limit).isGreaterThan(0))
                        .hasEntrySatisfying("dingtalk_http_connections", open -> assertThat(open).isGreaterThanOrEqualTo(1))
                        .containsEntry("dingtalk_stream_connected", 2.0).containsEntry("dingtalk_stream_losses_total", 1.0)
                        .containsEntry("dingtalk_stream_failures_total", 1.0).containsEntry("dingtalk_stream_attempts_total", 4.0)
                        .containsEntry("dingtalk_stream_messages_total", 1.0).containsEntry("dingtalk_stream_refused_total", 1.0)
                        .containsEntry("dingtalk_stream_frames_total", (double) streams.figure("main", StreamFigure.FRAMES));
                assertThat(events.getPublished()).isGreaterThan(EVENTS_THAT_WAIT);
                assertThat(events.getDropped()).isPositive();
                assertThat(metrics.get("dingtalk_stream_frames_total")).isGreaterThanOrEqualTo(2);
            } finally {
                bot.simulator().faults().clear();
                stuckMayEnd.release(100);
                end.countDown();
            }
        }
    }

    /** Has something to count for each. Sending comes last: after it nothing is sent any more. */
    private void provoke() throws Exception {
        loseAStreamConnection();
        bot.simulator().stream().write(StreamEndToEndTest.open(bot).get(0).id(), "nonsense");
        assertThat(bot.say(UserMessage.text("by Stream").byStream()).accepted()).isTrue();
        Streams streams = bean("streams", Streams.class);
        until(() -> streams.figure("main", StreamFigure.REFUSED) == 1);

        stopAStuckAgent("cidStuck1");
        stuckMayEnd.release();
        Agents agents = bean("agents", Agents.class);
        until(() -> agents.discarded() == 1 && agents.stuck() == 0);
        stopAStuckAgent("cidStuck2");
        bean("bindings", Bindings.class).bind("main", "cidHeld", "held", "test");
        say("cidHeld", "running", "waiting", "waiting too");
        until(() -> bot.queue().running() == 1 && bot.queue().size() == 2);

        LifecycleEvents events = bean("lifecycleEvents", LifecycleEvents.class);
        until(() -> {
            events.bindingChanged("main", "cidAny", "any", "test");
            return events.getDropped() > 0 && events.getWaiting() == EVENTS_THAT_WAIT;
        });
        RobotQueue robots = bean("robotQueue", RobotQueue.class);
        for (int i = 0; i < ROBOTS_MINUTE + 3; i++) {
            robots.add(Map.of("msgtype", "text", "text", Map.of("content", "alarm " + i)), "main", null);
        }
        until(() -> robots.waiting() == 3);

        bot.simulator().faults().on(ApiFamily.ROBOT).times(1).noPermission();
        sayWithoutASession("refused");
        until(() -> bot.rows("select 1 from dead_letter").size() == 1);
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().throttle();
        sayWithoutASession("throttled");
        until(() -> bot.queue().yielded() == 1);
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).untilCleared().dropBefore();
        say("cidAway", "away");
        until(() -> bot.queue().yielded() == 2 && metrics().get("dingtalk_hosts_away") == 1);
    }

    private void loseAStreamConnection() {
        Streams streams = bean("streams", Streams.class);
        // the simulator sees a connection before the program does: one that ends in between would be a failure, not a loss
        until(() -> streams.connected("main") == 2);
        bot.simulator().faults().on(ApiFamily.STREAM).times(1).fail(503);
        List<String> before = StreamEndToEndTest.open(bot).stream().map(Connection::id).toList();
        bot.simulator().stream().reset(before.get(0));
        until(() -> StreamEndToEndTest.open(bot).size() == 2
                && !StreamEndToEndTest.open(bot).stream().map(Connection::id).toList().equals(before));
        until(() -> streams.connected("main") == 2);
    }

    private void stopAStuckAgent(String group) {
        bean("bindings", Bindings.class).bind("main", group, "stuck", "test");
        int before = stuckAtWork.get();
        say(group, "hello?");
        until(() -> stuckAtWork.get() == before + 1);
        say(group, "/stop");
        until(() -> bean("agents", Agents.class).stuck() == 1);
    }

    private void say(String group, String... texts) {
        for (String text : texts) {
            assertThat(bot.say(UserMessage.text(text).inGroup(group).byWebhook()).fault()).isNull();
        }
    }

    private void sayWithoutASession(String text) {
        assertThat(bot.say(UserMessage.text(text).from("staff-" + text).sessionExpiresAt(Instant.now()).byWebhook()).fault()).isNull();
    }

    private Map<String, Double> metrics() throws Exception {
        return bot.get(bot.managementUrl() + "/observe/metrics").body().lines().filter(line -> line.startsWith("dingtalk_"))
                .collect(Collectors.toMap(line -> line.replaceFirst("[{ ].*", ""),
                        line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)), (one, other) -> other, TreeMap::new));
    }

    private <T> T bean(String name, Class<T> type) {
        return bot.context().getRegistry().lookupByNameAndType(name, type);
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition);
    }
}
