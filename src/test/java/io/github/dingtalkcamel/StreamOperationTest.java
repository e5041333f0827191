package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator sees of Stream connections, and can do with them (docs/promises.md 8, 9). */
@Timeout(60)
class StreamOperationTest {

    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();

    @Test
    void namesTheSettingsWhereTheSecretIsWrongAndTriesNoMoreThanItMust() throws Exception {
        try (LogLines log = LogLines.listen();
                Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.callback", "false", "dingtalk.app-secret",
                        "wrong-secret-0123456789")).start()) {
            StreamEndToEndTest.until(() -> check(bot, "stream-main-1").toString().contains("authFailed")
                    && check(bot, "stream-main-2").toString().contains("authFailed"));

            for (String check : List.of("stream-main", "stream-main-1", "stream-main-2")) {
                assertThat(check(bot, check).path("status").asText()).isEqualTo("DOWN");
                assertThat(check(bot, check).toString()).as(check).contains("401", "dingtalk.app-key", "dingtalk.app-secret");
            }
            assertThat(ready(bot)).isEqualTo(503);
            assertThat(bot.get(bot.managementUrl() + "/observe/health/live").statusCode()).isEqualTo(200);
            assertThat(bot.simulator().stream().openCalls()).extracting(OpenCall::status).containsExactly(401, 401);
            assertThat(log.all()).filteredOn(line -> line.contains("authFailed")).singleElement().asString().startsWith("ERROR")
                    .contains("dingtalk.app-secret");
            assertThat(log.all()).noneMatch(line -> line.contains("wrong-secret"));

            // the console's secret was changed to what is set here: an operator need not wait for the next try
            bot.simulator().addApp(SimulatedApp.of(Bot.APP_KEY, "wrong-secret-0123456789"));
            JMX.invoke(consumer(bot), "reconnect", null, null);
            StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
            StreamEndToEndTest.until(() -> ready(bot) == 200);
        }
    }

    @Test
    void isReadyWithoutAWayInWhereOnlyACustomRobotIsSet() throws Exception {
        Map<String, String> noApp = new HashMap<>();
        for (String setting : List.of("app-key", "app-secret", "callback-token", "callback-aes-key")) {
            noApp.put("dingtalk." + setting, "");
        }
        noApp.put("dingtalk.webhook", "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef");
        noApp.put("dingtalk.stream", "true");
        try (Bot bot = Bot.withSettings(noApp).start()) {
            assertThat(check(bot, "receiving").toString()).contains("UP", "custom robots only").doesNotContain("dingtalk.stream");
            assertThat(ready(bot)).isEqualTo(200);
        }
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "false", "dingtalk.callback", "false")).start()) {
            assertThat(check(bot, "receiving").toString()).contains("DOWN", "set dingtalk.stream or dingtalk.callback");
            assertThat(ready(bot)).isEqualTo(503);
        }
    }

    @Test
    void isReadyWhileAConnectionLivesOrAWebhookIsOn() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.callback", "false")).start()) {
            StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
            StreamEndToEndTest.until(() -> ready(bot) == 200);

            bot.simulator().faults().on(ApiFamily.STREAM).untilCleared().fail(503);
            bot.simulator().stream().reset(StreamEndToEndTest.open(bot).get(0).id());
            StreamEndToEndTest.until(() -> up(bot, "stream-main-1") != up(bot, "stream-main-2"));
            assertThat(ready(bot)).as("with one of two").isEqualTo(200);
            bot.simulator().stream().reset(StreamEndToEndTest.open(bot).get(0).id());
            StreamEndToEndTest.until(() -> ready(bot) == 503);
            StreamEndToEndTest.until(() -> check(bot, "stream-main-1").toString().contains("HTTP 503"));
            assertThat(check(bot, "receiving").path("status").asText()).isEqualTo("DOWN");

            bot.simulator().faults().clear();
            JMX.invoke(consumer(bot), "reconnect", null, null);
            StreamEndToEndTest.until(() -> ready(bot) == 200);
        }
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.api-base-url", "http://127.0.0.1:9")).start()) {
            StreamEndToEndTest.until(() -> check(bot, "stream-main-1").toString().contains("can't be reached"));
            assertThat(up(bot, "stream-main")).isFalse();
            assertThat(ready(bot)).isEqualTo(200);
        }
    }

    @Test
    void showsItsFiguresAndPausesResumesAndReconnectsByJmx() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true")).start()) {
            StreamEndToEndTest.until(() -> "2 of 2".equals(JMX.getAttribute(consumer(bot), "Connected")));
            assertThat(bot.say(UserMessage.text("hello").byStream()).accepted()).isTrue();
            assertThat(JMX.getAttribute(consumer(bot), "LastMessage")).isNotNull();
            assertThat(JMX.getAttribute(consumer(bot), "LastFrame")).isNotNull();
            assertThat(JMX.getAttribute(consumer(bot), "Reconnects")).isEqualTo(0L);
            assertThat(JMX.getAttribute(consumer(bot), "Attempts")).isEqualTo(2L);

            List<Connection> before = StreamEndToEndTest.open(bot);
            JMX.invoke(consumer(bot), "reconnect", null, null);
            StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 4
                    && "2 of 2".equals(JMX.getAttribute(consumer(bot), "Connected")));
            assertThat(JMX.getAttribute(consumer(bot), "Reconnects")).isEqualTo(2L);
            assertThat(JMX.getAttribute(consumer(bot), "Attempts")).isEqualTo(4L);
            assertThat((String) JMX.getAttribute(consumer(bot), "LastClose")).contains("operator");
            assertThat((String[]) JMX.getAttribute(consumer(bot), "Connections")).hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains("CONNECTED", "last frame", "last pong", "reconnects 1"));
            // the old ones are read until they end
            PushResult byOld = bot.say(UserMessage.text("by an old one").byStream(before.get(0).id()));
            assertThat(byOld.accepted()).isTrue();

            assertThat(StreamEndToEndTest.metric(bot, "dingtalk_stream_connected")).isEqualTo(2);
            assertThat(StreamEndToEndTest.metric(bot, "dingtalk_stream_attempts_total")).isEqualTo(4);
            assertThat(StreamEndToEndTest.metric(bot, "dingtalk_stream_losses_total")).isEqualTo(2);
            assertThat(StreamEndToEndTest.metric(bot, "dingtalk_stream_failures_total")).isZero();
            assertThat(StreamEndToEndTest.metric(bot, "dingtalk_stream_messages_total")).isEqualTo(2);

            for (ObjectName consumer : consumers(bot)) {
                JMX.invoke(consumer, "pause", null, null);
            }
            StreamEndToEndTest.until(() -> bot.simulator().stream().connections().isEmpty());
            assertThat(up(bot, "stream-main")).isFalse();
            assertThat(check(bot, "stream-main").toString()).contains("resume");
            assertThat(ready(bot)).as("the webhook is on").isEqualTo(200);
            assertThat(bot.say(UserMessage.text("by webhook").byWebhook()).accepted()).isTrue();
            assertThat(bot.say(UserMessage.text("no connection").byStream()).connectionId()).isNull();

            for (ObjectName consumer : consumers(bot)) {
                JMX.invoke(consumer, "resume", null, null);
            }
            StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
            assertThat(bot.say(UserMessage.text("back").byStream()).accepted()).isTrue();
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 4))
                    .containsExactly("hello", "by an old one", "by webhook", "back");
        }
    }

    private static ObjectName consumer(Bot bot) throws Exception {
        return consumers(bot).iterator().next();
    }

    /** Those of messages, events and cards: they share the connections. */
    private static Set<ObjectName> consumers(Bot bot) throws Exception {
        return JMX.queryNames(new ObjectName("org.apache.camel:context=" + bot.context().getManagementName()
                + ",type=consumers,name=DingTalkConsumer*"), null);
    }

    private static JsonNode check(Bot bot, String name) throws Exception {
        HttpResponse<String> health = bot.get(bot.managementUrl() + "/observe/health");
        return ManagementTest.check(health, name);
    }

    private static boolean up(Bot bot, String name) throws Exception {
        return check(bot, name).path("status").asText().equals("UP");
    }

    private static int ready(Bot bot) throws Exception {
        return bot.get(bot.managementUrl() + "/observe/health/ready").statusCode();
    }
}
