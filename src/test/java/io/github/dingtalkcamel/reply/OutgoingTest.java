package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector.Planned;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Replies on a bad day (docs/promises.md 5): the ladder, DingTalk throttling, DingTalk unavailable. Four turns may run at once, so a turn
 * that held a place too long would show.
 */
class OutgoingTest {

    private static final String ROBOT = "/v1.0/robot/oToMessages/batchSend";
    private static final String SESSION = "/robot/sendBySession";
    private static final String FIVE = IntStream.rangeClosed(1, 5).mapToObj(number -> number + " " + "x".repeat(80))
            .collect(Collectors.joining("\n\n"));
    private static final String POLITE = "dingtest000000000002";
    private static final Set<String> ASKED = ConcurrentHashMap.newKeySet();
    private static final List<String> TWICE = new ArrayList<>();

    private static Bot bot;
    private static int people;

    /** The agent: says what it is told, and remembers. */
    public static final class Parrot {
        public String say(@Body String text) {
            if (!ASKED.add(text)) {
                TWICE.add(text);
            }
            return text;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.max-message-length", "100", "dingtalk.max-running-turns", "4", "dingtalk.queue-capacity",
                "70", "dingtalk.integrations.polite.app-key", POLITE, "dingtalk.integrations.polite.app-secret",
                POLITE + "-secret-0123456789-abcdefghijklmnop", "dingtalk.integrations.polite.thinking-reaction", "true"))
                .bean("parrot", new Parrot()).route("parrot.camel.yaml", """
                        - route:
                            id: parrot
                            from:
                              uri: agent:parrot
                              parameters:
                                trigger: main
                              steps:
                                - setBody:
                                    method: { ref: parrot, method: say }
                        """).start();
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
    void goesOnByTheRobotApiWhenTheSessionWebhookExpiresBetweenTwoChunks() {
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).after(2).expireToken();
        PushResult sent = bot.say(UserMessage.text(FIVE).from(newPerson()));
        await(sent, "done");

        List<Delivery> shown = bot.simulator().deliveriesTo(sent.conversationId());
        assertThat(shown).extracting(one -> one.text().charAt(0)).containsExactly('1', '2', '3', '4', '5');
        assertThat(shown).extracting(Delivery::channel).containsExactly(Delivery.Channel.SESSION, Delivery.Channel.SESSION,
                Delivery.Channel.OTO, Delivery.Channel.OTO, Delivery.Channel.OTO);
        assertThat(requests(SESSION, "4 xxx")).as("a webhook that has expired is not asked again").isEmpty();
    }

    @Test
    void sendsNothingASecondTimeWhereTheSessionExpiredAfterAnAnswerWasLost() {
        String who = newPerson();
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).dropAfter();
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).expireToken();
        PushResult sent = bot.say(UserMessage.text("taken, or not taken? " + who).from(who));
        await(sent, "dead");

        assertThat(bot.replies(sent.conversationId())).hasSize(1);
        assertThat(requests(SESSION, who)).hasSize(2);
        assertThat(requests(ROBOT, who)).isEmpty();
        assertThat(bot.rows("select code, remedy from dead_letter d join message m on m.id = d.message_id where m.msg_id = '" + sent.msgId()
                + "'"))
                .containsExactly(List.of("lost", "Ask the recipient whether it arrived"));
    }

    @Test
    void sendsNothingOfATurnThatWasStoppedWhileItsReplyWaited() {
        String who = newPerson();
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().fail(502);
        PushResult waiting = bot.say(UserMessage.text("refused for good").from(who).sessionExpiresAt(Instant.now()));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().yielded() == 1);
        PushResult stop = bot.say(UserMessage.text("/stop").from(who));
        await(stop, "done");

        bot.simulator().faults().clear();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().yielded() == 0 && bot.queue().running() == 0);

        assertThat(requests(ROBOT, "refused for good")).allMatch(request -> request.status() == 502);
        assertThat(bot.rows("select state from message where msg_id = '" + waiting.msgId() + "'")).isEqualTo(List.of(List.of("stopped")));
        assertThat(bot.rows("select 1 from dead_letter d join message m on m.id = d.message_id where m.msg_id = '" + waiting.msgId() + "'"))
                .isEmpty();
    }

    @Test
    void outlastsAStormOfThrottlingInOrderAndDelaysNoOtherConversation() {
        Planned limit = bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().limit(20, Duration.ofSeconds(1), Duration.ZERO);
        Map<String, List<PushResult>> said = new HashMap<>();
        for (int number = 0; number < 4; number++) {
            for (int person = 0; person < 15; person++) {
                String who = "stormy" + person;
                PushResult sent = bot.say(UserMessage.text("storm " + who + " " + number).from(who).sessionExpiresAt(Instant.now()));
                assertThat(sent.accepted()).isTrue();
                said.computeIfAbsent(sent.conversationId(), key -> new ArrayList<>()).add(sent);
            }
        }
        PushResult other = bot.say(UserMessage.text("by another way").from(newPerson()));
        await(other, "done");
        Instant otherDone = bot.simulator().deliveriesTo(other.conversationId()).get(0).time();
        said.values().forEach(each -> each.forEach(sent -> await(sent, "done")));

        said.forEach((conversation, each) -> assertThat(bot.replies(conversation)).extracting(text -> text.substring(text.length() - 1))
                .containsExactly("0", "1", "2", "3"));
        List<RecordedRequest> refused = requests(ROBOT, "storm").stream().filter(request -> request.status() == 403).toList();
        assertThat(limit.triggered()).isEqualTo(refused.size()).isPositive();
        assertThat(refused).as("refused after those that were under way at the first refusal")
                .allMatch(request -> request.time().isBefore(refused.get(0).time().plusMillis(500)));
        assertThat(refused).extracting(request -> request.body().replaceAll("(?s).*storm (stormy[0-9]+) [0-9].*", "$1"))
                .as("one of a conversation").doesNotHaveDuplicates();
        assertThat(said.keySet().stream().flatMap(conversation -> bot.simulator().deliveriesTo(conversation).stream()).map(Delivery::time))
                .anyMatch(otherDone::isBefore);
        assertThat(bot.rows("select 1 from dead_letter where code <> 'lost'")).isEmpty();
    }

    @Test
    void outlastsDingTalksAbsenceAndARestartInItInOrderAskingNoAgentTwice() throws Exception {
        bot.simulator().faults().everywhere().untilCleared().fail(502);
        Map<String, List<PushResult>> said = new HashMap<>();
        int refused = 0;
        for (int number = 0; number < 6; number++) {
            for (int person = 0; person < 20; person++) {
                UserMessage one = UserMessage.text("away " + person + " " + number).from("patient" + person);
                PushResult sent = bot.say(person % 2 == 0 ? one : one.sessionExpiresAt(Instant.now()));
                if (sent.accepted()) {
                    said.computeIfAbsent(sent.conversationId(), key -> new ArrayList<>()).add(sent);
                } else {
                    assertThat(sent.status()).isEqualTo(503);
                    refused++;
                }
            }
        }
        int accepted = said.values().stream().mapToInt(List::size).sum();
        assertThat(refused).as("more than the queue holds is refused").isPositive();
        assertThat(accepted).isBetween(70, 70 + 4);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().yielded() == 20 && bot.queue().running() == 0);
        assertThat(bot.rows("select 1 from reply r join message m on m.id = r.message_id where m.state = 'running'")).hasSize(20);
        assertThat(bot.get(bot.managementUrl() + "/observe/health").body()).contains("is unavailable since").contains("HTTP 502");

        bot.stop();
        assertThat(bot.start().rows("select count(*) from message where state = 'running'")).isEqualTo(List.of(List.of(20)));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().yielded() == 20);
        bot.simulator().faults().clear();
        said.values().forEach(each -> each.forEach(sent -> await(sent, "done")));

        said.forEach((conversation, each) -> assertThat(bot.replies(conversation)).as("in order, once each")
                .containsExactlyElementsOf(IntStream.range(0, each.size())
                        .mapToObj(number -> bot.replies(conversation).get(0).replaceFirst("0$", "" + number))
                        .toList()));
        assertThat(TWICE).as("agents asked twice").isEmpty();
        assertThat(bot.rows("select 1 from dead_letter where code <> 'lost'")).isEmpty();
        assertThat(bot.rows("select max(attempts) from message")).isEqualTo(List.of(List.of(1)));
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.queue().yielded() == 0 && bot.queue().running() == 0 && bot.queue().remainingCapacity() == 70);
    }

    @Test
    void showsThatItThinksUntilTheReplyIsOutAndNoMoreOnceThatFailed() {
        bot.simulator().addApp(SimulatedApp.of(POLITE, POLITE + "-secret-0123456789-abcdefghijklmnop"));
        bot.simulator().callbackUrl(POLITE, bot.webhookUrl("polite"));
        String shown = "/v1.0/robot/emotion/reply";
        PushResult sent = bot.say(UserMessage.text("think").to(POLITE).from(newPerson()));
        await(sent, "done");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> requests("/v1.0/robot/emotion/recall", sent.msgId()).size() == 1);
        assertThat(requests(shown, sent.msgId())).hasSize(1);
        assertThat(bot.simulator().reaction(sent.msgId())).isNull();

        bot.simulator().faults().on(ROBOT).untilCleared().throttle();
        String who = newPerson();
        PushResult stopped = bot.say(UserMessage.text("think in vain").to(POLITE).from(who).sessionExpiresAt(Instant.now()));
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.queue().yielded() == 1 && bot.simulator().reaction(stopped.msgId()) != null);
        await(bot.say(UserMessage.text("/stop").to(POLITE).from(who)), "done");
        bot.simulator().faults().clear();
        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> bot.simulator().reaction(stopped.msgId()) == null);

        try (LogLines log = LogLines.listen()) {
            Planned fault = bot.simulator().faults().on(shown).untilCleared().noPermission();
            await(bot.say(UserMessage.text("think again").to(POLITE).from(newPerson())), "done");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> log.containing("shows no reactions").size() == 1);
            int tries = fault.triggered();
            PushResult last = bot.say(UserMessage.text("think no more").to(POLITE).from(newPerson()));
            await(last, "done");
            assertThat(fault.triggered()).isEqualTo(tries);
            assertThat(bot.replies(last.conversationId())).containsExactly("think no more");
        }
        assertThat(bot.simulator().requests().stream().filter(request -> request.path().equals(shown)).map(RecordedRequest::body))
                .as("the other integration has it switched off").allMatch(body -> body.contains(POLITE));
    }

    @Test
    void refusesAtOnceThoseWhoDoNotWaitOnceACustomRobotIsMute() {
        bot.simulator().addCustomRobot(CustomRobot.of("c".repeat(64), "cidStormGroup=="));
        List<Exception> failures = new ArrayList<>();
        for (int call = 0; call < 25; call++) {
            Exchange made = notice(URI.create(bot.simulator().url() + "/robot/send?access_token=" + "c".repeat(64)), call);
            if (made.getException() != null) {
                failures.add(made.getException());
            }
        }
        assertThat(bot.replies("cidStormGroup==")).hasSize(20);
        assertThat(failures).hasSize(5);
        assertThat(failures.get(0)).isInstanceOf(ThrottledException.class);
        assertThat(failures.subList(1, 5)).as("DingTalk's ten minutes are not made longer")
                .allMatch(CallNotPermittedException.class::isInstance);
        assertThat(failures.get(4)).hasMessageContaining("custom robot").hasMessageNotContaining("cccc");
    }

    @Test
    void tellsThrottlingByItsCodeOnTheOlderApiToo() {
        bot.simulator().faults().on("/topapi/v2/department/listsub").throttle();
        assertThat(departments().getException()).isInstanceOfSatisfying(ThrottledException.class,
                e -> assertThat(e.code()).isEqualTo("90018"));
        assertThat(departments().getException()).isInstanceOf(CallNotPermittedException.class);
    }

    private static Exchange departments() {
        return bot.context().createProducerTemplate().request("dingtalk:api?integration=main&path=/topapi/v2/department/listsub",
                exchange -> exchange.getMessage().setBody(Map.of("dept_id", 1)));
    }

    private static Exchange notice(URI robot, int number) {
        return bot.context().createProducerTemplate().request("dingtalk:robot", exchange -> {
            exchange.setProperty(RobotAddress.PROPERTY, new RobotAddress("main", robot, Secret.UNSET, OptionNames.OF_URI));
            exchange.getMessage().setBody(Map.of("msgtype", "text", "text", Map.of("content", "notice " + number)));
        });
    }

    private static String newPerson() {
        return "person" + ++people;
    }

    private static void await(PushResult sent, String state) {
        Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(10)).until(() -> (String) bot.rows(
                "select state from message where msg_id = '" + sent.msgId() + "'").get(0).get(0), state::equals);
    }

    private static List<RecordedRequest> requests(String path, String text) {
        return bot.simulator().requests().stream().filter(request -> request.path().equals(path) && request.body().contains(text)).toList();
    }
}
