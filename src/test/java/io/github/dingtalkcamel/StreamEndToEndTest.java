package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.simulator.stream.CardClickResult;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Redelivery;
import io.github.dingtalkcamel.simulator.stream.SimulatedAck;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.seda.SedaEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What is pushed over Stream connections, from the simulator through the whole application and back (docs/promises.md 4, 8;
 * docs/protocol.md 2).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(90)
class StreamEndToEndTest {

    private static final String GROUP = "cidFAKEgroup0001==";
    private static final String MESSAGES = "/v1.0/im/bot/messages/get";
    private static final String HANDED_ON =
            "seda:dingtalk-events?multipleConsumers=true&discardIfNoConsumers=true&waitForTaskToComplete=Never";
    private static final int REDELIVERIES = 40;

    private static final String HOOK = """
            - route:
                id: hook
                from:
                  uri: seda:dingtalk-events
                  parameters:
                    multipleConsumers: true
                  steps:
                    - process: { ref: hook }
            """;

    private static final String HEADERS = """
            - route:
                id: headers
                from:
                  uri: agent:headers
                  steps:
                    - process: { ref: headerNames }
            """;

    private static final String CLICKS = """
            - route:
                id: card-callback
                from:
                  uri: direct:inbound-card
                  steps:
                    - setBody:
                        simple: "${exchangeProperty.CamelDingTalkDelivery.details}"
                    - choice:
                        when:
                          - simple: "${body[outTrackId]} == 'slow'"
                            steps:
                              - delay: { constant: "4000" }
                          - simple: "${body[outTrackId]} == 'broken'"
                            steps:
                              - throwException:
                                  exceptionType: java.lang.IllegalArgumentException
                                  message: out of order
                    - setBody:
                        simple: '{"cardData":{"cardParamMap":{"who":"${body[userId]}"}}}'
            """;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch hookHeld = new CountDownLatch(0);
    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        Processor hook = exchange -> {
            hookHeld.await();
            heard.add(exchange.getMessage().getHeader("CamelDingTalkEventId", String.class));
        };
        Processor headerNames = exchange -> exchange.getMessage().setBody("has " + exchange.getMessage().getHeaders().keySet());
        Duration[] retries = Stream.generate(() -> Duration.ofMillis(200)).limit(REDELIVERIES).toArray(Duration[]::new);
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true"),
                SimulatorOptions.defaults().stream(StreamOptions.defaults().eventRetries(retries)))
                .bean("hook", hook).bean("headerNames", headerNames).route("hook.yaml", HOOK).route("headers.yaml", HEADERS)
                .route("inbound-card.camel.yaml", CLICKS).start();
        until(() -> open(bot).size() == 2);
    }

    @AfterAll
    void stop() throws Exception {
        hookHeld.countDown();
        bot.close();
    }

    static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition);
    }

    static List<Connection> open(Bot bot) {
        return bot.simulator().stream().connections(Bot.APP_KEY).stream().filter(connection -> connection.state() == Connection.State.OPEN)
                .toList();
    }

    private static UserMessage said(String text, String person) {
        return UserMessage.text(text).from(person).byStream();
    }

    private String dm(String person) {
        return bot.simulator().dm(Bot.APP_KEY, person);
    }

    private List<List<Object>> row(String msgId) {
        return bot.rows("select count(*) from message where msg_id = '" + msgId + "'");
    }

    @Test
    void answersInADm() {
        PushResult sent = bot.say(said("hello", "ann"));

        assertThat(sent.fault()).isNull();
        assertThat(sent.status()).isEqualTo(200);
        assertThat(sent.body()).isEqualTo("{\"response\":null}");
        assertThat(bot.awaitReplies(dm("ann"), 1)).containsExactly("hello");
    }

    @Test
    void anAgentIsGivenTheSameHeadersByStreamAndByWebhook() {
        assertThat(bot.say(said("/bind headers", "header-reader")).accepted()).isTrue();
        bot.awaitReplies(dm("header-reader"), 1);
        assertThat(bot.say(said("by stream", "header-reader")).accepted()).isTrue();
        assertThat(bot.say(UserMessage.text("by webhook").from("header-reader").byWebhook()).accepted()).isTrue();

        List<String> replies = bot.awaitReplies(dm("header-reader"), 3);
        assertThat(replies.get(1)).contains("CamelDingTalkMessageId").isEqualTo(replies.get(2));
    }

    @Test
    void answersInAGroupWhereItIsMentioned() {
        assertThat(bot.say(said("not for you", "ben").inGroup(GROUP).withoutMention()).accepted()).isTrue();
        assertThat(bot.say(said("hello", "ben").inGroup(GROUP)).accepted()).isTrue();

        assertThat(bot.awaitReplies(GROUP, 1)).containsExactly("@ben\n\nhello");
    }

    @Test
    void keepsTheOrderOfAConversation() {
        List<String> texts = IntStream.range(0, 30).mapToObj(i -> "text " + i).toList();

        texts.forEach(text -> assertThat(bot.say(said(text, "cleo")).accepted()).isTrue());

        assertThat(bot.awaitReplies(dm("cleo"), texts.size())).isEqualTo(texts);
    }

    @Test
    void acknowledgesWhatIsStoredAndNothingElse() throws Exception {
        CompletableFuture<Void> held = new CompletableFuture<Void>().completeOnTimeout(null, 10, TimeUnit.SECONDS);
        CountDownLatch holding = new CountDownLatch(1);
        CompletableFuture<?> write = bot.store().write(connection -> {
            holding.countDown();
            return held.join();
        });
        try {
            assertThat(holding.await(10, TimeUnit.SECONDS)).isTrue();
            long before = received();
            CompletableFuture<PushResult> push = bot.simulator().sayAsync(said("keep this", "dora").msgId("kept"));
            until(() -> received() == before + 1);
            // the reading thread is free: it answers what needs no store
            assertThat(bot.simulator().stream().push(null, "CALLBACK", "/v1.0/unknown", "{}").status()).isEqualTo(404);

            assertThat(push).isNotDone();
            assertThat(row("kept")).isEqualTo(List.of(List.of(0)));
            held.complete(null);
            assertThat(push.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(row("kept")).isEqualTo(List.of(List.of(1)));
        } finally {
            held.complete(null);
            write.get(20, TimeUnit.SECONDS);
        }
        assertThat(bot.awaitReplies(dm("dora"), 1)).containsExactly("keep this");
    }

    private long received() throws Exception {
        return (long) metric(bot, "dingtalk_stream_messages_total");
    }

    static double metric(Bot bot, String name) throws Exception {
        return bot.get(bot.managementUrl() + "/observe/metrics").body().lines()
                .filter(line -> line.startsWith(name + "{integration=\"main\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1))).findFirst().orElseThrow();
    }

    @Test
    void handlesOnceWhatComesTwiceWithinMillisecondsOnTwoConnections() {
        bot.simulator().stream().redelivery(Redelivery.duplicateAlways());
        PushResult sent;
        try {
            sent = bot.say(said("twice", "emma"));
        } finally {
            bot.simulator().stream().redelivery(Redelivery.none());
        }
        PushResult again = bot.say(said("twice", "emma").msgId(sent.msgId()));
        bot.say(said("after", "emma"));

        assertThat(again.accepted()).isTrue();
        assertThat(again.messageId()).isNotEqualTo(sent.messageId());
        assertThat(bot.awaitReplies(dm("emma"), 2)).containsExactly("twice", "after");
        assertThat(row(sent.msgId())).isEqualTo(List.of(List.of(1)));
    }

    @Test
    void acknowledgesBothOfTwo() {
        bot.simulator().stream().redelivery(Redelivery.duplicateAlways());
        Instant begin = Instant.now();
        try {
            assertThat(bot.say(said("twice", "fay")).accepted()).isTrue();
        } finally {
            bot.simulator().stream().redelivery(Redelivery.none());
        }

        until(() -> acksSince(begin).size() == 2);
        assertThat(acksSince(begin)).allSatisfy(ack -> assertThat(ack.code()).isEqualTo(200))
                .extracting(SimulatedAck::messageId, SimulatedAck::connectionId).doesNotHaveDuplicates();
        assertThat(acksSince(begin)).extracting(SimulatedAck::connectionId).doesNotHaveDuplicates();
    }

    private List<SimulatedAck> acksSince(Instant begin) {
        return bot.simulator().stream().acks().stream().filter(ack -> MESSAGES.equals(ack.topic()) && !ack.time().isBefore(begin)).toList();
    }

    @Test
    void handlesOnceWhatComesByWebhookAndByStream() {
        for (boolean streamFirst : new boolean[] { true, false }) {
            String person = "gus" + streamFirst;
            UserMessage said = UserMessage.text("once").from(person).msgId("by-both-" + streamFirst);
            for (UserMessage way : streamFirst ? List.of(said.byStream(), said.byWebhook()) : List.of(said.byWebhook(), said.byStream())) {
                assertThat(bot.say(way).fault()).isNull();
            }
            bot.say(UserMessage.text("after").from(person).byWebhook());

            assertThat(bot.awaitReplies(dm(person), 2)).containsExactly("once", "after");
        }
    }

    @Test
    void answersNonsenseAndKeepsItsConnections() throws Exception {
        List<String> connections = ids();
        double refused = metric(bot, "dingtalk_stream_refused_total");

        for (String connection : connections) {
            bot.simulator().stream().write(connection, "nonsense");
            bot.simulator().stream().write(connection, "{\"type\":\"CALLBACK\"}");
        }
        PushResult oversized = bot.say(said("x".repeat(1_100_000), "hal"));
        PushResult topic = bot.simulator().stream().push(null, "CALLBACK", "/v1.0/nothing/known", "{}");
        PushResult type = bot.simulator().stream().push(null, "WEIRD", "/v1.0/im/bot/messages/get", "{}");
        PushResult noJson = bot.simulator().stream().push(null, "CALLBACK", MESSAGES, "no JSON");
        PushResult malformed = bot.say(said("hello", "hal").with("{\"conversationType\":\"3\"}"));

        assertThat(List.of(oversized.status(), topic.status(), type.status(), noJson.status(), malformed.status()))
                .containsExactly(400, 404, 404, 400, 400);
        assertThat(topic.fault()).contains("topic not exist");
        assertThat(type.fault()).contains("type not exist");
        assertThat(malformed.fault()).contains("conversationType");
        assertThat(ids()).isEqualTo(connections);
        for (String connection : connections) {
            assertThat(bot.say(UserMessage.text("still there").from("hal").byStream(connection)).accepted()).isTrue();
        }
        assertThat(bot.awaitReplies(dm("hal"), 2)).containsExactly("still there", "still there");
        assertThat(metric(bot, "dingtalk_stream_refused_total")).isGreaterThanOrEqualTo(refused + 8);
    }

    private List<String> ids() {
        return open(bot).stream().map(Connection::id).toList();
    }

    @Test
    void handsAnEventOnOnceAndSaysSuccess() {
        SimulatedEvent event = SimulatedEvent.of("user_add_org", "{\"userId\":[\"u1\"]}").id("event-once");

        for (int i = 0; i < 3; i++) {
            PushResult sent = bot.simulator().stream().event(event);
            assertThat(sent.fault()).isNull();
            assertThat(sent.body()).contains("\"status\":\"SUCCESS\"");
        }
        bot.simulator().stream().event(event.id("event-after"));

        until(() -> heard.contains("event-after"));
        assertThat(heard).containsOnlyOnce("event-once");
    }

    @Test
    void saysLaterWhileTheHooksAreFullAndTakesTheEventWhenItComesAgain() throws Exception {
        SedaEndpoint hooks = bot.context().getEndpoint(HANDED_ON, SedaEndpoint.class);
        List<PushResult> sent = new ArrayList<>();
        hookHeld = new CountDownLatch(1);
        try (ProducerTemplate template = bot.context().createProducerTemplate()) {
            // the hook's own thread takes some more before the queue fills for good
            until(() -> {
                while (hooks.getQueue().remainingCapacity() > 0) {
                    template.sendBodyAndHeader(hooks, "filler", "CamelDingTalkEventId", "filler");
                }
                sent.add(bot.simulator().stream().event(SimulatedEvent.of("user_add_org", "{}").id("full-" + sent.size())));
                return !sent.get(sent.size() - 1).accepted();
            });
            PushResult last = sent.get(sent.size() - 1);
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.body()).contains("\"status\":\"LATER\"");
            // messages have a queue of their own
            assertThat(bot.say(said("meanwhile", "ida")).accepted()).isTrue();
        } finally {
            hookHeld.countDown();
        }

        until(() -> heard.contains("full-" + (sent.size() - 1)) && bot.simulator().stream().waitingEvents() == 0
                && hooks.getQueue().isEmpty());
        for (int i = 0; i < sent.size(); i++) {
            assertThat(heard).containsOnlyOnce("full-" + i);
        }
    }

    @Test
    void answersAClickWithTheBodyOfItsRoute() {
        CardClickResult clicked = bot.simulator().stream().click(CardClick.on("card-1", "approve").by("staff002"));

        assertThat(clicked.fault()).isNull();
        assertThat(clicked.response()).isEqualTo("{\"cardData\":{\"cardParamMap\":{\"who\":\"staff002\"}}}");
        assertThat(clicked.took()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void answersAClickInTimeWithoutAChangeWhereItsRouteIsSlowOrFails() {
        for (String card : List.of("slow", "broken")) {
            CardClickResult clicked = bot.simulator().stream().click(CardClick.on(card, "approve"));

            assertThat(clicked.fault()).as(card).isNull();
            assertThat(clicked.response()).as(card).isEqualTo("{}");
            assertThat(clicked.took()).as(card).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void putsFragmentsTogether() {
        bot.simulator().stream().fragments(7);
        try {
            assertThat(bot.say(said("你好 😀 ".repeat(100), "jo")).accepted()).isTrue();
        } finally {
            bot.simulator().stream().fragments(1);
        }
        assertThat(bot.awaitReplies(dm("jo"), 1)).containsExactly("你好 😀 ".repeat(100).strip());
    }
}
