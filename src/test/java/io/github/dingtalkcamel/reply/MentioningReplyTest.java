package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Replies that mention more people than the one who asked, by the headers that an agent sets. */
class MentioningReplyTest {

    private static final String CROWD = String.join(",", IntStream.range(0, 49).mapToObj(i -> "p%063d".formatted(i)).toList());

    private static Bot bot;
    private static int people;
    private static int groups;

    /** The agent: answers with the text, and mentions whom the text's first line wants. */
    public static final class Caller {
        public void call(Exchange exchange) {
            String text = exchange.getMessage().getBody(String.class);
            exchange.getMessage().setHeader("CamelDingTalkAtUserIds", text.startsWith("crowd") ? CROWD : List.of("staff002", "staff003"));
            exchange.getMessage().setHeader("CamelDingTalkAtMobiles", text.startsWith("crowd") ? null : "13800000000");
            exchange.getMessage().setHeader("CamelDingTalkAtAll", text.startsWith("everyone"));
            if (text.startsWith("fail")) {
                throw new IllegalStateException("after the headers were set");
            }
        }
    }

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.fallback-agent", "caller")).bean("caller", new Caller()).route("caller.camel.yaml", """
                - route:
                    from:
                      uri: agent:caller
                      steps:
                        - bean: { ref: caller, method: call }
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
    void mentionsThemBesideTheAskerInTextAndAt() {
        Delivery reply = replies(UserMessage.text("disk full").inGroup(group()), "done").get(0);

        assertThat(reply.text()).isEqualTo("@" + asker() + " @staff002 @staff003 @13800000000\n\ndisk full");
        assertThat(reply.at()).isEqualTo(new Delivery.At(List.of(asker(), "staff002", "staff003"), List.of("13800000000"), false));
    }

    @Test
    void doesNotRepeatWhomTheTextNames() {
        Delivery reply = replies(UserMessage.text("everyone: @staff002 and @13800000000 look").inGroup(group()), "done").get(0);

        assertThat(reply.text()).isEqualTo("@" + asker() + " @staff003\n\neveryone: @staff002 and @13800000000 look");
        assertThat(reply.at()).isEqualTo(new Delivery.At(List.of(asker(), "staff002", "staff003"), List.of("13800000000"), true));
    }

    @Test
    void mentionsEachByTheChunkThatNamesThem() {
        List<Delivery> chunks = replies(UserMessage.text("a".repeat(5_900) + "\n\n@staff003 see " + "b".repeat(5_000)).inGroup(group()),
                "done");

        assertThat(chunks).hasSize(2);
        assertThat(chunks.get(0).text()).startsWith("@" + asker() + " @staff002 @13800000000\n\naaa").hasSizeLessThanOrEqualTo(6_000);
        assertThat(chunks.get(0).at()).isEqualTo(new Delivery.At(List.of(asker(), "staff002"), List.of("13800000000"), false));
        assertThat(chunks.get(1).text()).startsWith("@staff003 see bbb");
        assertThat(chunks.get(1).at()).isEqualTo(new Delivery.At(List.of("staff003"), List.of(), false));
    }

    @Test
    void goesOutWithoutThemByTheRobotApiAndInANoticeOfTheBots() {
        Delivery late = replies(UserMessage.text("late").inGroup(group()).sessionExpiresAt(Instant.now()), "done").get(0);
        assertThat(late.channel()).isEqualTo(Delivery.Channel.GROUP);
        assertThat(late.text()).isEqualTo("late");

        Delivery failed = replies(UserMessage.text("fail").inGroup(group()), "failed").get(0);
        assertThat(failed.at().userIds()).containsExactly(asker());
        assertThat(failed.text()).doesNotContain("staff002");
    }

    @Test
    void fitsDingTalksLimitWithAsManyAndAsLongIdsAsThereMayBe() {
        String text = "crowd " + "😀".repeat(5_000);
        List<Delivery> chunks = replies(UserMessage.text(text).inGroup(group()), "done");

        assertThat(chunks.get(0).at().userIds()).hasSize(50);
        assertThat(String.join("", chunks.stream().map(Delivery::text).toList())).endsWith("\n\n" + text);
        assertThat(sends())
                .allSatisfy(request -> assertThat(request.body().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(20_000));
    }

    @Test
    void keepsThemOverARestartInTheMiddleAndInADeadLettersReplay() throws Exception {
        String text = "a".repeat(5_900) + "\n\n@staff003 see " + "b".repeat(5_000);
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).after(1).untilCleared().fail(502);
        UserMessage said = UserMessage.text(text).inGroup(group()).from("person" + ++people);
        PushResult sent = bot.say(said);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select sent from reply").equals(List.of(List.of(1))));
        bot.stop();
        bot.simulator().faults().clear();
        bot.start();
        await(sent, "done");
        assertThat(of(sent)).extracting(Delivery::at)
                .containsExactly(new Delivery.At(List.of(asker(), "staff002"), List.of("13800000000"), false),
                new Delivery.At(List.of("staff003"), List.of(), false));

        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).after(1).untilCleared()
                .answer(200, "{\"errcode\":310000,\"errmsg\":\"no\"}");
        PushResult refused = bot.say(said.from("person" + ++people).inGroup(group()));
        await(refused, "dead");
        bot.simulator().faults().clear();
        assertThat(of(refused)).hasSize(1);
        bot.store().writeAndWait(connection -> {
            try (var update = connection.createStatement()) {
                return update.executeUpdate("update dead_letter set state = 'requested' where state = 'waiting'");
            }
        });
        await(refused, "done");
        assertThat(of(refused)).hasSize(2).last()
                .satisfies(last -> assertThat(last.at()).isEqualTo(new Delivery.At(List.of("staff003"), List.of(), false)));
    }

    /** One where nothing was said yet. */
    private static String group() {
        return "cidMentions" + ++groups + "==";
    }

    private static String asker() {
        return "person" + people;
    }

    private static List<Delivery> replies(UserMessage said, String state) {
        PushResult sent = bot.say(said.from("person" + ++people));
        await(sent, state);
        return of(sent);
    }

    private static List<Delivery> of(PushResult sent) {
        return bot.simulator().deliveriesTo(sent.conversationId());
    }

    private static List<RecordedRequest> sends() {
        return bot.simulator().requests().stream().filter(request -> request.path().equals("/robot/sendBySession")).toList();
    }

    private static void await(PushResult sent, String state) {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> (String) bot.rows(
                "select state from message where msg_id = '" + sent.msgId() + "'").get(0).get(0), state::equals);
    }
}
