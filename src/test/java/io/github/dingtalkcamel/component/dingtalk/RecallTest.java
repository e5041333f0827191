package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;

import io.github.dingtalkcamel.component.api.DingTalkException;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:recall} takes back what send sent. */
class RecallTest {

    private static final String GROUP = "?recipientType=chat_id&recipientId=RAW(" + BareContext.GROUP + ")";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private static String id(Exchange sent) {
        return sent.getMessage().getHeader("CamelDingTalkSentMessageId", String.class);
    }

    @Test
    void recallsWhatTheSameExchangeSentToAPerson() {
        Exchange sent = bare.send("dingtalk:send?recipientId=staff001", "oops");
        Exchange recalled = bare.send("dingtalk:recall", null, sent.getMessage().getHeaders());

        assertThat(recalled.getException()).isNull();
        assertThat(bare.simulator().isRecalled(id(sent))).isTrue();
    }

    @Test
    void recallsWhatWasSentToAGroup() {
        Exchange sent = bare.send("dingtalk:send" + GROUP, "oops");

        assertThat(bare.send("dingtalk:recall" + GROUP, null, Map.of("CamelDingTalkSentMessageId", id(sent))).getException()).isNull();
        assertThat(bare.simulator().isRecalled(id(sent))).isTrue();
    }

    @Test
    void failsWhereDingTalkDidNotRecallIt() {
        Exchange sent = bare.send("dingtalk:send" + GROUP, "oops");

        assertThat(bare.send("dingtalk:recall", null, Map.of("CamelDingTalkSentMessageId", id(sent))).getException())
                .isInstanceOfSatisfying(DingTalkException.class, e -> {
                    assertThat(e.code()).isEqualTo("notRecalled");
                    assertThat(e.remedy()).contains("chat_id");
                });
        assertThat(bare.simulator().isRecalled(id(sent))).isFalse();
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(bare.send("dingtalk:recall", null).getException()).hasMessageContaining("sentMessageId");
        assertThat(bare.send("dingtalk:recall?recipientType=chat_id&sentMessageId=x", null).getException())
                .hasMessageContaining("recipientId");
    }
}
