package io.github.dingtalkcamel.component.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WholeAnswerTest {

    private static String events(String answer) throws IOException {
        try (InputStream events = WholeAnswer.asEvents(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)))) {
            return new String(events.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "data: {\"choices\":[]}\n\ndata: [DONE]\n\n", "", "\n\n: comment\n", "<html>{</html>", "[]" })
    void passesOnWhatIsNoObject(String answer) throws Exception {
        assertThat(events(answer)).isEqualTo(answer);
    }

    @Test
    void writesAWholeAnswerAsAStreamOfOnePieceAndTheEndMark() throws Exception {
        assertThat(events("""
                \ufeff
                {"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":"one\\ntwo","tool_calls":[{"id":"a"},{"id":"b"}]},
                 "finish_reason":"stop"}],"usage":{"prompt_tokens":3}}
                """)).isEqualTo("data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"delta\":{\"role\":\"assistant\","
                + "\"content\":\"one\\ntwo\",\"tool_calls\":[{\"id\":\"a\",\"index\":0},{\"id\":\"b\",\"index\":1}]}}],"
                + "\"usage\":{\"prompt_tokens\":3}}\n\ndata: [DONE]\n\n");
    }

    @Test
    void passesOnAnErrorOfTheServer() throws Exception {
        assertThat(events("{\"error\":{\"code\":\"throttled\"}}")).isEqualTo("data: {\"error\":{\"code\":\"throttled\"}}\n\ndata: [DONE]\n\n");
    }

    /** The second of these is a stream of another protocol, of which the first piece is no answer. */
    @ParameterizedTest
    @ValueSource(strings = { "{\"choices\":[{\"message\":{\"content\":\"half of", "{\"message\":\"one\"}\n{\"message\":\"two\"}\n", "{oops}" })
    void failsOnAnObjectThatIsBrokenOrNotTheOnlyOneAndShowsNothingOfIt(String answer) {
        assertThatThrownBy(() -> events(answer)).isExactlyInstanceOf(IOException.class)
                .hasMessageStartingWith("it is JSON that is broken or cut off, at line ").hasMessageNotContainingAny("half of", "two", "oops");
    }
}
