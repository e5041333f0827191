package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets through (docs/promises.md 5): what is dropped is taken with thanks, and that is all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DropTest {

    private static final String GROUP = "cidFAKEgroup0001==";
    private static final String SELF = "$:LWCP_v1:$theRobot";

    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.started();
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    static Stream<Arguments> dropped() {
        String own = "the robot wrote it itself";
        String noMention = "the robot was not mentioned in the group, or not for certain";
        String nothing = "it has neither text nor attachment";
        String quota = "DingTalk withheld the content, since the month's quota of messages is used up (code 20001)";
        return Stream.of(
                Arguments.of("its own message", UserMessage.text("hello")
                        .with("{\"senderId\":\"" + SELF + "\",\"chatbotUserId\":\"" + SELF + "\"}"), own),
                Arguments.of("its own message in a group", UserMessage.text("hello").inGroup(GROUP)
                        .with("{\"senderId\":\"" + SELF + "\",\"chatbotUserId\":\"" + SELF + "\"}"), own),
                Arguments.of("no text", UserMessage.text(""), nothing),
                Arguments.of("blanks of all kinds", UserMessage.text(" \u00a0\u200b\u3000\n"), nothing),
                Arguments.of("a text message without its text", UserMessage.text("").without("text"), nothing),
                Arguments.of("a bare mention", UserMessage.text("").inGroup(GROUP), nothing),
                Arguments.of("a group message without mention", UserMessage.text("hello").inGroup(GROUP).withoutMention(), noMention),
                Arguments.of("mentioned in atUsers, but isInAtList denies it",
                        UserMessage.text("hello").inGroup(GROUP).with("{\"isInAtList\":false}"), noMention),
                Arguments.of("isInAtList and atUsers missing", UserMessage.text("hello").inGroup(GROUP).without("isInAtList", "atUsers"),
                        noMention),
                Arguments.of("isInAtList null, atUsers empty", UserMessage.text("hello").inGroup(GROUP)
                        .with("{\"isInAtList\":null,\"atUsers\":[]}"), noMention),
                Arguments.of("isInAtList missing, others mentioned", UserMessage.text("hello").inGroup(GROUP).without("isInAtList")
                        .with("{\"atUsers\":[{\"dingtalkId\":\"$:LWCP_v1:$other\"}]}"), noMention),
                Arguments.of("isInAtList missing, the robot unknown",
                        UserMessage.text("hello").inGroup(GROUP).without("isInAtList", "chatbotUserId")
                        .with("{\"atUsers\":[{}]}"), noMention),
                Arguments.of("quota used up", UserMessage.text("").without("text").with("{\"errorCode\":20001,\"errorMessage\":\"quota\"}"),
                        quota),
                Arguments.of("quota used up, spelt otherwise", UserMessage.text("").without("text").with("{\"errCode\":\"20001\"}"), quota),
                Arguments.of("quota used up in a group", UserMessage.text("").inGroup(GROUP).without("text", "isInAtList")
                        .with("{\"errorCode\":\"20001\"}"), quota));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dropped")
    void drops(String what, UserMessage said, String why) {
        Map<String, Long> before = bot.rowCounts();
        for (UserMessage form : new UserMessage[] { said, said.encrypted() }) {
            try (LogLines log = LogLines.listenToDebug()) {
                PushResult sent = bot.say(form);

                assertThat(sent.fault()).isNull();
                assertThat(sent.status()).isEqualTo(200);
                assertThat(log.all()).filteredOn(line -> line.contains("Dropped"))
                        .singleElement().asString().startsWith("DEBUG").contains(sent.msgId(), why)
                        .doesNotContain("sendBySession", "hello");
                assertThat(bot.replies(sent.conversationId())).isEmpty();
            }
        }
        assertThat(bot.rowCounts()).isEqualTo(before);
    }

    @Test
    void healthNamesTheUsedUpQuotaUntilAMessageHasItsContentAgain() throws Exception {
        bot.say(UserMessage.text("").without("text").with("{\"errorCode\":20001,\"errorMessage\":\"quota\"}"));

        assertThat(checkOfIntegration().toString()).contains("DOWN", "quota of messages is used up", "buy more in DingTalk's console");
        assertThat(bot.get(bot.managementUrl() + "/observe/health/ready").statusCode()).as("messages can still be taken").isEqualTo(200);
        assertThat(bot.get(bot.managementUrl() + "/observe/metrics").body())
                .contains("dingtalk_messages_dropped_total{integration=\"main\",reason=\"quotaExceeded\"} 1.0");

        bot.say(UserMessage.text("hello").inGroup("cidFAKEgroup0003=="));

        assertThat(checkOfIntegration().path("status").textValue()).isEqualTo("UP");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 0);
    }

    private JsonNode checkOfIntegration() throws Exception {
        JsonNode checks = Callback.JSON.readTree(bot.get(bot.managementUrl() + "/observe/health").body()).path("checks");
        return StreamSupport.stream(checks.spliterator(), false).filter(check -> check.path("name").asText().equals("integration-main"))
                .findFirst().orElseThrow();
    }

    @Test
    void letsThroughAMentionThatOnlyAtUsersShows() {
        String group = "cidFAKEgroup0002==";

        bot.say(UserMessage.text("hello").inGroup(group).without("isInAtList"));

        assertThat(bot.awaitReplies(group, 1)).singleElement().asString().endsWith("hello");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 0);
    }
}
