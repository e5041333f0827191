package io.github.dingtalkcamel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.Bot;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The component in the whole application, against a gateway that the test commands. */
class StreamTest {

    private static Bot bot(FakeGateway gateway, String... more) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("dingtalk.stream", "true", "dingtalk.stream-connections", "1", "dingtalk.callback", "false",
                "dingtalk.api-base-url", gateway.url()));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return Bot.withSettings(settings);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(FakeGateway.PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition);
    }

    private static JsonNode health(Bot bot, String check) throws Exception {
        for (JsonNode each : Pushed.json(bot.get(bot.managementUrl() + "/observe/health").body()).path("checks")) {
            if (each.path("name").asText().endsWith(check)) {
                return each;
            }
        }
        throw new AssertionError("no check " + check);
    }

    @Test
    void answersMessagesAndAcknowledgesThemWhenStored() throws Exception {
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway).start()) {
            FakeGateway.Session session = gateway.session(0);
            for (int i = 0; i < 50; i++) {
                session.push(Pushed.message("push" + i, Pushed.said("m" + i, "cid", "hello " + i, gateway.url() + "/robot/sendBySession?session=s")));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(session.answerTo("push" + i).path("code").asInt()).isEqualTo(200);
            }
            assertThat(bot.rows("select count(*) from message")).isEqualTo(List.of(List.of(50)));
            await(() -> gateway.posted.size() == 50);
            assertThat(gateway.posted.stream().map(post -> post.path("markdown").path("text").asText()))
                    .isEqualTo(java.util.stream.IntStream.range(0, 50).mapToObj(i -> "hello " + i).toList());

            // once more, as a redelivery under another push id
            session.push(Pushed.message("again", Pushed.said("m7", "cid", "hello 7", null)));
            assertThat(session.answerTo("again").path("code").asInt()).isEqualTo(200);
            assertThat(bot.rows("select count(*) from message")).isEqualTo(List.of(List.of(50)));
        }
    }

    @Test
    void keepsTheConnectionThroughNonsense() throws Exception {
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway).start()) {
            FakeGateway.Session session = gateway.session(0);
            session.push("nonsense");
            session.push(Pushed.message("bad", "{\"msgId\":5,\"msgtype\":\"text\"}"));
            session.push(Pushed.of("CALLBACK", "/v1.0/unknown", "unknown"));
            session.push(Pushed.message("big", "x".repeat(2_000_000)));
            session.push(Pushed.message("good", Pushed.said("m1", "cid", "hello", null)));

            assertThat(session.answerTo("good").path("code").asInt()).isEqualTo(200);
            assertThat(session.answerTo("bad").path("code").asInt()).isEqualTo(400);
            assertThat(session.answerTo("bad").path("message").asText()).contains("msgId");
            assertThat(session.answerTo("unknown").path("code").asInt()).isEqualTo(404);
            assertThat(session.answerTo("big").path("code").asInt()).isEqualTo(400);
            assertThat(gateway.sessions).hasSize(1);
            assertThat(session.ended).isFalse();
        }
    }

    @Test
    void tellsTheSenderOnceWhenTheQueueIsFullAndAcknowledgesNothing() throws Exception {
        String slow = """
                - route:
                    from:
                      uri: agent:slow
                      steps:
                        - delay:
                            constant: "3000"
                """;
        try (FakeGateway gateway = new FakeGateway();
                Bot bot = bot(gateway, "dingtalk.conversation-capacity", "1", "dingtalk.queue-capacity", "10", "dingtalk.fallback-agent", "slow",
                        "dingtalk.max-running-turns", "1").route("slow.camel.yaml", slow).start()) {
            FakeGateway.Session session = gateway.session(0);
            String webhook = gateway.url() + "/robot/sendBySession?session=s";
            for (int i = 0; i < 6; i++) {
                session.push(Pushed.message("push" + i, Pushed.said("m" + i, "cid", "hello", webhook)));
            }
            session.push(Pushed.system("ping", "after", "{}"));
            await(() -> gateway.posted.stream().anyMatch(post -> post.toString().contains("Too many messages")));
            session.push(Pushed.message("push0 again", Pushed.said("m0", "cid", "hello", webhook)));
            session.answerTo("push0 again");

            assertThat(session.find("push5")).isNull();
            assertThat(gateway.posted.stream().filter(post -> post.toString().contains("Too many messages"))).hasSize(1);
        }
    }

    @Test
    void handsEventsOnOnceAndAnswersThem() throws Exception {
        String hook = """
                - route:
                    from:
                      uri: seda:dingtalk-events?multipleConsumers=true
                      steps:
                        - setBody:
                            simple: "${header.CamelDingTalkEventType} ${header.CamelDingTalkEventId} ${body[userId]}"
                        - to: mock:seen
                """;
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway).route("hook.camel.yaml", hook).start()) {
            FakeGateway.Session session = gateway.session(0);
            session.push(Pushed.event("a", "user_add_org", "e1", "{\"userId\":\"u1\"}"));
            assertThat(session.answerTo("a").path("data").asText()).contains("SUCCESS");
            session.push(Pushed.event("b", "user_add_org", "e1", "{\"userId\":\"u1\"}"));
            assertThat(session.answerTo("b").path("data").asText()).contains("SUCCESS");
            session.push(Pushed.event("c", "user_add_org", "e2", "{\"userId\":\"u2\"}"));
            session.answerTo("c");

            org.apache.camel.component.mock.MockEndpoint seen = bot.context().getEndpoint("mock:seen", org.apache.camel.component.mock.MockEndpoint.class);
            await(() -> seen.getReceivedCounter() == 2);
            assertThat(seen.getExchanges().stream().map(exchange -> exchange.getMessage().getBody(String.class)))
                    .containsExactlyInAnyOrder("user_add_org e1 u1", "user_add_org e2 u2");
        }
    }

    @Test
    void answersEventsWithLaterWhileTheHooksAreFull() throws Exception {
        String hook = """
                - route:
                    from:
                      uri: seda:dingtalk-events?multipleConsumers=true&size=1
                      steps:
                        - delay:
                            constant: "4000"
                """;
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway).route("hook.camel.yaml", hook).start()) {
            FakeGateway.Session session = gateway.session(0);
            for (int i = 0; i < 8; i++) {
                session.push(Pushed.event("push" + i, "t", "e" + i, "{}"));
            }
            await(() -> session.received.size() == 8);
            assertThat(session.received.stream().filter(answer -> answer.path("data").asText().contains("LATER"))).isNotEmpty();
            assertThat(bot.rows("select count(*) from event_seen").get(0).get(0)).as("those are to come again")
                    .isEqualTo((int) session.received.stream().filter(answer -> answer.path("data").asText().contains("SUCCESS")).count());
        }
    }

    @Test
    void answersClicksOnCardsWithTheBodyOfARouteThatReplacesThePackagedOne() throws Exception {
        String clicks = """
                - route:
                    id: card-callback
                    from:
                      uri: direct:card-callback
                      steps:
                        - setBody:
                            simple: '{"cardData":{"cardParamMap":{"who":"${exchangeProperty.CamelDingTalkDelivery.details[userId]}"}}}'
                """;
        String click = "{\"type\":\"actionCallback\",\"outTrackId\":\"ot\",\"userId\":\"staff001\",\"content\":\"{}\"}";
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway).start()) {
            gateway.session(0).push(Pushed.card("c", click));
            assertThat(gateway.session(0).answerTo("c").path("data").asText()).isEqualTo("{\"response\":{}}");
        }
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway).route("card-callbacks.camel.yaml", clicks).start()) {
            gateway.session(0).push(Pushed.card("c", click));
            assertThat(gateway.session(0).answerTo("c").path("data").asText())
                    .isEqualTo("{\"response\":{\"cardData\":{\"cardParamMap\":{\"who\":\"staff001\"}}}}");
        }
    }

    @Test
    void showsConnectionsInHealthMetricsAndJmxAndObeysAnOperator() throws Exception {
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway, "dingtalk.stream-connections", "2").start()) {
            gateway.session(1);
            await(() -> health(bot, "stream-main-2").path("status").asText().equals("UP"));
            assertThat(health(bot, "stream-main").path("status").asText()).isEqualTo("UP");
            assertThat(bot.get(bot.managementUrl() + "/observe/health/ready").statusCode()).isEqualTo(200);
            assertThat(bot.get(bot.managementUrl() + "/observe/metrics").body()).contains("dingtalk_stream_connected{integration=\"main\"} 2.0")
                    .contains("dingtalk_stream_attempts_total{integration=\"main\"} 2.0");

            MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = jmx.queryNames(new ObjectName("org.apache.camel:type=consumers,name=StreamConsumer*,*"), null).iterator().next();
            assertThat(jmx.getAttribute(name, "Connected")).isEqualTo("2 of 2");
            assertThat((String[]) jmx.getAttribute(name, "Connections")).hasSize(2).allMatch(line -> line.contains("CONNECTED"));

            jmx.invoke(name, "reconnect", null, null);
            gateway.session(3);
            assertThat(gateway.sessions.get(0).ended).isFalse();

            jmx.invoke(name, "pause", null, null);
            await(() -> gateway.sessions.stream().allMatch(session -> session.ended));
            assertThat(health(bot, "stream-main").path("status").asText()).isEqualTo("DOWN");
            assertThat(bot.get(bot.managementUrl() + "/observe/health/ready").statusCode()).isEqualTo(503);

            jmx.invoke(name, "resume", null, null);
            gateway.session(5);
            await(() -> health(bot, "stream-main").path("status").asText().equals("UP"));
        }
    }

    @Test
    void saysInHealthWhichSettingIsWrong() throws Exception {
        try (FakeGateway gateway = new FakeGateway()) {
            gateway.opening = body -> new FakeGateway.Opening(401, "{\"code\":\"authFailed\",\"message\":\"x\"}");
            try (Bot bot = bot(gateway).start()) {
                await(() -> health(bot, "stream-main-1").toString().contains("dingtalk.app-secret"));
                assertThat(health(bot, "stream-main-1").path("status").asText()).isEqualTo("DOWN");
                assertThat(gateway.opens).hasSize(1);
            }
        }
    }

    @Test
    void answersWhatCameInBeforeItStops() throws Exception {
        try (FakeGateway gateway = new FakeGateway(); Bot bot = bot(gateway).start()) {
            FakeGateway.Session session = gateway.session(0);
            for (int i = 0; i < 20; i++) {
                session.push(Pushed.message("push" + i, Pushed.said("m" + i, "cid" + i, "hello", null)));
            }
            session.answerTo("push0");
            bot.stop();

            await(() -> session.ended);
            assertThat(session.closeStatus).isEqualTo((short) 1000);
            assertThat(session.received).hasSize(20);
        }
    }
}
