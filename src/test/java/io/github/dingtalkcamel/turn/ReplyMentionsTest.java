package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.component.api.Mentions;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ReplyMentionsTest {

    private final Message message = new DefaultExchange(new DefaultCamelContext()).getMessage();

    private Mentions take(Object userIds, Object mobiles, Object all) {
        message.setHeader("CamelDingTalkAtUserIds", userIds);
        message.setHeader("CamelDingTalkAtMobiles", mobiles);
        message.setHeader("CamelDingTalkAtAll", all);
        return ReplyMentions.take(message);
    }

    @Test
    void takesListsArraysAndTextWithCommas() {
        Mentions both = new Mentions(List.of("staff001", "staff002"), List.of("13800000000"), false);
        assertThat(take(List.of("staff001", "staff002"), List.of(13800000000L), null)).isEqualTo(both);
        assertThat(take(new String[] {"@staff001", "staff002"}, "13800000000", false)).isEqualTo(both);
        assertThat(take(" staff001, @staff002 ,staff001,", 13800000000L, "no")).isEqualTo(both);
        assertThat(message.getHeaders()).as("not left for the next one").isEmpty();
        assertThat(take(null, null, true)).isEqualTo(new Mentions(List.of(), List.of(), true));
        assertThat(take(null, null, "TRUE").all()).isTrue();
        assertThat(take(null, null, null)).isEqualTo(Mentions.NONE);
    }

    @Test
    void leavesOutWhatCantBeMentionedAndSaysSoWithoutWhom() {
        try (LogLines log = LogLines.listen()) {
            Mentions taken = take(List.of("staff001", "two words", "x".repeat(65)),
                    IntStream.range(0, 60).mapToObj(i -> "138" + i).toList(), null);
            assertThat(taken.userIds()).containsExactly("staff001");
            assertThat(taken.mobiles()).hasSize(49).startsWith("1380");
            assertThat(log.containing("left out of a reply's mentions")).hasSize(2)
                    .allMatch(line -> !line.contains("13859") && !line.contains("two words"));
        }
    }
}
