package io.github.dingtalkcamel.component.agent;

import java.util.List;

import io.github.dingtalkcamel.component.text.LogSafe;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;

/**
 * Reads an answer that came as a JMS message: text or bytes, of the type that one of the usual properties says; without one, plain text.
 */
final class JmsAnswer {

    /** As Camel, AMQP and Spring name it. */
    private static final List<String> CONTENT_TYPES = List.of(JmsCall.CONTENT_TYPE, "JMS_AMQP_CONTENT_TYPE", "JMS_AMQP_ContentType",
            "contentType", "content_type");

    private JmsAnswer() {
    }

    static AgentAnswer read(Message message) throws AgentFailedException, JMSException {
        ContentType type = type(message);
        if (type.isEventStream()) {
            throw new AgentFailedException("The answer has the Content-Type " + type.shown() + ", which only an answer over HTTP can have:"
                    + " answer with the whole reply");
        }
        if (message instanceof TextMessage text) {
            String body = text.getText() == null ? "" : text.getText();
            if (body.length() > AgentAnswer.most(type)) {
                throw AgentAnswer.tooLarge(AgentAnswer.most(type));
            }
            return AgentAnswer.read(type, body);
        }
        if (message instanceof BytesMessage bytes) {
            if (bytes.getBodyLength() > AgentAnswer.most(type)) {
                throw AgentAnswer.tooLarge(AgentAnswer.most(type));
            }
            byte[] body = new byte[(int) bytes.getBodyLength()];
            bytes.readBytes(body);
            return AgentAnswer.read(type, body);
        }
        throw new AgentFailedException("The answer is a " + LogSafe.name(message.getClass().getSimpleName())
                + ": answer with a TextMessage or a BytesMessage");
    }

    private static ContentType type(Message message) throws JMSException {
        for (String name : CONTENT_TYPES) {
            String type = message.getStringProperty(name);
            if (type != null) {
                return ContentType.of(type);
            }
        }
        return ContentType.of(null);
    }
}
