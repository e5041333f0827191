package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.component.agent.Broker;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.store.Sql;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples {@code jms-in} and {@code jms-out} in one application, against an Artemis that is killed and started again. */
class JmsDoorsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUEUE = "dingtalk.notifications";
    private static final String EVENTS = "dingtalk.events";
    private static final long SOON = 20_000;

    private static Broker broker;
    private static Bot bot;
    private static Path outgoing;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        broker = new Broker(directory);
        bot = Bot.withSettings(Map.of());
        Map<String, String> instead = Map.of("camel.beans.broker.brokerURL", broker.url(), "camel.beans.broker.user", "user",
                "camel.beans.broker.password", "password", "camel.component.jms.recovery-interval", "100",
                "jms-in.retry-delay", "200", "jms-out.destination", "queue:" + EVENTS);
        Examples.add(bot, "jms-in", instead);
        Examples.add(bot, "jms-out", instead);
        outgoing = Files.createDirectories(bot.home().resolve("outgoing"));
        bot.route("file-to-jms.camel.yaml", Files.readString(Path.of("examples/jms-in/file-to-jms.camel.yaml")));
        bot.property("file-to-jms.directory", outgoing.toString()).property("file-to-jms.delay", "100");
        bot.property("file-to-jms.recipient-type", "user_id").property("file-to-jms.recipient-id", "staff007");
        bot.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        bot.start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
        broker.close();
    }

    @BeforeEach
    void forget() {
        // what another test sent may be shown and not committed yet: a commit that is lost must be one of this test
        await(() -> broker.messages(QUEUE) == 0);
        bot.simulator().clearRecords();
        bot.simulator().faults().clear();
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Bot.PATIENCE).until(condition);
    }

    private static void send(Map<String, String> headers, String... bodies) {
        try (JMSContext context = broker.factory().createContext()) {
            JMSProducer producer = context.createProducer();
            headers.forEach(producer::setProperty);
            for (String body : bodies) {
                producer.send(context.createQueue(QUEUE), body);
            }
        }
    }

    private static String notification(String staffId, String text) {
        return "{\"recipient_type\":\"user_id\",\"recipient_id\":\"" + staffId + "\",\"content\":\"" + text + "\"}";
    }

    private static List<String> texts(String staffId) {
        return bot.replies(bot.simulator().dm(Bot.APP_KEY, staffId));
    }

    private static Message deadLetter() throws Exception {
        try (JMSContext context = broker.factory().createContext(); JMSConsumer consumer = context.createConsumer(
                context.createQueue(Broker.DEAD_LETTERS))) {
            Message message = consumer.receive(SOON);
            assertThat(message).as("a dead letter").isNotNull();
            return message;
        }
    }

    @Test
    void eachRecipientGetsItsNotificationsInOrder() {
        for (int message = 1; message <= 10; message++) {
            for (String staffId : List.of("staff001", "staff002", "staff003")) {
                send(Map.of("JMSXGroupID", staffId), notification(staffId, staffId + " " + message));
            }
        }

        for (String staffId : List.of("staff001", "staff002", "staff003")) {
            await(() -> texts(staffId).size() >= 10);
            assertThat(texts(staffId))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 10).mapToObj(message -> staffId + " " + message).toList());
        }
    }

    @Test
    void aFileThatIsDeliveredThreeTimesIsSentOnce() {
        String pdf = Base64.getEncoder().encodeToString("%PDF-1.7".getBytes());
        String file = "{\"recipient_type\":\"user_id\",\"recipient_id\":\"staff004\",\"name\":\"report.pdf\",\"base64\":\"" + pdf + "\"}";

        // a sender that does not know whether its message arrived sends it again
        send(Map.of("tool", "dingtalk_send_file", "requestId", "invoice-17"), file, file, file);

        await(() -> bot.rows("select count(*) from tool_request where request_id = 'invoice-17/1' and result is not null").get(0).get(0)
                .equals(1));
        send(Map.of("JMSXGroupID", "staff004"), notification("staff004", "last"));
        await(() -> texts("staff004").contains("last"));
        await(() -> broker.messages(QUEUE) == 0);
        assertThat(bot.simulator().deliveriesTo(bot.simulator().dm(Bot.APP_KEY, "staff004"))).extracting(Delivery::type)
                .containsExactlyInAnyOrder("sampleFile", "sampleText");
    }

    @Test
    void aNotificationWhoseAcknowledgementIsLostIsDeliveredAgainAndSentOnce() {
        broker.loseCommits(2);

        send(Map.of("requestId", "lost-1"), notification("staff002", "once"));

        await(() -> broker.commitsToLose() == 0 && broker.messages(QUEUE) == 0);
        assertThat(broker.deliveryCounts("lost-1")).startsWith(1, 2, 3).isSorted();
        assertThat(texts("staff002")).containsExactly("once");
    }

    @Test
    void aFileOfADirectoryThatTheBrokerDeliversThreeTimesIsSentOnce() throws Exception {
        broker.loseCommits(2);

        Files.writeString(outgoing.resolve(".part"), "%PDF-1.7");
        Files.move(outgoing.resolve(".part"), outgoing.resolve("月报 'May' 5.pdf"));

        String conversation = bot.simulator().dm(Bot.APP_KEY, "staff007");
        await(() -> !bot.simulator().deliveriesTo(conversation).isEmpty());
        await(() -> broker.commitsToLose() == 0 && broker.messages(QUEUE) == 0);
        String requestId = (String) bot.rows("select request_id from tool_request where request_id like 'file/%'").get(0).get(0);
        assertThat(broker.deliveryCounts(requestId.replaceFirst("/1$", ""))).startsWith(1, 2, 3).isSorted();
        assertThat(bot.simulator().deliveriesTo(conversation)).singleElement().satisfies(delivery -> {
            assertThat(delivery.type()).isEqualTo("sampleFile");
            assertThat(JSON.readTree(delivery.body()).path("fileName").asText()).isEqualTo("月报 'May' 5.pdf");
        });
        assertThat(outgoing.resolve(".sent/月报 'May' 5.pdf")).exists();
    }

    @Test
    void aRecipientGetsTheOthersInOrderWhenOneOfThemIsADeadLetterAndOneIsDeliveredAgain() throws Exception {
        broker.loseCommits(1);
        for (int message = 1; message <= 6; message++) {
            send(Map.of("JMSXGroupID", "staff008", "requestId", "mixed-" + message),
                    message == 3 ? "{\"recipient_type\":\"user_id\"}" : notification("staff008", "message " + message));
        }

        Message dead = deadLetter();
        await(() -> broker.commitsToLose() == 0 && broker.messages(QUEUE) == 0);
        assertThat(dead.getStringProperty("originalMessageId")).isEqualTo("mixed-3");
        assertThat(dead.getStringProperty("dingtalkReason")).contains("content");
        assertThat(dead.getStringProperty("JMSXGroupID")).isEqualTo("staff008");
        assertThat(texts("staff008")).containsExactly("message 1", "message 2", "message 4", "message 5", "message 6");
        assertThat(broker.deliveryCounts("mixed-1")).as("the first commit was lost").startsWith(1, 2);
    }

    @Test
    void whatFailsHereFiveTimesIsADeadLetterWithTheReason() throws Exception {
        rename("tool_request", "elsewhere");
        try {
            send(Map.of("requestId", "fault-1"), notification("staff003", "in vain"));

            Message dead = deadLetter();
            assertThat(dead.getStringProperty("originalMessageId")).isEqualTo("fault-1");
            assertThat(dead.getStringProperty("dingtalkReason")).isNotBlank();
            assertThat(dead.getBody(String.class)).isEqualTo(notification("staff003", "in vain"));
            assertThat(broker.deliveryCounts("fault-1")).containsExactly(1, 2, 3, 4, 5);
        } finally {
            rename("elsewhere", "tool_request");
        }
        assertThat(texts("staff003")).isEmpty();
    }

    private static void rename(String table, String name) {
        bot.store().writeAndWait(connection -> Sql.update(connection, "alter table " + table + " rename to " + name));
    }

    @Test
    void whatCantBeSentGoesToTheDeadLetterQueueWithTheReason() throws Exception {
        send(Map.of(), "no JSON");
        Message unreadable = deadLetter();
        assertThat(unreadable.getStringProperty("dingtalkReason")).startsWith("not a JSON object");
        assertThat(unreadable.getBody(String.class)).isEqualTo("no JSON");

        send(Map.of(), "[]");
        assertThat(deadLetter().getStringProperty("dingtalkReason")).startsWith("not a JSON object");

        try (JMSContext context = broker.factory().createContext()) {
            context.createProducer().setProperty("requestId", "bytes-1").send(context.createQueue(QUEUE), new byte[] { 1, 2 });
        }
        Message bytes = deadLetter();
        assertThat(bytes.getStringProperty("dingtalkReason")).startsWith("not a JSON object");
        assertThat(bytes.getBody(byte[].class)).as("the body as it was").containsExactly(1, 2);

        send(Map.of("tool", "dingtalk_send_text_notificatio"), notification("staff001", "hello"));
        assertThat(deadLetter().getStringProperty("dingtalkReason")).contains("did you mean dingtalk_send_text_notification");

        send(Map.of("requestId", "order-9", "JMSXGroupID", "ghost"), notification("ghost", "hello"));
        Message unreachable = deadLetter();
        assertThat(JSON.readTree(unreachable.getStringProperty("dingtalkReason")).at("/results/0/error/code").asText())
                .isEqualTo("invalidStaffId");
        assertThat(unreachable.getStringProperty("originalMessageId")).isEqualTo("order-9");
        assertThat(unreachable.getStringProperty("JMSXGroupID")).isEqualTo("ghost");
        assertThat(unreachable.getBody(String.class)).isEqualTo(notification("ghost", "hello"));
    }

    @Test
    void aNotificationWaitsInTheQueueWhileDingTalkIsAway() {
        bot.simulator().faults().onSends().untilCleared().fail(503);
        send(Map.of(), "{\"recipient_type\":\"user_id\",\"recipient_id\":\"staff005\",\"content\":\"late\",\"timeoutMs\":300}");
        await(() -> ((Number) bot.rows("select count(*) from tool_request where request_id like '%/3'").get(0).get(0)).intValue() >= 1);
        assertThat(texts("staff005")).isEmpty();

        bot.simulator().faults().clear();

        await(() -> !texts("staff005").isEmpty());
        assertThat(texts("staff005")).containsExactly("late");
    }

    @Test
    void aBrokerThatIsKilledAndComesBackLosesNothingInOrOut() throws Exception {
        List<JsonNode> before = events(0);
        send(Map.of(), notification("staff006", "before"));
        await(() -> texts("staff006").size() == 1);

        broker.kill();
        bot.say("said while the broker is away");
        await(() -> bot.replies(bot.simulator().dm(Bot.APP_KEY, "staff001")).contains("said while the broker is away"));
        broker.start();
        send(Map.of("requestId", "r-1"), notification("staff006", "after"));

        await(() -> texts("staff006").size() == 2);
        List<JsonNode> told = events(2);
        assertThat(told).extracting(event -> event.path("eventType").asText()).containsExactly("bot_accepted", "bot_turn_finished");
        assertThat(told.get(0).path("text").asText()).isEqualTo("said while the broker is away");
        assertThat(before).as("what other tests said").isEmpty();
    }

    /** The events of the queue that are not read yet, at least so many; each once. */
    private static List<JsonNode> events(int atLeast) throws Exception {
        List<JsonNode> events = new ArrayList<>();
        try (JMSContext context = broker.factory().createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue(EVENTS))) {
            for (Message message = consumer.receive(atLeast == 0 ? 100 : SOON); message != null;
                    message = consumer.receive(events.size() < atLeast ? SOON : 500)) {
                JsonNode event = JSON.readTree(message.getBody(String.class));
                assertThat(message.getStringProperty("eventType")).isEqualTo(event.path("eventType").asText());
                assertThat(message.getStringProperty("eventId")).isEqualTo(event.path("eventId").asText());
                assertThat(message.getStringProperty("JMSXGroupID")).isEqualTo(event.path("conversationId").asText());
                if (events.stream().noneMatch(known -> known.path("eventId").equals(event.path("eventId")))) {
                    events.add(event);
                }
            }
        }
        return events;
    }
}
