package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing that a client sends beside the message reaches a route or steers a call (docs/promises.md 4, 5): no header, no query parameter.
 * Nor does what an agent leaves behind, and nor does an address that comes in a message.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeaderHygieneTest {

    /** What docs/promises.md 5 promises an agent. */
    private static final Set<String> AGENTS_HEADERS = Stream.of("Integration", "ConversationId", "ConversationType", "ConversationTitle",
            "SenderId", "SenderNick", "MessageId", "MessageType", "SessionId", "Agent").map(name -> "CamelDingTalk" + name)
            .collect(Collectors.toSet());

    private static final String SECOND_KEY = "dingtest000000000002";
    private static final String SECOND_SECRET = "second-secret";

    /** Answers with the headers that it sees. */
    private static final String DUMP = """
            - route:
                id: dump
                from:
                  uri: agent:dump
                  steps:
                    - setBody:
                        simple:
                          expression: "${headers}"
                          resultType: java.util.Map
                    - marshal:
                        json:
                          library: Jackson
            """;

    /** Leaves behind headers that might send the reply elsewhere, or prevent it from being sent. */
    private static final String WILD = """
            - route:
                id: wild
                from:
                  uri: agent:wild
                  steps:
                    - setHeader: { name: CamelHttpUri, constant: "EVIL/steered" }
                    - setHeader: { name: CamelHttpPath, constant: "/steered" }
                    - setHeader: { name: CamelHttpQuery, constant: "steered=1" }
                    - setHeader: { name: CamelHttpMethod, constant: "DELETE" }
                    - setHeader: { name: Authorization, constant: "Bearer agents-own-token" }
                    - setHeader: { name: X-Foo, constant: "bar" }
                    - setHeader: { name: CamelCaffeineKey, constant: "second" }
                    - setHeader: { name: CamelCaffeineAction, constant: "CLEANUP" }
                    - setHeader: { name: CamelDingTalkIntegration, constant: "main" }
                    - setHeader: { name: CamelDingTalkTitle, constant: "steered" }
                    - setHeader: { name: CamelDingTalkMsgUuid, constant: "steered" }
                    - setHeader: { name: CamelDingTalkPath, constant: "/steered" }
                    - setVariable: { name: integration, constant: "main" }
                    - setVariable: { name: path, constant: "/steered" }
                    - setVariable: { name: sessionExpired, constant: "true" }
                    - setVariable: { name: notice, constant: "true" }
                    - removeProperties: { pattern: "*" }
                    - setProperty: { name: CamelDingTalkMessage, constant: "none" }
                    - setProperty: { name: CamelDingTalkTurn, constant: "none" }
                    - setProperty: { name: CamelDingTalkReply, constant: "none" }
                    - setProperty: { name: CamelDingTalkRequest, constant: "none" }
                    - setProperty: { name: CamelRedeliveryExhausted, constant: "true" }
                    - setBody: { constant: "a wild reply" }
                    - stop: {}
            """;

    private Simulator evil;
    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        evil = Simulator.start(SimulatorOptions.defaults());
        bot = Bot.withSettings(Map.of("dingtalk.fallback-agent", "dump",
                "dingtalk.integrations.second.app-key", SECOND_KEY, "dingtalk.integrations.second.app-secret", SECOND_SECRET,
                "dingtalk.integrations.second.fallback-agent", "wild"));
        bot.simulator().addApp(SimulatedApp.of(SECOND_KEY, SECOND_SECRET));
        bot.route("dump.yaml", DUMP).route("wild.yaml", WILD.replace("EVIL", evil.url())).start();
        bot.simulator().callbackUrl(SECOND_KEY, bot.webhookUrl("second"));
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
        evil.close();
    }

    @BeforeEach
    void forget() {
        bot.simulator().clearRecords();
    }

    @AfterEach
    void nothingWentElsewhere() {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 0 && bot.queue().size() == 0);
        assertThat(evil.requests()).isEmpty();
        bot.simulator().requests().forEach(HeaderHygieneTest::assertClean);
    }

    private static void assertClean(RecordedRequest request) {
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isIn("/v1.0/oauth2/accessToken", "/v1.0/robot/oToMessages/batchSend", "/robot/sendBySession");
        assertThat(request.query()).satisfiesAnyOf(query -> assertThat(query).isNull(),
                query -> assertThat(query).matches("session=[0-9a-f]{32}"));
        Map<String, List<String>> headers = new LinkedHashMap<>(request.headers());
        assertThat(headers.remove("accept")).containsExactly("application/json");
        assertThat(headers.remove("content-type")).containsExactly("application/json; charset=utf-8");
        assertThat(headers.remove("user-agent")).containsExactly("dingtalk-camel");
        if (request.path().startsWith("/v1.0/robot/")) {
            assertThat(headers.remove("x-acs-dingtalk-access-token")).singleElement().asString().matches("[0-9a-f]{32}");
        }
        assertThat(headers.keySet()).containsExactlyInAnyOrder("host", "content-length");
    }

    private Map<String, String> hostile() {
        Map<String, String> hostile = new LinkedHashMap<>();
        hostile.put("CamelHttpUri", evil.url() + "/{{env:HOME}}");
        hostile.put("camelhttpuri", evil.url());
        hostile.put("CAMELHTTPURI", evil.url());
        hostile.put("CamelHttpPath", "/steered");
        hostile.put("CamelHttpQuery", "steered=1");
        hostile.put("CamelHttpRawQuery", "steered=1");
        hostile.put("CamelHttpMethod", "DELETE");
        hostile.put("CamelHttpResponseCode", "418");
        hostile.put("CamelCaffeineKey", "second");
        hostile.put("CamelCaffeineAction", "CLEANUP");
        hostile.put("CamelDingTalkIntegration", "second");
        hostile.put("CamelDingTalkAgent", "wild");
        hostile.put("cameldingtalkagent", "wild");
        hostile.put("CamelDingTalkPromptTokens", "1000000");
        hostile.put("org.apache.camel.Anything", "x");
        hostile.put("integration", "second");
        hostile.put("Authorization", "Bearer inbound-secret");
        hostile.put("Cookie", "session=inbound");
        hostile.put("X-Foo", "bar");
        hostile.put("Accept-Encoding", "br");
        hostile.put("Accept", "text/inbound");
        hostile.put("User-Agent", "inbound");
        hostile.put("x-acs-dingtalk-access-token", "inbound");
        hostile.put("BeanMethodName", "close");
        return hostile;
    }

    @ParameterizedTest(name = "by session webhook: {0}")
    @ValueSource(booleans = { true, false })
    void clientHeadersStopAtTheWebhook(boolean bySession) throws Exception {
        Map<String, String> hostile = hostile();

        assertUnsteered("headers-" + bySession, bySession, "", request -> {
            hostile.forEach(request::setHeader);
            return request;
        });
    }

    @ParameterizedTest(name = "by session webhook: {0}")
    @ValueSource(booleans = { true, false })
    void queryParametersStopAtTheWebhook(boolean bySession) throws Exception {
        String query = hostile().entrySet().stream().map(it -> it.getKey() + "=" + Callback.encoded(it.getValue()))
                .collect(Collectors.joining("&", "?", "&sign=wrong&timestamp=1&msgId=other"));

        assertUnsteered("query-" + bySession, bySession, query, Function.identity());
    }

    @ParameterizedTest
    @ValueSource(strings = { "application/json; charset=GBK", "application/json; charset=UTF-16",
            "application/json; charset=no-such-charset", "text/plain", "*/*" })
    void theContentTypeDecidesNothing(String contentType) throws Exception {
        assertUnsteered("type-" + contentType, true, "", request -> request.setHeader("Content-Type", contentType));
    }

    private void assertUnsteered(String msgId, boolean bySession, String query, Function<HttpRequest.Builder, HttpRequest.Builder> more)
            throws Exception {
        String dm = bot.simulator().dm(Bot.APP_KEY, "staff001");
        ObjectNode message = Callback.message(msgId).put("conversationId", dm).put("senderNick", "张三");
        if (bySession) {
            message.put("sessionWebhook", session(dm)).put("sessionWebhookExpiredTime",
                    Instant.now().plus(Duration.ofHours(1)).toEpochMilli());
        }

        HttpResponse<String> answer = bot.post(bot.webhookUrl() + query, Callback.bytes(message), Callback.proof().andThen(more));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"msgtype\":\"empty\"}");
        assertThat(answer.headers().map().keySet()).isSubsetOf("content-type", "content-length", "transfer-encoding");
        assertThat(answer.headers().allValues("content-type")).containsExactly("application/json; charset=utf-8");

        JsonNode seen = Callback.JSON.readTree(bot.awaitReplies(dm, 1).get(0));
        assertThat(bot.simulator().deliveriesTo(dm)).singleElement().extracting(Delivery::channel)
                .isEqualTo(bySession ? Delivery.Channel.SESSION : Delivery.Channel.OTO);
        assertThat(seen.fieldNames()).toIterable().isSubsetOf(AGENTS_HEADERS);
        assertThat(seen.path("CamelDingTalkIntegration").textValue()).isEqualTo("main");
        assertThat(seen.path("CamelDingTalkConversationId").textValue()).isEqualTo(dm);
        assertThat(seen.path("CamelDingTalkConversationType").textValue()).isEqualTo("dm");
        assertThat(seen.path("CamelDingTalkSenderId").textValue()).isEqualTo("staff001");
        assertThat(seen.path("CamelDingTalkSenderNick").textValue()).isEqualTo("张三");
        assertThat(seen.path("CamelDingTalkMessageId").textValue()).isEqualTo(msgId);
        assertThat(seen.path("CamelDingTalkMessageType").textValue()).isEqualTo("text");
        assertThat(seen.path("CamelDingTalkAgent").textValue()).isEqualTo("dump");
    }

    /** A session webhook of the conversation that works. */
    private String session(String dm) {
        PushResult sent = bot.say("to learn the address");
        bot.awaitReplies(dm, 1);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 0);
        bot.simulator().clearRecords();
        return sent.sessionWebhook();
    }

    @Test
    void anEncryptedRequestsQueryStopsAtTheWebhookToo() throws Exception {
        String dm = bot.simulator().dm(Bot.APP_KEY, "staff001");
        Callback.Sealed sealed = Callback.sealed(Callback.message("sealed-query").put("conversationId", dm));
        String more = hostile().entrySet().stream().map(it -> "&" + it.getKey() + "=" + Callback.encoded(it.getValue())).limit(12)
                .collect(Collectors.joining());

        HttpResponse<String> answer = bot.post(bot.webhookUrl() + sealed.query() + more, sealed.body(), Function.identity());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map().keySet()).isSubsetOf("content-type", "content-length", "transfer-encoding");
        assertThat(Callback.JSON.readTree(bot.awaitReplies(dm, 1).get(0)).fieldNames()).toIterable().isSubsetOf(AGENTS_HEADERS);
    }

    @ParameterizedTest(name = "by session webhook: {0}")
    @ValueSource(booleans = { true, false })
    void whatAnAgentLeavesBehindDoesNotSteerItsReply(boolean bySession) {
        UserMessage said = UserMessage.text("go wild").to(SECOND_KEY);

        PushResult sent = bot.say(bySession ? said : said.without("sessionWebhook"));

        assertThat(bot.awaitReplies(sent.conversationId(), 1)).containsExactly("a wild reply");
        Delivery reply = bot.simulator().deliveriesTo(sent.conversationId()).get(0);
        assertThat(reply.channel()).isEqualTo(bySession ? Delivery.Channel.SESSION : Delivery.Channel.OTO);
        assertThat(reply.robotCode()).isEqualTo(SECOND_KEY);
        assertThat(reply.title()).isEqualTo("a wild reply");
        assertThat(reply.msgUuid()).isNotEqualTo("steered");
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select state, agent from message where msg_id = '" + sent.msgId() + "'")
                .equals(List.of(List.of("done", "wild"))));
    }

    Stream<String> foreignAddresses() {
        String own = bot.simulator().url();
        String ownAuthority = own.substring("http://".length());
        String evilAuthority = evil.url().substring("http://".length());
        return Stream.of(
                evil.url() + "/robot/sendBySession?session=x",
                "http://" + ownAuthority + "@" + evilAuthority + "/robot/sendBySession?session=x",
                "http://user:password@" + ownAuthority + "/robot/sendBySession?session=x",
                "http://" + evilAuthority + "/" + own + "/robot/sendBySession?session=x",
                "http://" + evilAuthority + "\\@" + ownAuthority + "/robot/sendBySession?session=x",
                "http://" + evilAuthority + "#@" + ownAuthority + "/robot/sendBySession?session=x",
                own + "/robot/sendBySession?session={{env:HOME}}",
                "{{env:HOME}}",
                "http://localhost" + own.substring(own.lastIndexOf(':')) + "/robot/sendBySession?session=x",
                own.replace("http:", "https:") + "/robot/sendBySession?session=x",
                own.replace("http:", "file:") + "/etc/passwd",
                "//" + ownAuthority + "/robot/sendBySession?session=x",
                // DingTalk's own origin, but the robot of the person who wrote the address
                own + "/robot/send?access_token=strangersrobot",
                own + "/robot/sendBySession/../send?access_token=strangersrobot",
                own + "/robot/%73endBySession?session=x",
                own + "/robot/sendBySession/?session=x",
                own + "/robot/sendBySession;x?session=x",
                own + "//robot/sendBySession?session=x",
                own + "/robot/sendBySession?session=x#y",
                "jdbc:h2:mem:x",
                "");
    }

    @ParameterizedTest
    @MethodSource("foreignAddresses")
    void isAnsweredByTheRobotApiWhereTheSessionWebhookIsNotDingTalks(String address) {
        PushResult sent = bot.say(UserMessage.text("hello")
                .with(Callback.JSON.createObjectNode().put("sessionWebhook", address).toString()));

        assertThat(sent.status()).isEqualTo(200);
        bot.awaitReplies(sent.conversationId(), 1);
        assertThat(bot.simulator().deliveriesTo(sent.conversationId())).singleElement().extracting(Delivery::channel)
                .isEqualTo(Delivery.Channel.OTO);
        assertThat(bot.simulator().requests()).noneMatch(request -> request.path().matches(".*(sendBySession|robot/send$).*"));
    }

    @Test
    void aConversationIdIsNeverTakenForAnAddress() throws Exception {
        ObjectNode message = Callback.message("address-as-id").put("conversationId", evil.url() + "/{{env:HOME}}?x=${header.sign}");

        assertThat(bot.post(bot.webhookUrl(), Callback.bytes(message), Callback.proof()).statusCode()).isEqualTo(200);

        List<String> replies = bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 1);
        assertThat(Callback.JSON.readTree(replies.get(0)).path("CamelDingTalkConversationId").textValue())
                .isEqualTo(evil.url() + "/{{env:HOME}}?x=${header.sign}");
    }

    @Test
    void whatIsSaidIsNeverResolved() throws Exception {
        ObjectNode message = Callback.message("said").put("senderNick", "{{env:HOME}} ${sysenv.HOME} ${header.sign} #{x} RAW(y)");

        bot.post(bot.webhookUrl(), Callback.bytes(message), Callback.proof());

        List<String> replies = bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 1);
        assertThat(Callback.JSON.readTree(replies.get(0)).path("CamelDingTalkSenderNick").textValue())
                .isEqualTo("{{env:HOME}} ${sysenv.HOME} ${header.sign} #{x} RAW(y)");
    }
}
