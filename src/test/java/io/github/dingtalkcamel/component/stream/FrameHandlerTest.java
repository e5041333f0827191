package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameHandlerTest implements FrameHandler.Sender {

    private final List<JsonNode> answers = new ArrayList<>();
    private final List<String> leaves = new ArrayList<>();
    private final ConnectionMetrics traffic = new ConnectionMetrics();
    private int messages;
    private final FrameHandler reception = new FrameHandler("main",
            new FrameDispatcher((delivery, done) -> done.accept(new FrameDispatcher.Outcome(null, null)), Runnable::run,
            Runnable::run, new ManualScheduler(), traffic), traffic);

    @Override
    public void answer(String frame) {
        answers.add(Pushed.json(frame));
    }

    @Override
    public void answerFirst(String frame) {
        answers.add(0, Pushed.json(frame));
    }

    @Override
    public void spoke() {
        messages++;
    }

    @Override
    public void leaving(String reason) {
        leaves.add(reason);
    }

    @Test
    void answersAPingWithWhatItBrought() {
        reception.text(Pushed.system("ping", "p", "{\"opaque\":\"o-1\"}"), this);
        assertThat(answers)
                .containsExactly(Pushed.json("{\"code\":200,\"headers\":{\"contentType\":\"application/json\",\"messageId\":\"p\"},"
                + "\"message\":\"OK\",\"data\":\"{\\\"opaque\\\":\\\"o-1\\\"}\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "CONNECTED", "REGISTERED", "KEEPALIVE" })
    void ignoresChatter(String topic) {
        reception.text(Pushed.system(topic, "m", "{}"), this);
        assertThat(answers).isEmpty();
        assertThat(traffic.refused.sum()).isZero();
    }

    @Test
    void answersUnknownTopicsAndTypesWith404() {
        reception.text(Pushed.of("CALLBACK", "/v1.0/graph/api/invoke", "a"), this);
        reception.text(Pushed.of("SYSTEM", "reboot", "b"), this);
        reception.text(Pushed.of("WEIRD", "x", "c"), this);

        assertThat(answers).containsExactly(
                Pushed.json("{\"code\":404,\"headers\":{\"contentType\":\"application/json\",\"messageId\":\"a\"},\"message\":\"topic not "
                + "exist\"}"),
                Pushed.json("{\"code\":404,\"headers\":{\"contentType\":\"application/json\",\"messageId\":\"b\"},\"message\":\"topic not "
                + "exist\"}"),
                Pushed.json("{\"code\":404,\"headers\":{\"contentType\":\"application/json\",\"messageId\":\"c\"},\"message\":\"type not "
                + "exist\"}"));
    }

    @Test
    void dispatchesEventsByTheirTypeForEveryTopic() {
        reception.text(Pushed.event("e", "t", "id", "{}").replace("\"*\"", "\"other\""), this);
        assertThat(answers.get(0).path("data").asText()).contains("SUCCESS");
    }

    @Test
    void answersMalformedFramesWhereTheyHaveAnId() {
        reception.text("{\"headers\":{\"messageId\":\"m\"}}", this);
        reception.text("no JSON", this);
        reception.refused("{\"headers\":{\"messageId\":\"big\"},\"data\":\"xxxx", "the frame is larger than allowed", this);

        assertThat(answers.stream().map(answer -> answer.path("code").asInt() + " " + answer.path("headers").path("messageId").asText()))
                .containsExactly("400 m", "400 big");
        assertThat(traffic.refused.sum()).isEqualTo(3);
    }

    @Test
    void tellsTheConnectionOfMessagesAndLeaveTaking() {
        reception.text(Pushed.message("m", "{\"msgId\":\"1\"}"), this);
        reception.text(Pushed.system("disconnect", "d", "{\"reason\":\"persistent connection\\nis timeout\"}"), this);
        assertThat(messages).isEqualTo(1);
        assertThat(leaves).containsExactly("{\"reason\":\"persistent connection\\nis timeout\"}");
        assertThat(answers).hasSize(1);
    }
}
