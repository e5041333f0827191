package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import io.github.dingtalkcamel.component.message.Body;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FrameTest {

    @Test
    void readsARobotMessage() throws Exception {
        Frame frame = Frame.read(Pushed.message("m1", "{\"msgId\":\"a\"}"));

        assertThat(frame).isEqualTo(new Frame("CALLBACK", "/v1.0/im/bot/messages/get", "m1", "", "", 1_700_000_000_000L, "{\"msgId\":\"a\"}"));
    }

    @Test
    void readsAnEventByItsHeaders() throws Exception {
        Frame frame = Frame.read(Pushed.event("m1", "user_add_org", "e1", "{}"));

        assertThat(frame.type()).isEqualTo("EVENT");
        assertThat(frame.eventType()).isEqualTo("user_add_org");
        assertThat(frame.eventId()).isEqualTo("e1");
    }

    @Test
    void takesADataObjectForItsText() throws Exception {
        assertThat(Frame.read("{\"type\":\"EVENT\",\"headers\":{\"messageId\":\"m\"},\"data\":{\"a\":1}}").data()).isEqualTo("{\"a\":1}");
    }

    @Test
    void namesTheIdOfAMalformedFrameWhereItHasOne() {
        assertThatThrownBy(() -> Frame.read("{\"headers\":{\"messageId\":\"m\"},\"type\":5}"))
                .isInstanceOfSatisfying(BadFrameException.class, e -> assertThat(e.messageId()).isEqualTo("m"));
        assertThatThrownBy(() -> Frame.read("{\"headers\":{\"topic\":\"x\",\"messageId\":\"m\"},\"data\":\"broken"))
                .isInstanceOfSatisfying(BadFrameException.class, e -> assertThat(e.messageId()).isEqualTo("m"));
        assertThatThrownBy(() -> Frame.read("[]")).isInstanceOfSatisfying(BadFrameException.class, e -> assertThat(e.messageId()).isNull());
        assertThatThrownBy(() -> Frame.read("{\"type\":\"SYSTEM\"}"))
                .isInstanceOfSatisfying(BadFrameException.class, e -> assertThat(e.messageId()).isNull());
    }

    @Test
    void refusesWhatIsNestedTooDeepOrTooLarge() {
        String deep = "{\"headers\":{\"messageId\":\"m\"},\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        assertThatThrownBy(() -> Frame.read(deep)).isInstanceOf(BadFrameException.class);
        assertThatThrownBy(() -> Frame.read(Pushed.message("m", "x".repeat(Body.MAX_SIZE)))).isInstanceOf(BadFrameException.class);
    }

    @Property(tries = 500)
    void readsOrRefusesAnyText(@ForAll String text) {
        assertThatCode(() -> {
            try {
                Frame.read(text);
            } catch (BadFrameException expected) {
                // that is all that may happen
            }
            Frame.messageIdIn(text);
        }).doesNotThrowAnyException();
    }

    @Test
    void showsNothingOfWhatIsSaid() throws Exception {
        assertThat(Frame.read(Pushed.message("m1", "{\"text\":\"secret\"}")).toString()).doesNotContain("secret").contains("m1");
    }
}
