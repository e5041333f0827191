package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The example {@code kafka-out} with Kafka's own producer for tests in the place of a broker. */
class KafkaOutTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Fails each record at once, or completes it when the test says so, as a broker that answers later. */
    private static final class Clients implements KafkaClientFactory {

        private final MockProducer<String, String> producer = new MockProducer<>(false, new StringSerializer(), new StringSerializer());
        private Properties properties;

        @Override
        @SuppressWarnings({ "rawtypes", "unchecked" })
        public Producer getProducer(Properties kafkaProperties) {
            properties = kafkaProperties;
            return producer;
        }

        @Override
        public Consumer<Object, Object> getConsumer(Properties kafkaProperties) {
            throw new AssertionError("the example consumes nothing");
        }

        @Override
        public String getBrokers(KafkaConfiguration configuration) {
            return configuration.getBrokers();
        }
    }

    private static String header(ProducerRecord<String, String> sent, String name) {
        return new String(sent.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void eachEventIsARecordWithItsConversationAsKeyAndIsSentAgainAfterAnError() throws Exception {
        Clients clients = new Clients();
        clients.producer.sendException = new TimeoutException("no broker answers");
        try (Bot bot = Examples.add(Bot.withSettings(Map.of()).bean("clients", clients), "kafka-out",
                Map.of("camel.component.kafka.kafka-client-factory", "#bean:clients")).start()) {
            bot.say("hello");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select count(*) from outbox").get(0).get(0).equals(2));
            assertThat(clients.producer.history()).isEmpty();

            clients.producer.sendException = null;
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> clients.producer.history().size() >= 1);
            Awaitility.await().during(Duration.ofSeconds(1)).atMost(Bot.PATIENCE).until(() -> clients.producer.history().size() == 1);
            clients.producer.completeNext();
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> clients.producer.history().size() >= 2);
            clients.producer.completeNext();
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select count(*) from outbox").get(0).get(0).equals(0));

            List<ProducerRecord<String, String>> sent = clients.producer.history();
            JsonNode accepted = JSON.readTree(sent.get(0).value());
            assertThat(sent).hasSize(2).allSatisfy(each -> {
                assertThat(each.topic()).isEqualTo("dingtalk-events");
                assertThat(each.key()).isEqualTo(accepted.path("conversationId").asText());
            });
            assertThat(accepted.path("text").asText()).isEqualTo("hello");
            assertThat(header(sent.get(0), "eventType")).isEqualTo("bot_accepted");
            assertThat(header(sent.get(1), "eventType")).isEqualTo("bot_turn_finished");
            assertThat(header(sent.get(0), "eventId")).isEqualTo(accepted.path("eventId").asText());
            assertThat(clients.properties).containsEntry("acks", "all").containsEntry("bootstrap.servers",
                    "kafka1.internal:9092,kafka2.internal:9092").containsEntry("enable.idempotence", true);
        }
    }
}
