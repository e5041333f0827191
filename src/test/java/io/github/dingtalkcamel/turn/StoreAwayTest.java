package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Turns while the store does not take one of their writes: they wait and continue, nothing is lost and nothing is sent twice. */
class StoreAwayTest {

    private static Bot bot;
    private static int people;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.max-message-length", "100")).start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @AfterEach
    void peace() {
        execute("drop trigger if exists away");
        bot.simulator().faults().clear();
    }

    private static void execute(String sql) {
        bot.store().writeAndWait(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** The store takes no more of these writes, until the trigger is dropped. */
    private static void refuse(String writes) {
        execute("create trigger away before " + writes + " begin select raise(abort, 'away'); end");
    }

    private static String state(PushResult sent) {
        return (String) bot.rows("select state from message where msg_id = '" + sent.msgId() + "'").get(0).get(0);
    }

    private static void awaitState(PushResult sent, String state) {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> state(sent).equals(state));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            the start of the session | insert on session                                                       | running  | 0
            the chunks of the reply  | insert on reply                                                         | running  | 0
            a chunk that was sent    | update on reply                                                         | running  | 1
            the end of the turn      | update on message when new.state = 'done'                               | running  | 3""")
    void waitUntilTheStoreTakesIt(String what, String writes, String state, int sentBefore) {
        String text = String.join("\n\n", IntStream.range(0, 3).mapToObj(i -> i + " " + "a".repeat(80)).toList());
        refuse(writes);
        PushResult sent = bot.say(UserMessage.text(text).from("person" + ++people));
        assertThat(sent.accepted()).isTrue();
        bot.awaitReplies(sent.conversationId(), sentBefore);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.store().isFailing());
        assertThat(state(sent)).isEqualTo(state);
        assertThat(bot.replies(sent.conversationId())).hasSize(sentBefore);

        execute("drop trigger away");
        awaitState(sent, "done");
        assertThat(bot.replies(sent.conversationId())).hasSize(3).doesNotHaveDuplicates();
        assertThat(bot.rows("select attempts from message where msg_id = '" + sent.msgId() + "'")).isEqualTo(List.of(List.of(1)));
        assertThat(bot.rows("select * from dead_letter d join message m on m.id = d.message_id where m.msg_id = '" + sent.msgId() + "'"))
                .isEmpty();
    }

    @Test
    void becomeDeadLettersWhenTheStoreTakesThem() {
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().noPermission();
        refuse("insert on dead_letter");
        PushResult sent = bot.say(UserMessage.text("not allowed").from("person" + ++people).sessionExpiresAt(Instant.now()));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.store().isFailing());
        assertThat(state(sent)).isEqualTo("running");

        execute("drop trigger away");
        awaitState(sent, "dead");
        assertThat(bot.rows("select chunks from dead_letter d join message m on m.id = d.message_id where m.msg_id = '" + sent.msgId()
                + "'"))
                .isEqualTo(List.of(List.of("[\"not allowed\"]")));
    }

    @Test
    void answerCommandsAsWell() {
        refuse("insert on session");
        PushResult sent = bot.say(UserMessage.text("/new").from("person" + ++people));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.store().isFailing());
        assertThat(state(sent)).isEqualTo("received");

        execute("drop trigger away");
        awaitState(sent, "done");
        assertThat(bot.replies(sent.conversationId())).hasSize(1);
    }
}
