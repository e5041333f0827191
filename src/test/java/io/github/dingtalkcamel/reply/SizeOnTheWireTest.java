package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every message fits DingTalk's limits as it is sent, with any content, and arrives whole by each channel. */
class SizeOnTheWireTest {

    private static final String WIDE = "dingtest000000000003";
    private static final String WIDE_SECRET = WIDE + "-secret-0123456789-abcdefghijklmnop";
    private static final String AT_DEFAULT_LENGTH = "😀".repeat(4_000);
    private static final String AT_GREATEST_LENGTH = "😀".repeat(10_000);
    /** Each of these grows when it is escaped, and once more as JSON within JSON. */
    private static final String ESCAPED = ("\"\\\t\u0001" + "😀").repeat(1_500);


    private static Bot bot;
    private static int people;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.integrations.wide.app-key", WIDE, "dingtalk.integrations.wide.app-secret", WIDE_SECRET,
                "dingtalk.integrations.wide.max-message-length", "20000"));
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token=size");
        bot.simulator().addCustomRobot(CustomRobot.of("size", "cidSizeGroup=="));
        bot.simulator().addApp(SimulatedApp.of(WIDE, WIDE_SECRET));
        bot.start();
        bot.simulator().callbackUrl(WIDE, bot.webhookUrl("wide"));
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @Test
    void arrivesWholeByTheSessionWebhook() {
        arrivesWhole(AT_DEFAULT_LENGTH, UserMessage.text(AT_DEFAULT_LENGTH));
        arrivesWhole(AT_GREATEST_LENGTH, UserMessage.text(AT_GREATEST_LENGTH).to(WIDE));
        arrivesWhole(ESCAPED, UserMessage.text(ESCAPED).to(WIDE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"👩\u200d", "\u200d", "\u0301"})
    void oneGraphemeLongerThanAChunkArrivesWhole(String piece) {
        String grapheme = "a" + piece.repeat(12_000 / piece.length()) + "👩";
        arrivesWhole(grapheme, UserMessage.text(grapheme));
        arrivesWhole(grapheme, UserMessage.text(grapheme).sessionExpiresAt(Instant.now()));
    }

    @Test
    void arrivesWholeByTheRobotApi() {
        arrivesWhole(AT_DEFAULT_LENGTH, UserMessage.text(AT_DEFAULT_LENGTH).sessionExpiresAt(Instant.now()));
        arrivesWhole(AT_GREATEST_LENGTH, UserMessage.text(AT_GREATEST_LENGTH).to(WIDE).sessionExpiresAt(Instant.now()));
        arrivesWhole(ESCAPED, UserMessage.text(ESCAPED).to(WIDE).sessionExpiresAt(Instant.now()));
    }

    @Test
    void arrivesWholeByToolsAndTheCustomRobot() {
        for (String tool : List.of("dingtalk_send_text_notification", "dingtalk_send_rich_notification")) {
            for (String text : List.of(AT_GREATEST_LENGTH, ESCAPED)) {
                String person = "person" + ++people;
                call(tool, text, Map.of("recipient_type", "user_id", "recipient_id", person, "integrationId", "wide"));
                assertThat(shown(bot.simulator().dm(WIDE, person))).isEqualTo(text);
                int before = bot.simulator().deliveriesTo("cidSizeGroup==").size();
                call(tool, text, Map.of("recipient_type", "webhook"));
                List<Delivery> all = bot.simulator().deliveriesTo("cidSizeGroup==");
                assertThat(joined(all.subList(before, all.size()))).isEqualTo(text);
            }
        }
        fit();
    }

    private static void call(String tool, String text, Map<String, Object> arguments) {
        Exchange call = bot.context().createProducerTemplate().request("direct:tool", exchange -> {
            exchange.setVariable("tool", tool);
            Map<String, Object> body = new HashMap<>(arguments);
            body.put(tool.contains("rich") ? "markdown" : "content", text);
            if (tool.contains("rich")) {
                body.put("mode", "markdown");
            }
            exchange.getMessage().setBody(body);
        });
        assertThat(call.getException()).isNull();
        assertThat(call.getMessage().getBody(Map.class)).containsEntry("failureCount", 0);
    }

    private static void arrivesWhole(String text, UserMessage said) {
        PushResult sent = bot.say(said.from("person" + ++people));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> {
            Object state = bot.rows("select state from message where msg_id = '" + sent.msgId() + "'").get(0).get(0);
            return state.equals("done") || state.equals("dead");
        });
        assertThat(shown(sent.conversationId())).isEqualTo(text);
        fit();
    }

    private static String shown(String conversation) {
        return joined(bot.simulator().deliveriesTo(conversation));
    }

    private static String joined(List<Delivery> deliveries) {
        return String.join("", deliveries.stream().map(Delivery::text).toList());
    }

    private static void fit() {
        List<RecordedRequest> sends = bot.simulator().requests().stream()
                .filter(request -> request.path().matches("/robot/send.*|/v1.0/robot/.*")).toList();
        assertThat(sends).isNotEmpty().allSatisfy(request -> {
            assertThat(request.body().getBytes(StandardCharsets.UTF_8))
                    .hasSizeLessThanOrEqualTo(request.path().startsWith("/v1.0/") ? 15_200 : 20_000);
            assertThat(request.body()).doesNotContain("\\ud83d", "\\uD83D");
        });
    }
}
