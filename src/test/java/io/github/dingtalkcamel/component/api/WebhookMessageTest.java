package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/protocol.md 6.2: what a custom robot takes. */
class WebhookMessageTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "{'msgtype':'text','text':{'content':'disk full'}}",
        "{'msgtype':'link','link':{'title':'T','text':'body','picUrl':'https://e.invalid/p.png','messageUrl':'https://e.invalid/x'}}",
        "{'msgtype':'markdown','markdown':{'title':'t','text':'#### T'}}",
        "{'msgtype':'actionCard','actionCard':{'title':'T','text':'md','singleTitle':'Open','singleURL':'https://e.invalid'}}",
        "{'msgtype':'actionCard','actionCard':{'title':'T','text':'md','btnOrientation':'0','btns':[{'title':'A','actionURL':'https://e.invalid/a'}]}}",
        "{'msgtype':'feedCard','feedCard':{'links':[{'title':'T','messageURL':'https://e.invalid/1','picURL':'https://e.invalid/1.png'}]}}"})
    void takesEachType(String json) throws Exception {
        String message = json.replace('\'', '"');

        assertThat(new ObjectMapper().readTree(WebhookMessage.of(message).json())).isEqualTo(new ObjectMapper().readTree(message));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'msgtype':'text','text':{}}|text.content",
        "{'msgtype':'image'}|take text, link",
        "{}|msgtype is missing",
        "[]|JSON object",
        "no|not JSON",
        "{'msgtype':'feedCard','feedCard':{'links':[{'title':'T','messageUrl':'x','picURL':'y'}]}}|feedCard.links.messageURL",
        "{'msgtype':'actionCard','actionCard':{'title':'T','text':'md'}}|actionCard.singleTitle",
        "{'msgtype':'link','link':{'title':'T','text':'b','messageUrl':'u'},'at':{'isAtAll':true}}|link has no at"})
    void namesWhatIsWrong(String json, String fault) {
        assertThat(catchThrowableOfType(RejectedException.class, () -> WebhookMessage.of(json.replace('\'', '"'))))
                .hasMessageContaining(fault);
    }

    @Test
    void mentionsShowInTheText() throws Exception {
        String json = """
                {"msgtype":"text","text":{"content":"disk full @staff0011 @13800000000"},
                 "at":{"atUserIds":["staff001"],"atMobiles":["13800000000"],"isAtAll":false}}""";

        assertThat(new ObjectMapper().readTree(WebhookMessage.of(json).json()).at("/text/content").asText())
                .isEqualTo("disk full @staff0011 @13800000000 @staff001");
    }

    @Test
    void mentionsShowAboveMarkdownWhichMayEndInAFence() throws Exception {
        String json = """
                {"msgtype":"markdown","markdown":{"title":"t","text":"```\\ncode\\n```"},"at":{"atUserIds":["staff001"],"atMobiles":["13800000000"]}}""";

        assertThat(new ObjectMapper().readTree(WebhookMessage.of(json).json()).at("/markdown/text").asText())
                .isEqualTo("@staff001 @13800000000\n\n```\ncode\n```");
    }

    @Test
    void isAtMostTwentyThousandBytes() {
        assertThat(catchThrowableOfType(RejectedException.class, () -> WebhookMessage.of(
                Map.of("msgtype", "text", "text", Map.of("content", "中".repeat(6_700)))))).hasMessageContaining("20000 bytes");
    }
}
