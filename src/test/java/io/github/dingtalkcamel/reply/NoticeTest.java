package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.settings.AppSettings;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.turn.Cancellation;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** What tells a text of the bot's own from an agent's reply. */
class NoticeTest {

    private static final Mentions MENTIONS = new Mentions(List.of("staff002"), List.of(), false);

    private final Settings settings = AppSettings.with(Map.of());
    private final InstantSource clock = InstantSource.system();
    private final Replies replies = new Replies(settings, null, null, null, null, new RetryPolicy(Duration.ofHours(1), clock), clock);

    @Test
    void isTheAnswerToACommandAndToADeniedSender() throws Exception {
        for (Turn.Kind kind : List.of(Turn.Kind.COMMAND, Turn.Kind.REFUSAL)) {
            Reply reply = plan("the commands", kind, null);
            assertThat(reply.isNotice()).as(kind.name()).isTrue();
            assertThat(reply.mentions()).as(kind.name()).isEmpty();
            assertThat(reply.chunks()).containsExactly("the commands");
        }
    }

    @Test
    void isWhatIsSaidInPlaceOfAnAgentsReply() throws Exception {
        Reply reply = plan(new Notice("the agent failed"), Turn.Kind.TURN, null);

        assertThat(reply.isNotice()).isTrue();
        assertThat(reply.mentions()).isEmpty();
        assertThat(reply.chunks()).containsExactly("the agent failed");
        assertThat(new Notice("a text")).hasToString("Notice[6 characters]");
    }

    @Test
    void isNoReplyOfAnAgentWithAnyVariable() throws Exception {
        Reply reply = plan("the reply", Turn.Kind.TURN, null);

        assertThat(reply.isNotice()).isFalse();
        assertThat(reply.mentions()).containsExactly(MENTIONS);
        assertThat(reply.chunks()).containsExactly("the reply");
    }

    @Test
    void keepsTheKeysOfItsChunksAfterARestart() throws Exception {
        Turn.Progress progress = new Turn.Progress(List.of("one", "two"), 1);

        assertThat(plan(null, Turn.Kind.COMMAND, progress).isNotice()).isTrue();
        assertThat(plan(null, Turn.Kind.TURN, progress).isNotice()).isFalse();
    }

    private Reply plan(Object body, Turn.Kind kind, Turn.Progress progress) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(body);
            exchange.setVariable("notice", true);
            context.start();
            exchange.setProperty(Turn.PROPERTY, new Turn(7, kind, Spoken.in("cid", "msg1"), null, progress, new Cancellation()));
            exchange.setProperty(Mentions.PROPERTY, MENTIONS);
            replies.plan(exchange);
            return exchange.getProperty(Reply.PROPERTY, Reply.class);
        }
    }
}
