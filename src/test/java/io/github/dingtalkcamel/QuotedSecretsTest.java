package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.inbound.Streams;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.QuotedSecrets;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DingTalk quotes the secrets of a request in its error text: none of them appears in a log, an answer, the store, health or JMX. */
@Timeout(90)
class QuotedSecretsTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv";
    private static final String ROBOT_TOKEN = "robot-token/0001+x=";
    private static final String ROBOT_SECRET = "SEC0123456789abcdef";
    private static final String APP_SECRET = "test/app-secret=0123456789+abcdefghijklmnopqrstuvwxyz/ABCDEFGHIJ";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();

    private static Bot bot;
    private static int people;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN, "dingtalk.stream", "true", "dingtalk.app-secret", APP_SECRET));
        bot.simulator().addApp(io.github.dingtalkcamel.simulator.platform.SimulatedApp.of(Bot.APP_KEY, APP_SECRET));
        bot.simulator().addCustomRobot(CustomRobot.of(ROBOT_TOKEN, "cidFAKEgroup0001==").withSecret(ROBOT_SECRET));
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token="
                + java.net.URLEncoder.encode(ROBOT_TOKEN, StandardCharsets.UTF_8))
                .set("dingtalk.webhook-secret", ROBOT_SECRET)
                .route("careless.camel.yaml", """
                        - route:
                            id: careless
                            from:
                              uri: agent:careless
                              parameters:
                                trigger: main
                              steps:
                                - choice:
                                    when:
                                      - simple: "${body} == 'fail'"
                                        steps:
                                          - throwException:
                                              exceptionType: java.io.IOException
                                              message: "401 for Authorization: Bearer %s, token of %s"
                        """.formatted(TOKEN, APP_SECRET)).start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @AfterEach
    void clear() {
        bot.simulator().faults().clear();
    }

    @ParameterizedTest
    @EnumSource(QuotedSecrets.class)
    void noneIsShownStoredOrLogged(QuotedSecrets form) throws Exception {
        List<String> seen = new ArrayList<>();
        try (LogLines log = LogLines.listen()) {
            bot.simulator().clearRecords();
            String who = newPerson();
            // with a token that is still valid
            call("tools/dingtalk_send_text_notification", Map.of("recipient_type", "user_id", "recipient_id", who, "content", "first"));
            bot.simulator().faults().everywhere().untilCleared().quote(form);
            seen.add(call("tools/dingtalk_send_text_notification",
                    Map.of("recipient_type", "user_id", "recipient_id", who, "content", "x")));
            seen.add(call("tools/dingtalk_send_text_notification",
                    Map.of("recipient_type", "union_id", "recipient_id", "u" + who, "content", "x")));
            seen.add(call("tools/dingtalk_send_text_notification",
                    Map.of("recipient_type", "chat_id", "recipient_id", "cidFAKEgroup0001==", "content", "x")));
            seen.add(call("tools/dingtalk_send_text_notification", Map.of("recipient_type", "webhook", "content", "x")));
            seen.add(call("tools/dingtalk_send_file",
                    Map.of("recipient_type", "user_id", "recipient_id", who, "base64", "UEsDBA==", "name", "a.zip")));
            seen.add(call("tools/dingtalk_send_rich_notification",
                    Map.of("recipient_type", "user_id", "recipient_id", who, "mode", "template",
                    "msgKey", "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema", "msgParam", Map.of("title", "t"))));
            seen.add(call("tools/dingtalk_list_users", Map.of()));
            seen.add(call("integrations/main/test", Map.of()));
            // a robot's messages are refused by the session webhook and by the robot API
            PushResult bySession = bot.say(UserMessage.text("by session").from(who));
            PushResult byRobot = bot.say(UserMessage.text("by robot").from(who).sessionExpiresAt(Instant.now()));
            PushResult failed = bot.say(UserMessage.text("fail").from(newPerson()));
            for (PushResult sent : List.of(bySession, byRobot, failed)) {
                Awaitility.await().atMost(Bot.PATIENCE).until(() ->
                        bot.rows("select state from message where msg_id = '" + sent.msgId() + "'").get(0).get(0).equals("dead"));
                seen.add(get("messages/main/" + java.net.URLEncoder.encode(sent.msgId(), StandardCharsets.UTF_8)));
            }
            // and the token call itself
            bot.simulator().faults().clear();
            bot.simulator().expireToken(Bot.APP_KEY);
            bot.simulator().faults().on(ApiFamily.TOKEN).untilCleared().quote(form);
            seen.add(call("tools/dingtalk_send_text_notification",
                    Map.of("recipient_type", "user_id", "recipient_id", who, "content", "x")));
            seen.add(call("integrations/main/test", Map.of()));
            PushResult noToken = bot.say(UserMessage.text("no token").from(who).sessionExpiresAt(Instant.now()));
            Awaitility.await().atMost(Bot.PATIENCE).until(() ->
                    bot.rows("select state from message where msg_id = '" + noToken.msgId() + "'").get(0).get(0).equals("dead"));
            seen.add(get("messages/main/" + java.net.URLEncoder.encode(noToken.msgId(), StandardCharsets.UTF_8)));
            seen.add(get("dead-letters"));
            seen.add(get("integrations"));
            seen.add(bot.get(bot.managementUrl() + "/observe/health").body());
            seen.add(bot.rows("select code, reason, remedy from dead_letter").toString());
            seen.add(bot.rows("select error, replies from message").toString());
            seen.add(bot.rows("select code, reason from robot_message").toString());
            for (ObjectName name : JMX.queryNames(new ObjectName("*:type=*,name=*etter*"), null)) {
                seen.add(String.valueOf(JMX.invoke(name, "list", null, null)));
            }
            seen.add(String.join("\n", log.all()));
        }
        Set<String> secrets = secrets();
        assertThat(secrets).as("app secret, session, robot token and sign, access token").hasSizeGreaterThanOrEqualTo(6);
        for (String text : seen) {
            assertThat(text).doesNotContain(secrets);
        }
        assertThat(String.join("\n", seen)).contains("错误描述: 参数不合法 <***>").contains("Bearer ***");
        bot.simulator().faults().clear();
        assertThat(call("tools/dingtalk_send_text_notification",
                Map.of("recipient_type", "user_id", "recipient_id", newPerson(), "content", "well again")))
                .contains("\"successCount\":1");
    }

    /** What the requests brought, as it is and in the forms in which it is quoted. */
    private static Set<String> secrets() throws Exception {
        Set<String> plain = new LinkedHashSet<>(List.of(APP_SECRET, ROBOT_TOKEN, ROBOT_SECRET, TOKEN));
        for (RecordedRequest request : bot.simulator().requests()) {
            plain.addAll(request.headers().getOrDefault("x-acs-dingtalk-access-token", List.of()));
            for (String parameter : request.query() == null ? new String[0] : request.query().split("&")) {
                String[] pair = parameter.split("=", 2);
                if (List.of("access_token", "session", "sign").contains(pair[0])) {
                    plain.add(URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
                }
            }
        }
        Set<String> all = new LinkedHashSet<>();
        for (String secret : plain) {
            String json = JSON.writeValueAsString(secret);
            all.addAll(List.of(secret, java.net.URLEncoder.encode(secret, StandardCharsets.UTF_8), json.substring(1, json.length() - 1),
                    secret.replace("/", "\\/").replace("=", "\\u003d"), secret.replace("/", "\\\\/").replace("=", "\\\\u003d"),
                    Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8))));
        }
        return all;
    }

    @Test
    void aCloseReasonOfTheStreamIsCleaned() throws Exception {
        try (LogLines log = LogLines.listen()) {
            // the server sees a connection open a moment before the client does
            Streams streams = bot.context().getRegistry().lookupByNameAndType("streams", Streams.class);
            StreamEndToEndTest.until(() -> streams.connected("main") == 2 && StreamEndToEndTest.open(bot).size() == 2);
            bot.simulator().stream().close(StreamEndToEndTest.open(bot).get(0).id(), 4001, "bad client " + APP_SECRET);
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> !log.containing("is lost").isEmpty());

            assertThat(log.containing("is lost")).first().asString().contains("status 4001: bad client ***").doesNotContain(APP_SECRET);
            ObjectName consumer = JMX.queryNames(new ObjectName("org.apache.camel:context=" + bot.context().getManagementName()
                    + ",type=consumers,name=DingTalkConsumer*"), null).iterator().next();
            assertThat((String) JMX.getAttribute(consumer, "LastClose")).contains("bad client ***").doesNotContain(APP_SECRET);
        }
    }

    private static String newPerson() {
        return "quoted" + people++;
    }

    private static String call(String path, Map<String, Object> arguments) throws Exception {
        return HTTP.send(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(arguments))).build(),
                HttpResponse.BodyHandlers.ofString()).body();
    }

    private static String get(String path) throws Exception {
        return HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(bot.webhookUrl("main").replace("webhook/main", path))).timeout(Duration.ofSeconds(50))
                .header("Authorization", "Bearer " + TOKEN);
    }
}
