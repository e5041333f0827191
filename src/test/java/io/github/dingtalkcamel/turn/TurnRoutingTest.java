package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which agent answers, what it gets and how its result is used (docs/promises.md 5). */
class TurnRoutingTest {

    private static final String NONE = "dingtest0000000none";
    private static final String GONE = "dingtest0000000gone";
    private static final String TRIGGERED = "dingtest000triggered";
    private static final String LONG_ANSWER = "答案 \uD83D\uDE80 " + "x".repeat(3_000);

    private static final String AGENTS = """
            - route:
                id: shout
                from:
                  uri: agent:shout
                  steps:
                    - setBody: { simple: "SHOUT ${body}" }
            - route:
                from:
                  uri: agent:silent
                  steps:
                    - setBody: { simple: "${null}" }
            - route:
                from:
                  uri: agent:blank
                  steps:
                    - setBody: { constant: "  \\n\\t " }
            - route:
                from:
                  uri: agent:failing
                  steps:
                    - throwException: { exceptionType: java.lang.IllegalStateException, message: "hidden cause of failing" }
            - route:
                from:
                  uri: agent:broken-body
                  steps:
                    - bean: { ref: oddities, method: brokenBody }
            - route:
                from:
                  uri: agent:error
                  steps:
                    - bean: { ref: oddities, method: error }
            - route:
                from:
                  uri: agent:interrupting
                  steps:
                    - bean: { ref: oddities, method: interrupt }
            - route:
                from:
                  uri: agent:rolling-back
                  steps:
                    - setBody: { constant: "rolled back" }
                    - rollback: { markRollbackOnly: true }
            - route:
                from:
                  uri: agent:wild
                  steps:
                    - removeHeaders: { pattern: "*" }
                    - setHeader: { name: CamelHttpUri, constant: "http://127.0.0.1:1/" }
                    - setHeader: { name: CamelHttpMethod, constant: DELETE }
                    - setHeader: { name: CamelRedeliveryCounter, constant: "7" }
                    - setHeader: { name: x-acs-dingtalk-access-token, constant: mine }
                    - setHeader: { name: CamelBeanMethodName, constant: getClass }
                    - setProperty: { name: CamelDingTalkTurn, constant: x }
                    - setProperty: { name: CamelDingTalkMessage, constant: x }
                    - setProperty: { name: CamelDingTalkReply, constant: x }
                    - setProperty: { name: CamelDingTalkAgent, constant: x }
                    - setProperty: { name: CamelDingTalkRequest, constant: x }
                    - setProperty: { name: CamelDingTalkLeft, constant: "true" }
                    - setProperty: { name: CamelRouteStop, simple: "${null}" }
                    - setVariable: { name: notice, constant: "true" }
                    - setVariable: { name: sessionExpired, constant: "true" }
                    - setVariable: { name: integration, constant: x }
                    - setBody: { constant: wild }
                    - stop: {}
            - route:
                from:
                  uri: agent:asynchronous
                  steps:
                    - threads: { poolSize: 2 }
                    - delay: { constant: "20" }
                    - setBody: { simple: "later: ${body}" }
            - route:
                from:
                  uri: agent:backend
                  steps:
                    - to: "{{test.backend}}"
            - route:
                from:
                  uri: agent:spy
                  steps:
                    - process: { ref: spy }
            - route:
                from:
                  uri: agent:delegating
                  steps:
                    - setBody: { simple: "re: ${body}" }
                    - to: agent:shout
            - route:
                from:
                  uri: direct:own
                  steps:
                    - to: agent:shout
            - route:
                id: first
                from:
                  uri: agent:first
                  parameters: { trigger: triggered }
                  steps:
                    - setBody: { simple: "first ${body}" }
            - route:
                id: second
                from:
                  uri: agent:second
                  parameters: { trigger: triggered }
                  steps:
                    - setBody: { simple: "second ${body}" }
            """;

    private static final AtomicReference<Map<String, Object>> SEEN_HEADERS = new AtomicReference<>();
    private static final AtomicReference<Map<String, Object>> SEEN_PROPERTIES = new AtomicReference<>();
    private static final AtomicReference<Object> SEEN_BODY = new AtomicReference<>();
    private static LogLines log;
    private static HttpServer backend;
    private static Bot bot;
    private static Bindings bindings;
    private static int people;

    @BeforeAll
    static void start() throws Exception {
        log = LogLines.listen();
        backend = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        backend.createContext("/", call -> {
            call.getRequestBody().readAllBytes();
            byte[] answer = LONG_ANSWER.getBytes(StandardCharsets.UTF_8);
            call.getResponseHeaders().add("Content-Type", "text/plain; charset=utf-8");
            call.getResponseHeaders().add("Set-Cookie", "a=b");
            call.sendResponseHeaders(200, answer.length);
            call.getResponseBody().write(answer);
            call.close();
        });
        backend.start();
        org.apache.camel.Processor spy = exchange -> {
            SEEN_HEADERS.set(Map.copyOf(exchange.getMessage().getHeaders()));
            SEEN_PROPERTIES.set(Map.copyOf(exchange.getProperties()));
            SEEN_BODY.set(exchange.getMessage().getBody());
        };
        bot = Bot.withSettings(Map.of()).bean("spy", spy).bean("oddities", new Oddities())
                .property("test.backend", "http://127.0.0.1:" + backend.getAddress().getPort() + "/ask")
                .route("agents-of-the-test.camel.yaml", AGENTS);
        integration("none", NONE, "none", "en");
        integration("gone", GONE, "not-there", "zh-Hans");
        integration("triggered", TRIGGERED, "echo", "en");
        bot.start();
        for (String id : List.of("none", "gone", "triggered")) {
            String key = id.equals("none") ? NONE : id.equals("gone") ? GONE : TRIGGERED;
            bot.simulator().callbackUrl(key, bot.webhookUrl().replace("/main", "/" + id));
        }
        bindings = bot.context().getRegistry().lookupByNameAndType("bindings", Bindings.class);
    }

    private static void integration(String id, String key, String fallback, String language) {
        bot.simulator().addApp(SimulatedApp.of(key, Bot.APP_SECRET));
        bot.set("dingtalk.integrations." + id + ".app-key", key).set("dingtalk.integrations." + id + ".app-secret", Bot.APP_SECRET)
                .set("dingtalk.integrations." + id + ".fallback-agent", fallback)
                .set("dingtalk.integrations." + id + ".language", language);
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
        backend.stop(0);
        bot.close();
    }

    @Test
    void letsTheConversationsBindingDecideBeforeTriggerAndFallback() {
        String person = "person" + ++people;
        String dm = bot.simulator().dm(TRIGGERED, person);
        bot.say(UserMessage.text("a").from(person).to(TRIGGERED));
        assertThat(bot.awaitReplies(dm, 1)).containsExactly("first a");
        bindings.bind("triggered", dm, "shout", "test");
        bot.say(UserMessage.text("b").from(person).to(TRIGGERED));
        assertThat(bot.awaitReplies(dm, 2)).last().isEqualTo("SHOUT b");
        bindings.unbind("triggered", dm);
        bot.say(UserMessage.text("c").from(person).to(TRIGGERED));
        assertThat(bot.awaitReplies(dm, 3)).last().isEqualTo("first c");

        Turned fallback = turned(null, "d");
        assertThat(fallback.replies()).containsExactly("d");
        assertThat(fallback.boundBy).isEqualTo("fallback");
    }

    @Test
    void tellsTheSenderWhereNoAgentIsSet() {
        String person = "person" + ++people;
        bot.say(UserMessage.text("anybody?").from(person).to(NONE));

        assertThat(bot.awaitReplies(bot.simulator().dm(NONE, person), 1)).singleElement().asString().contains("No agent is set up");
    }

    @Test
    void saysSoWhereTheAgentDoesNotRunAndLetsNoOtherAnswer() {
        Turned turn = turned("missing", "hello");
        assertThat(turn.replies())
                .containsExactly("Agent missing is not running just now. Please try again later, or ask an administrator.");
        assertThat(turn.state).isEqualTo("done");

        String person = "person" + ++people;
        bot.say(UserMessage.text("你好").from(person).to(GONE));
        assertThat(bot.awaitReplies(bot.simulator().dm(GONE, person), 1)).containsExactly("智能体 not-there 当前未运行，请稍后再试，或联系管理员。");
        assertThat(log.containing("Agent not-there is not running")).isNotEmpty();
    }

    @Test
    void keepsTheFirstTriggerAndCallsTheSecondAnErrorUntilTheFirstStops() throws Exception {
        String person = "person" + ++people;
        String dm = bot.simulator().dm(TRIGGERED, person);
        assertThat(log.containing("Integration triggered triggers agent first (route first)")).singleElement().asString()
                .startsWith("ERROR").contains("agent second (route second) has no effect");
        assertThat(bot.get(bot.managementUrl() + "/observe/health").body())
                .contains("Integration triggered has several triggers: first keeps it");

        bot.context().getRouteController().stopRoute("first");
        try {
            bot.say(UserMessage.text("x").from(person).to(TRIGGERED));
            assertThat(bot.awaitReplies(dm, 1)).containsExactly("second x");
            assertThat(bot.get(bot.managementUrl() + "/observe/health").body()).doesNotContain("several triggers");
        } finally {
            bot.context().getRouteController().startRoute("first");
        }
        bot.say(UserMessage.text("y").from(person).to(TRIGGERED));
        assertThat(bot.awaitReplies(dm, 2)).as("the first one running keeps it").last().isEqualTo("second y");
        bot.context().getRouteController().stopRoute("second");
        bot.context().getRouteController().startRoute("second");
        bot.say(UserMessage.text("z").from(person).to(TRIGGERED));
        assertThat(bot.awaitReplies(dm, 3)).last().isEqualTo("first z");
    }

    @ParameterizedTest
    @ValueSource(strings = { "silent", "blank" })
    void sendsNothingForABlankReply(String agent) {
        Turned turn = turned(agent, "hello");

        assertThat(turn.state).isEqualTo("done");
        assertThat(turn.replies()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "failing", "broken-body", "error" })
    void tellsTheSenderOfAFailureByAReferenceThatFindsItsCause(String agent) {
        Turned turn = turned(agent, "hello");

        Matcher reference = Pattern.compile("Sorry, this message could not be answered.*reference (main-\\d+)\\.")
                .matcher(turn.replies().get(0));
        assertThat(reference.matches()).isTrue();
        assertThat(turn.replies()).singleElement().asString().doesNotContain("hidden cause");
        assertThat(reference.group(1)).isEqualTo("main-" + turn.id);
        assertThat(log.containing("Turn " + reference.group(1) + ": agent " + agent + " failed")).singleElement().asString()
                .contains("hidden cause of " + agent);
        assertThat(turn.state).isEqualTo("failed");
        assertThat(turn.error).contains("hidden cause of " + agent);
    }

    @Test
    void isNotDisturbedByAnythingThatAnAgentLeavesOnItsExchange() {
        Turned turn = turned("wild", "hello");

        assertThat(turn.replies()).containsExactly("wild");
        assertThat(turn.state).isEqualTo("done");
        assertThat(turn.agent).isEqualTo("wild");
        assertThat(turned("rolling-back", "hello").replies()).containsExactly("rolled back");
    }

    @Test
    void answersTheNextTurnAfterAnAgentThatInterruptsItsThread() {
        for (int i = 0; i < 5; i++) {
            assertThat(turned("interrupting", "hello").replies()).containsExactly("interrupted");
        }
        assertThat(turned(null, "still there?").replies()).containsExactly("still there?");
    }

    @Test
    void waitsForAgentsThatAnswerOnOtherThreads() {
        assertThat(turned("asynchronous", "hello").replies()).containsExactly("later: hello");
    }

    @Test
    void takesTheAnswerOfAnHttpBackend() {
        assertThat(turned("backend", "hello").replies()).containsExactly(LONG_ANSWER);
    }

    @Test
    void handsAnAgentTheTextAndTheHeadersOfADm() {
        PushResult sent = turned("spy", "  hello there ").sent;

        assertThat(SEEN_BODY.get()).isEqualTo("hello there");
        Map<String, Object> headers = new HashMap<>(SEEN_HEADERS.get());
        assertThat((String) headers.remove("CamelDingTalkSessionId")).matches("[a-z0-9]{10,64}");
        assertThat(headers).isEqualTo(Map.of("CamelDingTalkIntegration", "main", "CamelDingTalkConversationId", sent.conversationId(),
                "CamelDingTalkConversationType", "dm", "CamelDingTalkSenderId", "person" + people, "CamelDingTalkSenderNick",
                "person" + people, "CamelDingTalkMessageId", sent.msgId(), "CamelDingTalkMessageType", "text", "CamelDingTalkAgent",
                "spy"));
        assertThat(SEEN_PROPERTIES.get().get("CamelDingTalkMessage")).isInstanceOfSatisfying(InboundMessage.class,
                message -> assertThat(message.msgId()).isEqualTo(sent.msgId()));
    }

    @Test
    void handsAnAgentTheTitleOfAGroupAndTheTextWithoutTheMention() {
        String group = "cidFAKEgroup0001==";
        bindings.bind("main", group, "spy", "test");
        PushResult sent = bot.say(UserMessage.text("restart").from("staff002").inGroup(group));
        finished(sent.msgId());

        assertThat(SEEN_BODY.get()).isEqualTo("restart");
        assertThat(SEEN_HEADERS.get()).containsEntry("CamelDingTalkConversationType", "group")
                .containsEntry("CamelDingTalkConversationTitle", "Ops room")
                .containsEntry("CamelDingTalkConversationId", group).containsEntry("CamelDingTalkSenderId", "staff002");
    }

    @Test
    void answersTheRoutesOfUsersToo() {
        assertThat(bot.context().createProducerTemplate().requestBody("direct:own", "hi", String.class)).isEqualTo("SHOUT hi");
    }

    @Test
    void letsAnAgentHandOnWhatItMadeOfTheText() {
        assertThat(turned("delegating", "hello").replies()).containsExactly("SHOUT re: hello");
    }

    private record Turned(PushResult sent, long id, String state, String agent, String boundBy, String error) {
        List<String> replies() {
            return bot.replies(sent.conversationId());
        }
    }

    /** A message in a DM of its own, bound to an agent, and its outcome. */
    private static Turned turned(String agent, String text) {
        String person = "person" + ++people;
        if (agent != null) {
            bindings.bind("main", bot.simulator().dm(Bot.APP_KEY, person), agent, "test");
        }
        PushResult sent = bot.say(UserMessage.text(text).from(person));
        List<Object> row = finished(sent.msgId());
        return new Turned(sent, ((Number) row.get(0)).longValue(), (String) row.get(1), (String) row.get(2), (String) row.get(3),
                (String) row.get(4));
    }

    private static List<Object> finished(String msgId) {
        String query = "select id, state, agent, bound_by, error from message where finished_at is not null and msg_id = '" + msgId + "'";
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> !bot.rows(query).isEmpty());
        return bot.rows(query).get(0);
    }

    public static final class Oddities {

        public InputStream brokenBody() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("hidden cause of broken-body");
                }
            };
        }

        public void error() {
            throw new StackOverflowError("hidden cause of error");
        }

        public String interrupt(Exchange exchange) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
