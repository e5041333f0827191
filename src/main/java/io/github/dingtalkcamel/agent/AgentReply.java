package io.github.dingtalkcamel.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;

/** The text that an agent left as its reply, at most 1 MiB: bytes where it comes as bytes or as a stream, characters otherwise. */
final class AgentReply {

    static final int MOST = 1 << 20;

    private AgentReply() {
    }

    /**
     * The reply; null where the body is null. Of a stream no more is read than is allowed.
     *
     * @throws ReplyTooLargeException where it is larger
     * @throws RuntimeCamelException  where it can't be read, or is nothing that makes a text
     */
    static String text(Exchange call) {
        Message message = call.getMessage();
        Object body = message.getBody();
        try {
            if (body instanceof InputStream stream) {
                byte[] bytes = stream.readNBytes(MOST + 1);
                return call.getContext().getTypeConverter().convertTo(String.class, call, bounded(bytes, bytes.length));
            }
            if (body instanceof Reader reader) {
                char[] characters = new char[MOST + 1];
                int length = 0;
                for (int read = 0; read >= 0 && length <= MOST; read = reader.read(characters, length, characters.length - length)) {
                    length += read;
                }
                return bounded(new String(characters, 0, length), length);
            }
        } catch (IOException e) {
            throw new RuntimeCamelException("The agent's reply broke off while it was read: " + e.getMessage(), e);
        }
        if (body instanceof byte[] bytes) {
            bounded(bytes, bytes.length);
        }
        String text = message.getBody(String.class);
        return text == null ? null : bounded(text, text.length());
    }

    private static <T> T bounded(T reply, int length) {
        if (length > MOST) {
            throw new ReplyTooLargeException();
        }
        return reply;
    }
}
