package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;

/**
 * The example {@code kafka-out} against a real Kafka, which is killed in mid-flow and started again: {@code scripts/kafka-out}. Its
 * sibling with Kafka's producer for tests, {@code KafkaOutTest}, is in the suite.
 */
public final class KafkaOut {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int MESSAGES = 20;

    private KafkaOut() {
    }

    /** @param args the file that holds the class path of the server */
    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory("kafka-out");
        try (KafkaServer server = new KafkaServer(directory, Files.readString(Path.of(args[0])).strip());
                Bot bot = Examples.add(Bot.withSettings(Map.of()), "kafka-out", Map.of("kafka-out.brokers", server.brokers())).start()) {
            for (int message = 1; message <= MESSAGES; message++) {
                bot.say("message " + message);
                if (message == MESSAGES / 2) {
                    server.kill9();
                    System.out.println("Kafka was killed after " + message + " messages");
                }
            }
            Awaitility.await().atMost(PATIENCE).until(() -> bot.replies(bot.simulator().dm(Bot.APP_KEY, "staff001")).size() >= MESSAGES);
            System.out.println("All were answered; " + bot.rows("select count(*) from outbox").get(0).get(0) + " events wait for Kafka");
            server.start();
            Awaitility.await().atMost(PATIENCE).until(() -> bot.rows("select count(*) from outbox").get(0).get(0).equals(0));

            List<ConsumerRecord<String, String>> records = records(server, 2 * MESSAGES);
            check(records);
        }
        System.out.println("OK");
        System.exit(0);
    }

    private static List<ConsumerRecord<String, String>> records(KafkaServer server, int atLeast) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        Map<String, Object> settings = Map.of("bootstrap.servers", server.brokers(), "group.id", "check", "auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("dingtalk-events"));
            Awaitility.await().pollInSameThread().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
                return records.stream().map(ConsumerRecord::value).distinct().count() >= atLeast;
            });
            consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
        }
        return records;
    }

    private static void check(List<ConsumerRecord<String, String>> records) throws Exception {
        Map<String, JsonNode> events = new LinkedHashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            JsonNode event = JSON.readTree(record.value());
            assertThat(record.key()).isEqualTo(event.path("conversationId").asText());
            assertThat(new String(record.headers().lastHeader("eventId").value(), StandardCharsets.UTF_8))
                    .isEqualTo(event.path("eventId").asText());
            events.putIfAbsent(event.path("eventId").asText(), event);
        }
        assertThat(records).extracting(ConsumerRecord::partition).as("the partition of one conversation").containsOnly(records.get(0)
                .partition());
        List<String> accepted = new ArrayList<>();
        for (JsonNode event : events.values()) {
            if (event.path("eventType").asText().equals("bot_accepted")) {
                accepted.add(event.path("text").asText());
            }
        }
        List<String> said = new ArrayList<>();
        for (int message = 1; message <= MESSAGES; message++) {
            said.add("message " + message);
        }
        assertThat(accepted).containsExactlyElementsOf(said);
        assertThat(events).hasSize(2 * MESSAGES);
        System.out.println(records.size() + " records with " + events.size() + " events, each conversation in one partition and in order");
    }
}
