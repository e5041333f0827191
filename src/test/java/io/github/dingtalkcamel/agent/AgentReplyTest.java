package io.github.dingtalkcamel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;

import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent may answer, and what an agent may read over HTTP: bounded. */
class AgentReplyTest {

    private static final String MOST = "x".repeat(AgentReply.MOST);

    /** Never ends; counts what is read. */
    private static final class Endless extends InputStream {

        private long read;

        @Override
        public int read() {
            read++;
            return 'x';
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            java.util.Arrays.fill(bytes, offset, offset + length, (byte) 'x');
            read += length;
            return length;
        }
    }

    private static String text(Object body) {
        Exchange call = new DefaultExchange(new DefaultCamelContext());
        call.getMessage().setBody(body);
        return AgentReply.text(call);
    }

    private static Object as(String kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return switch (kind) {
            case "stream" -> new ByteArrayInputStream(bytes);
            case "reader" -> new StringReader(text);
            case "bytes" -> bytes;
            default -> text;
        };
    }

    @ParameterizedTest
    @ValueSource(strings = { "text", "stream", "reader", "bytes" })
    void aReplyOfAMebibyteIsTakenAndALargerOneIsAFailure(String kind) {
        assertThat(text(as(kind, "你好"))).isEqualTo("你好");
        assertThat(text(as(kind, ""))).isEmpty();
        assertThat(text(as(kind, MOST))).isEqualTo(MOST);
        assertThatThrownBy(() -> text(as(kind, MOST + "x"))).isInstanceOf(ReplyTooLargeException.class)
                .hasMessageContaining("more than 1 MiB");
    }

    @Test
    void noBodyIsNoReply() {
        assertThat(text(null)).isNull();
    }

    @Test
    void ofAStreamThatNeverEndsNoMoreIsReadThanIsAllowed() {
        Endless endless = new Endless();

        assertThatThrownBy(() -> text(endless)).isInstanceOf(ReplyTooLargeException.class);
        assertThat(endless.read).isEqualTo(AgentReply.MOST + 1);
    }

    @Test
    void aStreamThatBreaksIsAFailure() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("cut");
            }
        };

        assertThatThrownBy(() -> text(broken)).isInstanceOf(RuntimeCamelException.class).hasMessageContaining("broke off")
                .hasRootCauseMessage("cut");
    }

    @Test
    void anAnswerOverHttpIsReadUpToItsBound() throws Exception {
        HttpEntity fits = new InputStreamEntity(new ByteArrayInputStream(new byte[1_000]), -1, ContentType.TEXT_PLAIN);
        assertThat(BoundedEntity.of(fits, 1_000).getContent().readAllBytes()).hasSize(1_000);

        Endless endless = new Endless();
        HttpEntity larger = BoundedEntity.of(new InputStreamEntity(endless, -1, ContentType.TEXT_PLAIN), 1 << 20);
        assertThatThrownBy(() -> larger.getContent().readAllBytes()).isInstanceOf(IOException.class)
                .hasMessageContaining("more than 1 MiB");
        assertThat(endless.read).isLessThan(2 << 20);
    }

    @Test
    void anAnswerOverHttpThatSaysThatItIsTooLargeIsNotRead() {
        Endless endless = new Endless();

        assertThatThrownBy(() -> BoundedEntity.of(new InputStreamEntity(endless, 1_001, ContentType.TEXT_PLAIN), 1_000))
                .isInstanceOf(IOException.class);
        assertThat(endless.read).isZero();
    }
}
