package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.component.agent.BrokerProcess;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples {@code jms-in} and {@code jms-out} against an Artemis in a process of its own that is killed in mid-flow. */
class JmsBrokerKilledTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NOTIFICATIONS = 20;
    private static final List<String> RECIPIENTS = List.of("staff002", "staff003");
    private static final long PATIENCE = 20_000;

    @TempDir
    Path directory;

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(90)).until(condition);
    }

    private static void send(BrokerProcess broker, String recipient, int first, int last) {
        try (JMSContext context = broker.factory().createContext()) {
            for (int number = first; number <= last; number++) {
                context.createProducer().setProperty("JMSXGroupID", recipient).send(context.createQueue("dingtalk.notifications"),
                        "{\"recipient_type\":\"user_id\",\"recipient_id\":\"" + recipient + "\",\"content\":\"" + number + "\"}");
            }
        }
    }

    @Test
    void nothingIsLostInOrOutAndNothingIsSentTwice() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(directory.resolve("broker")); Bot bot = Bot.withSettings(Map.of())) {
            Map<String, String> instead = Map.of("camel.beans.broker.brokerURL", broker.url(), "camel.beans.broker.user", "user",
                    "camel.beans.broker.password", "password", "camel.component.jms.recovery-interval", "100",
                    "jms-in.retry-delay", "200", "jms-out.destination", "queue:dingtalk.events");
            Examples.add(bot, "jms-in", instead);
            Examples.add(bot, "jms-out", instead);
            bot.start();

            bot.say("before");
            for (String recipient : RECIPIENTS) {
                send(broker, recipient, 1, NOTIFICATIONS);
            }
            await(() -> texts(bot, RECIPIENTS.get(0)).size() >= 3);
            broker.kill9();
            bot.say("while it is away");
            await(() -> bot.replies(bot.simulator().dm(Bot.APP_KEY, "staff001")).contains("while it is away"));
            assertThat(bot.rows("select count(*) from outbox").get(0).get(0)).as("what waits for the broker").isNotEqualTo(0);
            broker.start();
            for (String recipient : RECIPIENTS) {
                send(broker, recipient, NOTIFICATIONS + 1, NOTIFICATIONS + 5);
            }

            for (String recipient : RECIPIENTS) {
                await(() -> texts(bot, recipient).size() >= NOTIFICATIONS + 5);
                assertThat(texts(bot, recipient)).as(recipient)
                        .containsExactlyElementsOf(IntStream.rangeClosed(1, NOTIFICATIONS + 5).mapToObj(String::valueOf).toList());
            }
            List<JsonNode> events = events(broker, 4);
            assertThat(events).extracting(event -> event.path("eventType").asText())
                    .containsExactly("bot_accepted", "bot_turn_finished", "bot_accepted", "bot_turn_finished");
            assertThat(Stream.of(0, 2).map(event -> events.get(event).path("text").asText()))
                    .containsExactly("before", "while it is away");
        }
    }

    private static List<String> texts(Bot bot, String staffId) {
        return bot.replies(bot.simulator().dm(Bot.APP_KEY, staffId));
    }

    /** Each event once, in the order in which they first came. */
    private static List<JsonNode> events(BrokerProcess broker, int atLeast) throws Exception {
        Map<String, JsonNode> events = new LinkedHashMap<>();
        try (JMSContext context = broker.factory().createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("dingtalk.events"))) {
            for (Message message = consumer.receive(PATIENCE); message != null;
                    message = consumer.receive(events.size() < atLeast ? PATIENCE : 500)) {
                JsonNode event = JSON.readTree(message.getBody(String.class));
                events.putIfAbsent(event.path("eventId").asText(), event);
            }
        }
        return List.copyOf(events.values());
    }
}
