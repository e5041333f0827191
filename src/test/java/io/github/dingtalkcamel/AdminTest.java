package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.doctor.Doctor;
import io.github.dingtalkcamel.doctor.Examination;
import io.github.dingtalkcamel.doctor.Machine;
import io.github.dingtalkcamel.hook.Hooks;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin API (docs/promises.md 7) and the events for hooks, of a bot with both ways in and the example hook of docs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class AdminTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv+/=";
    private static final String ODD = "cid/a+b c=d%2F?&#é==";
    private static final String GROUP = "cidAdmin/Group+1==";
    private static final String WORDS = "word ".repeat(100).strip();
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final String AGENTS = """
            - route:
                from:
                  uri: agent:failing
                  steps:
                    - throwException: { exceptionType: java.lang.IllegalStateException, message: "the backend is unavailable" }
            - route:
                from:
                  uri: agent:slow
                  steps:
                    - delay: { constant: "40" }
                    - setBody: { simple: "${null}" }
            """;

    private final Queue<JsonNode> told = new ConcurrentLinkedQueue<>();
    private HttpServer audit;
    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        audit = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        audit.createContext("/", exchange -> {
            told.add(Callback.JSON.readTree(exchange.getRequestBody()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        audit.start();
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN, "dingtalk.stream", "true", "dingtalk.max-message-length", "200",
                        "dingtalk.integrations.other.webhook", "https://oapi.dingtalk.com/robot/send?access_token=hidden",
                        "tickets.broker", "failover:(tcp://127.0.0.1:1)"))
                .property("audit.url", "http://127.0.0.1:" + audit.getAddress().getPort() + "/events")
                .route("agents-of-test.yaml", AGENTS).route("audit.camel.yaml", Files.readString(Path.of("examples/audit.camel.yaml")))
                .start();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> told(event -> is(event, "bot_stream_up")).size() == 2);
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
        audit.stop(0);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            GET,    nothing
            GET,    ''
            DELETE, nothing/at/all
            """)
    void knowsNoOtherPaths(String method, String path) throws Exception {
        HttpResponse<String> answer = call(method, path, null);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer).at("/error/code").textValue()).isEqualTo("not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = { "-", "Bearer", "Bearer ", "Bearer wrong", "Basic " + TOKEN, TOKEN, "Bearer " + TOKEN + "x",
            "Bearer " + TOKEN + ",Bearer " + TOKEN })
    void asksForTheToken(String authorization) throws Exception {
        // after 20 wrong ones within a minute the address would be answered 429
        List<String> paths = authorization.equals("-")
                ? List.of("integrations", "tools/dingtalk_send_file", "nothing", "bindings/main/cid?Authorization=Bearer%20" + TOKEN)
                : List.of("tools/dingtalk_send_file", "bindings/main/cid?Authorization=Bearer%20" + TOKEN);
        for (String path : paths) {
            HttpRequest.Builder request = request(path);
            if (!authorization.equals("-")) {
                request.header("Authorization", authorization);
            }
            HttpResponse<String> answer = send(request, "POST", "{}");

            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(json(answer).at("/error/code").textValue()).isEqualTo("unauthorised");
            assertThat(answer.body()).contains("dingtalk.api-token").doesNotContain(TOKEN);
        }
    }

    @Test
    void takesTheTokenOnceOnly() throws Exception {
        HttpRequest.Builder twice = request("integrations").header("Authorization", "Bearer " + TOKEN)
                .header("Authorization", "Bearer " + TOKEN);

        assertThat(send(twice, "GET", null).statusCode()).isEqualTo(401);
        assertThat(send(request("nothing").header("Authorization", "bearer  " + TOKEN + " "), "GET", null).statusCode()).isEqualTo(404);
    }

    @Test
    void leavesTheWebhookToItsOwnProof() throws Exception {
        assertThat(bot.get(bot.webhookUrl()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            PUT,    integrations,               404, not_found
            GET,    integrations/main,          404, not_found
            GET,    integrations/main/test,     404, not_found
            POST,   integrations/nobody/test,   404, unknown_integration
            GET,    integrations?limit=0,       400, bad_limit
            GET,    integrations?cursor=x,      400, bad_cursor
            GET,    bindings?limit=201,         400, bad_limit
            GET,    bindings?limit=-1,          400, bad_limit
            GET,    bindings?limit=ten,         400, bad_limit
            GET,    bindings?limit=1&limit=x,   200, ''
            GET,    bindings?cursor=%00,        400, bad_cursor
            GET,    bindings?cursor=WyJhIl0,    400, bad_cursor
            GET,    bindings?cursor=e30,        400, bad_cursor
            GET,    bindings?cursor=bnVsbA,     400, bad_cursor
            GET,    conversations?limit=,       400, bad_limit
            GET,    conversations?cursor=WyJhIl0, 400, bad_cursor
            POST,   bindings/main/cid,          404, not_found
            PATCH,  bindings/main/cid,          404, not_found
            DELETE, dead-letters,               404, not_found
            GET,    bindings/main/cid,          404, not_bound
            GET,    bindings/nobody/cid,        404, unknown_integration
            PUT,    bindings/nobody/cid,        404, unknown_integration
            DELETE, bindings/nobody/cid,        404, unknown_integration
            DELETE, bindings/main/cid,          404, not_bound
            GET,    messages/main/unheard-of,   404, unknown_message
            GET,    messages/nobody/m,          404, unknown_message
            GET,    messages/main,              404, not_found
            """)
    void refusesWhatItCanNotDo(String method, String path, int status, String code) throws Exception {
        HttpResponse<String> answer = call(method, path, method.equals("PUT") ? "{\"agent\":\"echo\"}" : null);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).at("/error/code").asText()).isEqualTo(code);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "x", "[]", "{}", "null", "{\"agent\":1}", "{\"agent\":null}", "{\"agent\":\"\"}", "{\"agent\":\"nobody\"}",
            "{\"agent\":\"echo\"", "{\"agent\":\"a b\\n<script>\"}" })
    void bindsToAgentsThatRunOnly(String body) throws Exception {
        HttpResponse<String> answer = call("PUT", "bindings/main/cid", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/error/code").asText()).isIn("bad_body", "unknown_agent");
        if (body.contains("nobody")) {
            assertThat(json(answer).at("/error/message").textValue()).endsWith("echo, failing, slow").doesNotContain("nobody");
        }
        assertThat(call("GET", "bindings/main/cid", null).statusCode()).isEqualTo(404);
    }

    @Test
    void takesJsonAlsoWhereItIsCalledAForm() throws Exception {
        HttpRequest.Builder form = request("bindings/main/cidForm").header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/x-www-form-urlencoded");

        assertThat(send(form, "PUT", "agent=echo").body()).contains("bad_body");
        assertThat(send(form, "PUT", "{\"agent\":\"echo\"}").statusCode()).isEqualTo(200);
        assertThat(call("DELETE", "bindings/main/cidForm", null).statusCode()).isEqualTo(204);
    }

    @Test
    void saysWhenTheStoreDoesNotAnswer() throws Exception {
        bot.store().writeAndWait(connection -> connection.createStatement().execute("alter table binding rename to binding_away"));
        try {
            HttpResponse<String> answer = call("GET", "bindings", null);

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(json(answer).at("/error/code").textValue()).isEqualTo("store_unavailable");
        } finally {
            bot.store().writeAndWait(connection -> connection.createStatement().execute("alter table binding_away rename to binding"));
        }
    }

    @Test
    void takesNoGiantBinding() throws Exception {
        assertThat(call("PUT", "bindings/main/cid", "{\"agent\":\"echo\",\"x\":\"" + "x".repeat(70_000) + "\"}").statusCode())
                .isEqualTo(413);
        assertThat(call("PUT", "bindings/main/" + "c".repeat(513), "{\"agent\":\"echo\"}").statusCode()).isEqualTo(400);
    }

    @Test
    void bindsShowsAndUnbindsAConversationWithAnyId() throws Exception {
        String path = "bindings/main/" + encoded(ODD);
        told.clear();

        JsonNode bound = json(call("PUT", path, "{\"agent\":\"slow\"}"));
        assertThat(bound.get("conversationId").textValue()).isEqualTo(ODD);
        assertThat(bound.get("agent").textValue()).isEqualTo("slow");
        assertThat(bound.get("by").textValue()).isEqualTo("api");
        assertThat(Instant.parse(bound.get("at").textValue())).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(json(call("GET", path, null))).isEqualTo(bound);
        assertThat((String[]) jmx("bindings", "Bindings")).anyMatch(line -> line.startsWith("main " + ODD + ": slow, by api at "));

        assertThat(json(call("PUT", path, "{\"agent\":\"echo\"}")).get("agent").textValue()).isEqualTo("echo");
        HttpResponse<String> removed = call("DELETE", path, null);
        assertThat(removed.statusCode()).isEqualTo(204);
        assertThat(removed.body()).isEmpty();
        assertThat(call("GET", path, null).statusCode()).isEqualTo(404);

        List<JsonNode> changes = awaitTold(3, event -> is(event, "bot_binding_changed")
                && ODD.equals(event.path("conversationId").textValue()));
        assertThat(changes).extracting(event -> event.get("agent").asText()).containsExactly("slow", "echo", "null");
        assertThat(changes).allSatisfy(event -> assertThat(event.get("by").textValue()).isEqualTo("api"));
    }

    @Test
    void listsBindingsAndConversationsPageByPage() throws Exception {
        for (int i = 0; i < 5; i++) {
            bot.say(UserMessage.text("hello").inGroup("cidPage" + i + "/+=").from("staff00" + i).byWebhook());
            call("PUT", "bindings/main/" + encoded("cidPage" + i + "/+="), "{\"agent\":\"echo\"}");
        }
        List<String> all = List.of("cidPage0/+=", "cidPage1/+=", "cidPage2/+=", "cidPage3/+=", "cidPage4/+=");

        assertThat(paged("bindings", 2)).filteredOn(one -> one.get("conversationId").textValue().startsWith("cidPage"))
                .extracting(one -> one.get("conversationId").textValue()).containsExactlyElementsOf(all);
        assertThat(paged("bindings", 200)).hasSameElementsAs(paged("bindings", 1));
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select 1 from message where conversation_id like 'cidPage%' and state <> 'done'").isEmpty());
        List<JsonNode> conversations = paged("conversations", 3).stream()
                .filter(one -> one.get("conversationId").textValue().startsWith("cidPage")).toList();
        assertThat(conversations).extracting(one -> one.get("conversationId").textValue()).containsExactlyElementsOf(all);
        assertThat(conversations).allSatisfy(one -> {
            assertThat(one.get("integrationId").textValue()).isEqualTo("main");
            assertThat(one.get("type").textValue()).isEqualTo("group");
            assertThat(one.get("title").isTextual()).isTrue();
            assertThat(one.get("binding").textValue()).isEqualTo("echo");
            assertThat(one.at("/lastMessage/state").textValue()).isEqualTo("done");
            assertThat(one.get("waiting").intValue()).isZero();
            assertThat(one.get("running").intValue()).isZero();
            assertThat(one.at("/session/turns").intValue()).isEqualTo(1);
        });
    }

    @Test
    void countsWhatWaitsAndRunsInAConversation() throws Exception {
        bot.store().writeAndWait(connection -> {
            for (String state : List.of("running", "received", "received", "done")) {
                try (var insert = connection.prepareStatement(
                        "insert into message (integration, msg_id, conversation_id, kind, state, payload, received_at)"
                        + " values ('main', ?, 'cidBusy', 'turn', ?, '{}', 1700000000000)")) {
                    insert.setString(1, state + System.nanoTime());
                    insert.setString(2, state);
                    insert.executeUpdate();
                }
            }
            return null;
        });

        JsonNode busy = paged("conversations", 50).stream().filter(one -> one.get("conversationId").textValue().equals("cidBusy"))
                .findFirst().orElseThrow();

        assertThat(busy.get("waiting").intValue()).isEqualTo(2);
        assertThat(busy.get("running").intValue()).isEqualTo(1);
        assertThat(busy.get("type").isNull()).isTrue();
        assertThat(busy.at("/lastMessage/receivedAt").textValue()).isEqualTo("2023-11-14T22:13:20Z");
        assertThat(busy.get("binding").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            webhook,   webhook, hmac
            encrypted, webhook, callback
            stream,    stream,  stream
            """)
    void tellsTheWayOfAMessage(String how, String by, String proof) throws Exception {
        UserMessage said = UserMessage.text("by " + how).from("walker-" + how);
        PushResult sent = bot.say(switch (how) {
            case "webhook" -> said.byWebhook();
            case "encrypted" -> said.byWebhook().encrypted();
            default -> said.byStream();
        });

        JsonNode way = await(sent, "done");

        assertThat(way.get("integrationId").textValue()).isEqualTo("main");
        assertThat(way.get("msgId").textValue()).isEqualTo(sent.msgId());
        assertThat(way.get("conversationId").textValue()).isEqualTo(sent.conversationId());
        assertThat(way.get("senderId").textValue()).isEqualTo("walker-" + how);
        assertThat(way.get("kind").textValue()).isEqualTo("turn");
        assertThat(way.get("by").textValue()).isEqualTo(by);
        assertThat(way.get("proof").textValue()).isEqualTo(proof);
        assertThat(way.get("attempts").intValue()).isEqualTo(1);
        assertThat(way.get("agent").textValue()).isEqualTo("echo");
        assertThat(way.get("boundBy").textValue()).isEqualTo("fallback");
        assertThat(way.get("storedMs").longValue()).isBetween(0L, 20_000L);
        assertThat(way.get("agentMs").longValue()).isBetween(0L, 20_000L);
        assertThat(way.get("error").isNull()).isTrue();
        assertThat(List.of("receivedAt", "startedAt", "finishedAt").stream().map(name -> Instant.parse(way.get(name).textValue())).toList())
                .isSorted();
        assertThat(way.get("replies")).singleElement().satisfies(reply -> {
            assertThat(reply.get("chunk").intValue()).isEqualTo(1);
            assertThat(reply.get("of").intValue()).isEqualTo(1);
            assertThat(reply.get("channel").textValue()).isEqualTo("sessionWebhook");
            Instant.parse(reply.get("at").textValue());
        });
        assertThat(way.get("deadLetters")).isEmpty();
    }

    @Test
    void tellsTheWayOfALongReplyWhoseSessionHasExpired() throws Exception {
        PushResult sent = bot.say(UserMessage.text(WORDS).from("reader").byWebhook().sessionExpiresAt(Instant.now()));

        JsonNode replies = await(sent, "done").get("replies");

        assertThat(replies).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(replies.get(i).get("chunk").intValue()).isEqualTo(i + 1);
            assertThat(replies.get(i).get("of").intValue()).isEqualTo(3);
            assertThat(replies.get(i).get("channel").textValue()).isEqualTo("robotApi");
        }
    }

    @Test
    void tellsTheWayAndTheEventsOfAFailureInOrder() throws Exception {
        call("PUT", "bindings/main/" + encoded(GROUP), "{\"agent\":\"failing\"}");
        try (LogLines log = LogLines.listen()) {
            PushResult sent = bot.say(UserMessage.text("please").inGroup(GROUP).from("unlucky").byWebhook());

            JsonNode way = await(sent, "failed");
            assertThat(way.get("agent").textValue()).isEqualTo("failing");
            assertThat(way.get("boundBy").textValue()).isEqualTo("conversation");
            assertThat(way.get("error").textValue()).contains("the backend is unavailable");
            assertThat(way.get("replies")).as("the apology").hasSize(1);

            List<JsonNode> events = awaitTold(3, event -> sent.msgId().equals(event.path("msgId").textValue()));
            assertThat(events).extracting(event -> event.get("eventType").textValue())
                    .containsExactly("bot_accepted", "bot_turn_started", "bot_turn_failed");
            assertThat(events.get(0).fieldNames()).toIterable()
                    .containsExactly("eventType", "eventId", "integrationId", "at", "msgId", "conversationId", "conversationType",
                    "senderId", "messageType");
            assertThat(events.get(1).fieldNames()).toIterable().contains("turn", "agent", "boundBy");
            JsonNode failed = events.get(2);
            assertThat(failed.get("state").textValue()).isEqualTo("failed");
            assertThat(failed.get("error").textValue()).contains("the backend is unavailable");
            assertThat(failed.get("agentMs").isNumber()).isTrue();
            Awaitility.await().atMost(Bot.PATIENCE).untilAsserted(() -> {
                assertThat(log.containing("Turn " + failed.get("turn").textValue() + " of agent failing: failed")).hasSize(1);
                assertThat(log.containing("message " + sent.msgId())).singleElement().asString()
                        .startsWith("INFO dingtalk.turns Turn main-").contains(" failed: ");
            });
        }
    }

    @Test
    void tellsTheWayOfADeadLetter() throws Exception {
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).times(1).noPermission();
        try (LogLines log = LogLines.listen()) {
            PushResult sent = bot.say(UserMessage.text("into the void").from("unheard").byWebhook());

            JsonNode way = await(sent, "dead");
            assertThat(way.get("replies")).isEmpty();
            assertThat(way.get("deadLetters")).singleElement().satisfies(letter -> {
                assertThat(letter.fieldNames()).toIterable().containsExactly("id", "code", "reason", "remedy", "attempts", "at");
                assertThat(letter.get("code").textValue()).isEqualTo("310000");
                assertThat(letter.get("remedy").textValue()).isNotBlank();
            });
            assertThat(awaitTold(3, event -> sent.msgId().equals(event.path("msgId").textValue())).get(2).get("state").textValue())
                    .isEqualTo("dead");
            assertThat(log.containing("(message " + sent.msgId() + ") is a dead letter")).hasSize(1);
        }
    }

    @Test
    void tellsOfAMessageWithoutAReply() throws Exception {
        UserMessage said = UserMessage.text("psst").inGroup("cidSilent").from("silent").byWebhook();
        call("PUT", "bindings/main/cidSilent", "{\"agent\":\"slow\"}");
        PushResult sent = bot.say(said);

        JsonNode way = await(sent, "done");

        assertThat(way.get("replies")).isEmpty();
        assertThat(way.get("agentMs").longValue()).isGreaterThanOrEqualTo(40);
        assertThat(awaitTold(3, event -> sent.msgId().equals(event.path("msgId").textValue())))
                .extracting(event -> event.get("eventType").textValue())
                .containsExactly("bot_accepted", "bot_turn_started", "bot_turn_finished");
    }

    @Test
    void listsTheIntegrations() throws Exception {
        List<JsonNode> integrations = paged("integrations", 1);

        assertThat(integrations).extracting(one -> one.get("id").textValue()).containsExactly("main", "other");
        JsonNode main = integrations.get(0);
        assertThat(main.get("waysIn").toString()).isEqualTo("[\"stream\",\"webhook\"]");
        assertThat(main.get("streamConnections")).hasSize(2)
                .allSatisfy(connection -> assertThat(connection.get("state").textValue()).isEqualTo("connected"));
        assertThat(main.get("callbackUrl").textValue()).isEqualTo(bot.webhookUrl());
        assertThat(main.get("encryptedCallbacks").booleanValue()).isTrue();
        assertThat(main.get("agent").textValue()).isEqualTo("echo");
        assertThat(main.get("missing")).isEmpty();
        JsonNode other = integrations.get(1);
        assertThat(other.get("waysIn")).isEmpty();
        assertThat(other.get("groupWebhook").booleanValue()).isTrue();
        assertThat(other.get("missing")).singleElement().satisfies(line -> assertThat(line.textValue()).contains("app-key"));
    }

    @Test
    void testsAnIntegrationByAskingDingTalk() throws Exception {
        int before = tokenCalls();

        JsonNode fine = tested("main");
        assertThat(fine.get("ok").booleanValue()).isTrue();
        assertThat(results(fine)).containsExactly("credentials ok", "permissions ok", "callbackUrl unknown");
        assertThat(tested("main").get("ok").booleanValue()).isTrue();
        assertThat(tokenCalls()).isEqualTo(before + 2);

        bot.simulator().faults().on(ApiFamily.ROBOT).times(1).noPermission();
        JsonNode forbidden = tested("main");
        assertThat(forbidden.get("ok").booleanValue()).isFalse();
        assertThat(results(forbidden)).containsExactly("credentials ok", "permissions failed", "callbackUrl unknown");
        assertThat(forbidden.at("/results/1/remedy").textValue()).contains("qyapi_robot_sendmsg");

        bot.simulator().faults().on(ApiFamily.TOKEN).times(1).answer(400, "{\"code\":\"invalidClientIdOrSecret\",\"message\":\"no\"}");
        JsonNode wrong = tested("main");
        assertThat(results(wrong)).containsExactly("credentials failed", "callbackUrl unknown");
        assertThat(wrong.at("/results/0/remedy").textValue()).contains("dingtalk.app-secret");

        bot.simulator().faults().on(ApiFamily.TOKEN).times(1).fail(503);
        JsonNode away = tested("main");
        assertThat(results(away)).containsExactly("credentials unknown", "callbackUrl unknown");
        assertThat(away.get("ok").booleanValue()).as("it could not be tested").isFalse();
        assertThat(results(tested("other"))).containsExactly("credentials off", "callbackUrl off");
    }

    @Test
    void saysOfABrokenSetUpLineByLineWhatTheCommandDoctorSays() throws Exception {
        int sent = bot.simulator().deliveries().size();
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().noPermission();
        bot.simulator().faults().on(ApiFamily.CONTACTS).untilCleared().noPermission();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        JsonNode tested;
        try {
            tested = tested("main");
            Map<String, String> given = bot.given();
            new Doctor(new Examination(Machine.here(), given, false)).run(
                    () -> new SettingsReader(Map.of(), given, Map.of(), text -> text, Runtime.version().feature()).read(), false,
                    new PrintStream(printed, true, StandardCharsets.UTF_8));
        } finally {
            bot.simulator().faults().clear();
        }

        List<String> lines = new ArrayList<>();
        tested.get("lines").forEach(line -> lines.add(steady(line.textValue())));
        assertThat(lines).containsExactlyElementsOf(printed.toString(StandardCharsets.UTF_8).lines()
                .filter(line -> !line.contains(" other ") && !line.startsWith("Mend")).map(AdminTest::steady).toList());
        assertThat(lines).anyMatch(line -> line.startsWith("wrong   permissions main") && line.contains("qyapi_robot_sendmsg"))
                .anyMatch(line -> line.startsWith("off     permissions main") && line.contains("qyapi_get_department_list is not granted"))
                .anyMatch(line -> line.startsWith("ok      stream main"))
                .anyMatch(line -> line.startsWith("wrong   broker") && line.contains("127.0.0.1:1 does not answer"));
        assertThat(tested.get("checks")).hasSameSizeAs(lines);
        assertThat(bot.simulator().deliveries()).hasSize(sent);
    }

    /** Without what changes by the second. */
    private static String steady(String line) {
        return line.replaceFirst("[0-9]+ MB are free", "… MB are free");
    }

    @Test
    void tellsHooksOfStreamConnectionsThatGoAndComeAgain() {
        told.clear();
        bot.simulator().stream().reset(StreamEndToEndTest.open(bot).get(0).id());

        List<JsonNode> changes = awaitTold(2, event -> event.path("eventType").asText().startsWith("bot_stream_"));

        assertThat(changes).extracting(event -> event.get("eventType").textValue()).containsExactly("bot_stream_down", "bot_stream_up");
        assertThat(changes.get(0).get("reason").textValue()).isNotBlank();
        assertThat(changes.get(0).get("connection")).isEqualTo(changes.get(1).get("connection"));
    }

    @Test
    void namesTheHooksAndCountsTheirEvents() throws Exception {
        Hooks hooks = bot.context().getRegistry().lookupByNameAndType("hooks", Hooks.class);
        assertThat(hooks.names()).containsExactly("audit");
        assertThat((String[]) jmx("events", "Hooks")).containsExactly("audit");
        assertThat((long) jmx("events", "Published")).isPositive();
        assertThat((long) jmx("events", "Dropped")).isZero();
        String metrics = bot.get(bot.managementUrl() + "/observe/metrics").body();
        assertThat(metrics).containsPattern("(?m)^dingtalk_events_published_total(\\{[^}]*})? [1-9]")
                .containsPattern("(?m)^dingtalk_events_dropped_total(\\{[^}]*})? 0\\.0$")
                .containsPattern("(?m)^dingtalk_events_waiting(\\{[^}]*})? [0-9]");
    }

    @Test
    void tellsOfCommands() {
        PushResult sent = bot.say(UserMessage.text("/Usage please").from("commander").byWebhook());

        assertThat(awaitTold(1, event -> is(event, "bot_command"))).singleElement().satisfies(event -> {
            assertThat(event.get("command").textValue()).isEqualTo("/usage");
            assertThat(event.get("conversationId").textValue()).isEqualTo(sent.conversationId());
        });
    }

    @Test
    void holdsNoSecretInAnyAnswer() throws Exception {
        PushResult sent = bot.say(UserMessage.text("secrets?").from("spy").byWebhook());
        await(sent, "done");
        StringBuilder answers = new StringBuilder();
        for (String path : List.of("integrations", "bindings", "conversations", "messages/main/" + encoded(sent.msgId()), "nothing")) {
            answers.append(call("GET", path, null).body());
        }
        answers.append(tested("main")).append(told);

        assertThat(answers).doesNotContain(Bot.APP_SECRET, Bot.CALLBACK_TOKEN, Bot.AES_KEY, TOKEN, "access_token=hidden",
                sent.sessionWebhook(), "session=");
    }

    private JsonNode tested(String integration) throws Exception {
        HttpResponse<String> answer = call("POST", "integrations/" + integration + "/test", null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static List<String> results(JsonNode report) {
        return StreamSupport.stream(report.get("results").spliterator(), false)
                .map(one -> one.get("check").textValue() + " " + one.get("result").textValue()).toList();
    }

    private int tokenCalls() {
        return (int) bot.simulator().requests().stream().filter(request -> request.path().equals("/v1.0/oauth2/accessToken")).count();
    }

    /** All of a list, by pages of that size. */
    private List<JsonNode> paged(String list, int limit) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = json(call("GET", list + "?limit=" + limit + (cursor.isEmpty() ? "" : "&cursor=" + encoded(cursor)), null));
            assertThat(page.get(list).size()).isLessThanOrEqualTo(limit);
            page.get(list).forEach(all::add);
            cursor = page.get("nextCursor").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null"));
        return all;
    }

    private JsonNode await(PushResult sent, String state) throws Exception {
        assertThat(sent.fault()).isNull();
        String path = "messages/main/" + encoded(sent.msgId());
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(10))
                .until(() -> state.equals(json(call("GET", path, null)).path("state").textValue()));
        return json(call("GET", path, null));
    }

    private List<JsonNode> awaitTold(int atLeast, Predicate<JsonNode> which) {
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> told(which).size() >= atLeast);
        return told(which);
    }

    private List<JsonNode> told(Predicate<JsonNode> which) {
        return told.stream().filter(which).toList();
    }

    private static boolean is(JsonNode event, String type) {
        return type.equals(event.path("eventType").textValue());
    }

    private Object jmx(String bean, String attribute) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("org.apache.camel:context=" + bot.context().getManagementName() + ",type=dingtalk,name=\"" + bean
                + "\"");
        return server.getAttribute(name, attribute);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<String> call(String method, String path, String body) throws Exception {
        return send(request(path).header("Authorization", "Bearer " + TOKEN), method, body);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(bot.webhookUrl().replace("webhook/main", path))).timeout(Duration.ofSeconds(30));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, String method, String body) throws Exception {
        return HTTP.send(request.method(method, body == null ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return Callback.JSON.readTree(answer.body());
    }
}
