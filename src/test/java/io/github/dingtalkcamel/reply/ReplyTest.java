package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** By which way a reply goes out, and in what form (docs/promises.md 5). */
class ReplyTest {

    private static final String LONG = "first " + "a".repeat(80) + "\n\nsecond " + "b".repeat(80) + "\n\nthird " + "c".repeat(80);

    private static Bot bot;
    private static int people;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.max-message-length", "120")).start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @AfterEach
    void peace() {
        bot.simulator().faults().clear();
    }

    @Test
    void goesByTheSessionWebhookWhileThatHasMoreThanAMinute() {
        Delivery soon = reply(UserMessage.text("soon").sessionExpiresAt(Instant.now().plusSeconds(75)));
        assertThat(soon.channel()).isEqualTo(Delivery.Channel.SESSION);
        assertThat(soon.type()).isEqualTo("markdown");
        assertThat(soon.at()).isEqualTo(Delivery.At.NONE);

        Delivery late = reply(UserMessage.text("late").sessionExpiresAt(Instant.now().plusSeconds(59)));
        assertThat(late.channel()).isEqualTo(Delivery.Channel.OTO);
        assertThat(late.type()).isEqualTo("sampleMarkdown");
        assertThat(late.text()).isEqualTo("late");
    }

    @Test
    void goesByTheRobotApiToTheGroupWhenTheSessionIsNearItsEnd() {
        Delivery late = reply(UserMessage.text("to all").inGroup("cidFAKEgroup0002==").sessionExpiresAt(Instant.now().plusSeconds(30)));

        assertThat(late.channel()).isEqualTo(Delivery.Channel.GROUP);
        assertThat(late.conversationId()).isEqualTo("cidFAKEgroup0002==");
        assertThat(late.text()).as("the robot API knows no mentions").isEqualTo("to all");
    }

    @Test
    void isNeverPostedToAForeignOrigin() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        HttpServer foreign = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        foreign.createContext("/", call -> {
            calls.incrementAndGet();
            call.sendResponseHeaders(200, -1);
            call.close();
        });
        foreign.start();
        try {
            int port = foreign.getAddress().getPort();
            for (String url : List.of("http://127.0.0.1:" + port + "/robot/sendBySession?session=x",
                    "http://localhost:" + bot.simulator().port() + "/x",
                    bot.simulator().url().replace("http://", "http://user@evil.invalid/"), "ftp://127.0.0.1/x", "not a url")) {
                Delivery other = reply(UserMessage.text("hello").with("{\"sessionWebhook\":\"" + url + "\"}"));
                assertThat(other.channel()).as(url).isEqualTo(Delivery.Channel.OTO);
            }
            assertThat(calls).hasValue(0);
        } finally {
            foreign.stop(0);
        }
    }

    @Test
    void goesByTheRobotApiWhenDingTalkSaysThatTheSessionIsOver() {
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).expireToken();
        PushResult sent = say(UserMessage.text(LONG).from("person" + ++people));

        List<Delivery> deliveries = await(sent, 3);
        assertThat(deliveries).extracting(Delivery::channel).containsOnly(Delivery.Channel.OTO);
        assertThat(String.join("", texts(deliveries))).isEqualToIgnoringWhitespace(LONG);
        assertThat(requests("/robot/sendBySession", sent)).as("asked once, not for each chunk").hasSize(1);
    }

    @Test
    void turnsToThePersonInAGroupByItsFirstChunkOnly() {
        PushResult sent = say(UserMessage.text(LONG).from("staff002").inGroup("cidFAKEgroup0001=="));

        List<Delivery> deliveries = await(sent, 3);
        assertThat(deliveries).hasSizeGreaterThanOrEqualTo(3);
        assertThat(deliveries).extracting(Delivery::channel).containsOnly(Delivery.Channel.SESSION);
        assertThat(deliveries.get(0).text()).startsWith("@staff002\n\nfirst a").hasSizeLessThanOrEqualTo(120);
        assertThat(deliveries.get(0).at().userIds()).containsExactly("staff002");
        assertThat(deliveries.get(0).at().all()).isFalse();
        assertThat(deliveries.subList(1, deliveries.size())).allSatisfy(later -> {
            assertThat(later.text()).doesNotContain("@staff002").hasSizeLessThanOrEqualTo(120);
            assertThat(later.at().userIds()).isEmpty();
        });
        assertThat(String.join("", texts(deliveries))).isEqualToIgnoringWhitespace("@staff002" + LONG);
    }

    @Test
    void sendsAChunkWhenTheOneBeforeWasTaken() {
        bot.simulator().faults().on("/robot/sendBySession").after(1).times(2).throttle();
        PushResult sent = say(UserMessage.text(LONG).from("person" + ++people));

        List<Delivery> deliveries = await(sent, 3);
        assertThat(texts(deliveries)).extracting(text -> text.substring(0, 5)).containsExactly("first", "secon", "third");
        List<RecordedRequest> requests = requests("/robot/sendBySession", sent);
        assertThat(requests).extracting(RecordedRequest::body).extracting(body -> json(body).at("/markdown/text").asText().substring(0, 5))
                .containsExactly("first", "secon", "secon", "secon", "third");
        assertThat(requests.subList(1, 4)).extracting(request -> json(request.body()).path("msgUuid").asText()).as("the same on a repeat")
                .containsOnly(json(requests.get(1).body()).path("msgUuid").asText());
        assertThat(requests).extracting(request -> json(request.body()).path("msgUuid").asText()).as("another for each chunk")
                .doesNotContain("").satisfies(uuids -> assertThat(uuids.stream().distinct()).hasSize(3));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> state(sent).equals("done"));
        assertThat(bot.rows("select * from reply")).as("progress is kept only while it is needed").isEmpty();
    }

    @Test
    void isTitledByItsFirstHeadingOrLine() {
        assertThat(reply(UserMessage.text("# Release notes\\n\nbody text".replace("\\n", ""))).title()).isEqualTo("Release notes");
        Delivery robot = reply(UserMessage.text("**bold** line\n\nmore").sessionExpiresAt(Instant.now()));
        assertThat(robot.title()).isEqualTo("bold line");
    }

    @Test
    void handsTheRobotApiItsParametersAsAString() {
        PushResult sent = say(UserMessage.text("\"quoted\" 中文 \uD83D\uDE80").from("person" + ++people).sessionExpiresAt(Instant.now()));
        await(sent, 1);

        RecordedRequest request = bot.simulator().requests().stream()
                .filter(one -> one.path().equals("/v1.0/robot/oToMessages/batchSend") && one.body().contains("person" + people)).findFirst()
                .orElseThrow();
        JsonNode body = json(request.body());
        assertThat(body.path("robotCode").asText()).isEqualTo(Bot.APP_KEY);
        assertThat(body.path("userIds")).singleElement().extracting(JsonNode::asText).isEqualTo("person" + people);
        assertThat(body.path("msgKey").asText()).isEqualTo("sampleMarkdown");
        assertThat(body.path("msgParam").isTextual()).isTrue();
        assertThat(json(body.path("msgParam").asText()).path("text").asText()).isEqualTo("\"quoted\" 中文 \uD83D\uDE80");
        assertThat(request.headers().keySet()).as("no header of ours but these")
                .isSubsetOf("host", "content-type", "accept", "user-agent", "content-length",
                "connection", "accept-encoding", "x-acs-dingtalk-access-token", "transfer-encoding", "upgrade");
    }

    @Test
    void becomesADeadLetterForPeopleFromOutsideOnceTheirSessionIsOver() {
        PushResult sent = say(UserMessage.text("from outside").from("person" + ++people).without("senderStaffId")
                .sessionExpiresAt(Instant.now().plusSeconds(10)));

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> state(sent).equals("dead"));
        List<Object> letter = deadLetter(sent);
        assertThat(letter.get(0)).isEqualTo("noStaffId");
        assertThat((String) letter.get(2)).contains("while the session webhook lives");
        assertThat(letter.get(4)).isEqualTo("[\"from outside\"]");
        assertThat(reply(UserMessage.text("in time").without("senderStaffId")).text()).isEqualTo("in time");
    }

    @Test
    void becomesADeadLetterForPeopleWhomTheRobotCantReach() {
        String person = "person" + ++people;
        bot.simulator().addPerson(Person.of(person, "gone").with(Person.Reach.UNKNOWN));
        PushResult sent = say(UserMessage.text("hello?").from(person).sessionExpiresAt(Instant.now()));

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> state(sent).equals("dead"));
        assertThat(deadLetter(sent).get(0)).isEqualTo("invalidStaffId");
        assertThat((String) deadLetter(sent).get(2)).contains("visible range");
    }

    @Test
    void isSentAgainToPeopleWhoGetTooMuchJustNow() {
        String person = "person" + ++people;
        bot.simulator().addPerson(Person.of(person, "busy").with(Person.Reach.FLOW_CONTROLLED));
        PushResult sent = say(UserMessage.text("hello?").from(person).sessionExpiresAt(Instant.now()));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().requests().stream()
                .filter(one -> one.path().endsWith("batchSend") && one.body().contains(person)).count() > 1);
        bot.simulator().addPerson(Person.of(person, "free again"));

        assertThat(texts(await(sent, 1))).containsExactly("hello?");
    }

    private static PushResult say(UserMessage said) {
        PushResult sent = bot.say(said);
        assertThat(sent.accepted()).isTrue();
        return sent;
    }

    /** The one message that a new user gets for an answer. */
    private static Delivery reply(UserMessage said) {
        PushResult sent = say(said.from("person" + ++people));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> state(sent).equals("done"));
        List<Delivery> all = bot.simulator().deliveriesTo(sent.conversationId());
        assertThat(all).isNotEmpty();
        return all.get(all.size() - 1);
    }

    private static List<Delivery> await(PushResult sent, int count) {
        bot.awaitReplies(sent.conversationId(), count);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> state(sent).equals("done"));
        return bot.simulator().deliveriesTo(sent.conversationId());
    }

    private static List<String> texts(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::text).toList();
    }

    private static List<RecordedRequest> requests(String path, PushResult sent) {
        String session = sent.sessionWebhook().substring(sent.sessionWebhook().indexOf('?') + 1);
        return bot.simulator().requests().stream().filter(request -> request.path().equals(path) && session.equals(request.query()))
                .toList();
    }

    private static String state(PushResult sent) {
        return (String) bot.rows("select state from message where msg_id = '" + sent.msgId() + "'").get(0).get(0);
    }

    private static List<Object> deadLetter(PushResult sent) {
        return bot.rows("select d.code, d.reason, d.remedy, d.attempts, d.chunks from dead_letter d join message m on m.id = d.message_id "
                + "where m.msg_id = '"
                        + sent.msgId() + "'").get(0);
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
