package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector.Plan;
import io.github.dingtalkcamel.simulator.fault.FaultInjector.Planned;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is sent again, and what is not (docs/promises.md 5, "Sending again"). Session webhooks are on one simulator, the robot API on
 * another that can go away.
 */
class SendingAgainTest {

    private static final Duration SILENCE = Duration.ofMillis(1_200);
    private static final String ROBOT = "/v1.0/robot/oToMessages/batchSend";
    private static final String SESSION = "/robot/sendBySession";

    private static Bot bot;
    private static Simulator robots;
    private static int people;

    @BeforeAll
    static void start() throws Exception {
        robots = robots(0);
        bot = Bot.withSettings(Map.of("dingtalk.api-base-url", robots.url(), "dingtalk.max-message-length", "100"))
                .property("camel.component.dingtalk.configuration.timeout", String.valueOf(SILENCE.toMillis())).start();
    }

    private static Simulator robots(int port) {
        Simulator simulator = Simulator.start(SimulatorOptions.defaults().port(port));
        simulator.addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET));
        return simulator;
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
        robots.close();
    }

    @AfterEach
    void peace() {
        bot.simulator().faults().clear();
        robots.faults().clear();
    }

    static Stream<Arguments> passingFaults() {
        return Stream.of(passing("throttled", Plan::throttle), passing("500", plan -> plan.fail(500)),
                passing("502 without a body", plan -> plan.fail(502)), passing("503", plan -> plan.fail(503)), passing("busy", Plan::busy),
                passing("connection lost", Plan::dropBefore), passing("blocked",
                        plan -> plan.answer(200, "{\"status\":1111,\"wait\":5,\"source\":\"x5\",\"punish\":\"deny\",\"uuid\":\"u\"}")));
    }

    private static Arguments passing(String name, Function<Plan, Planned> fault) {
        return Arguments.of(name, fault);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passingFaults")
    void sendsAgainWhatPassesAndDeliversItOnce(String name, Function<Plan, Planned> fault) {
        Planned onSession = fault.apply(bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).times(2));
        PushResult bySession = say("by session", false);
        await(bySession, "done");
        assertThat(bot.replies(bySession.conversationId())).containsExactly("by session");
        assertThat(onSession.triggered()).isEqualTo(2);

        Planned onRobot = fault.apply(robots.faults().on(ApiFamily.ROBOT).times(2));
        PushResult byRobot = say("by robot", true);
        await(byRobot, "done");
        assertThat(robots.deliveriesTo(byRobot.conversationId())).singleElement()
                .satisfies(one -> assertThat(one.text()).isEqualTo("by robot"));
        assertThat(onRobot.triggered()).isEqualTo(2);
        assertThat(deadLetters(byRobot)).isEmpty();
    }

    @Test
    void sendsAgainWhenTheConnectionIsRefused() throws Exception {
        int port = robots.port();
        robots.close();
        PushResult sent = say("is anybody there?", true);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select state from message where msg_id = '" + sent.msgId() + "'")
                .equals(List.of(List.of("running"))));
        robots = robots(port);

        await(sent, "done");
        assertThat(robots.deliveriesTo(sent.conversationId())).hasSize(1);
    }

    @Test
    void isReadOnceWhenOnlyTheAnswerOfASessionWebhookWasLost() throws Exception {
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).times(2).dropAfter();
        PushResult sent = say("once", false);
        await(sent, "done");

        assertThat(bot.replies(sent.conversationId())).containsExactly("once");
        List<String> uuids = requests(bot.simulator(), SESSION, "once").stream().map(SendingAgainTest::msgUuid).toList();
        assertThat(uuids).hasSize(3).containsOnly(uuids.get(0)).doesNotContain("");
    }

    static Stream<Arguments> silences() {
        return Stream.of(passing("never answers", Plan::neverAnswer),
                passing("answers too late", plan -> plan.slow(SILENCE.multipliedBy(3))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("silences")
    void doesNotSendAgainWhatMayHaveArrived(String name, Function<Plan, Planned> fault) {
        fault.apply(bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).untilCleared());
        PushResult sent = say("perhaps, " + name, false);
        await(sent, "dead");

        assertThat(requests(bot.simulator(), SESSION, "perhaps, " + name)).hasSize(1);
        assertThat(deadLetters(sent)).singleElement().satisfies(letter -> {
            assertThat(letter.get(0)).isEqualTo("timeout");
            assertThat((String) letter.get(2)).isEqualTo("Ask the recipient whether it arrived");
            assertThat(letter.get(4)).isEqualTo("[\"perhaps, " + name + "\"]");
        });
    }

    @Test
    void neverRepeatsWhatIsRefusedForGood() {
        // with a token that is good: another test may have left one that has expired, whose refusal is repeated with a new one
        await(say("allowed", true), "done");
        robots.faults().on(ApiFamily.ROBOT).untilCleared().noPermission();
        PushResult sent = say("not allowed", true);
        await(sent, "dead");

        assertThat(requests(robots, ROBOT, "not allowed")).hasSize(1);
        assertThat(deadLetters(sent)).singleElement().satisfies(letter -> {
            assertThat(letter.get(0)).isEqualTo("Forbidden.AccessDenied.AccessTokenPermissionDenied");
            assertThat((String) letter.get(2)).contains("qyapi_robot_sendmsg").contains("publish it, then try again");
            assertThat(((Number) letter.get(3)).intValue()).isEqualTo(1);
        });
    }

    @Test
    void keepsTheOrderOfAConversationAndDelaysNoOtherWhileItWaits() {
        robots.faults().on(ApiFamily.ROBOT).untilCleared().throttle();
        String waiting = "person" + ++people;
        PushResult first = bot.say(UserMessage.text("one").from(waiting).sessionExpiresAt(Instant.now()));
        bot.say(UserMessage.text("two").from(waiting).sessionExpiresAt(Instant.now()));
        PushResult last = bot.say(UserMessage.text("three").from(waiting));
        PushResult other = say("other", false);
        await(other, "done");

        await(first, "running");
        assertThat(state(last)).isEqualTo("received");
        robots.faults().clear();
        await(last, "done");
        assertThat(robots.deliveriesTo(first.conversationId())).extracting(one -> one.text()).containsExactly("one", "two");
        assertThat(bot.simulator().deliveriesTo(first.conversationId())).extracting(one -> one.text()).containsExactly("three");
        assertThat(robots.deliveriesTo(first.conversationId()).get(1).time())
                .isBefore(bot.simulator().deliveriesTo(first.conversationId()).get(0).time());
    }

    @Test
    void keepsTheChunksThatAreLeftWhenItGivesUp() {
        String text = "one " + "a".repeat(80) + "\n\ntwo " + "b".repeat(80) + "\n\nthree " + "c".repeat(80);
        robots.faults().on(ApiFamily.ROBOT).times(3).busy();
        robots.faults().on(ApiFamily.ROBOT).after(1).untilCleared().expireToken();
        PushResult sent = say(text, true);
        await(sent, "dead");

        assertThat(robots.deliveriesTo(sent.conversationId())).extracting(one -> one.text()).singleElement().asString().startsWith("one a");
        assertThat(deadLetters(sent)).singleElement().satisfies(letter -> {
            assertThat(letter.get(0)).isEqualTo("InvalidAuthentication");
            assertThat(((Number) letter.get(3)).intValue()).as("one try and eight repeats, for each chunk").isEqualTo(9);
            assertThat((String) letter.get(4)).startsWith("[\"two b").contains("\"three c").doesNotContain("one a");
        });
        assertThat(requests(robots, ROBOT, "two b")).as("each try with the token that was there, then with a new one").hasSize(18);
        assertThat(bot.rows("select * from reply")).isEmpty();
    }

    @Test
    void growsTheDelayBetweenRepeats() {
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).times(5).throttle();
        PushResult sent = say("slower and slower", false);
        await(sent, "done");

        List<Instant> times = requests(bot.simulator(), SESSION, "slower and slower").stream().map(RecordedRequest::time).toList();
        assertThat(times).hasSize(6);
        // 10, 20, 40, 80 and 160 ms, each give or take a fifth of itself and of those before
        assertThat(Duration.between(times.get(4), times.get(5))).isGreaterThan(Duration.ofMillis(50));
        assertThat(Duration.between(times.get(0), times.get(5))).isGreaterThan(Duration.ofMillis(125));
    }

    private static PushResult say(String text, boolean byRobot) {
        UserMessage said = UserMessage.text(text).from("person" + ++people);
        PushResult sent = bot.say(byRobot ? said.sessionExpiresAt(Instant.now()) : said);
        assertThat(sent.accepted()).isTrue();
        return sent;
    }

    private static void await(PushResult sent, String state) {
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> state(sent), state::equals);
    }

    private static String state(PushResult sent) {
        return (String) bot.rows("select state from message where msg_id = '" + sent.msgId() + "'").get(0).get(0);
    }

    private static List<List<Object>> deadLetters(PushResult sent) {
        return bot.rows("select d.code, d.reason, d.remedy, d.attempts, d.chunks from dead_letter d join message m on m.id = d.message_id "
                + "where m.msg_id = '"
                        + sent.msgId() + "'");
    }

    private static List<RecordedRequest> requests(Simulator simulator, String path, String text) {
        return simulator.requests().stream().filter(request -> request.path().equals(path) && request.body().contains(text)).toList();
    }

    private static String msgUuid(RecordedRequest request) {
        try {
            return new ObjectMapper().readTree(request.body()).path("msgUuid").asText();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
