package io.github.dingtalkcamel.component.agent;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open connection to a broker, with a temporary queue for answers. Used by one thread; answers come on the broker's. */
final class JmsChannel {

    private static final Logger LOG = LoggerFactory.getLogger(JmsChannel.class);
    private static final int MOST_IDS = 10_000;

    /** What is done with an answer. */
    @FunctionalInterface
    interface Answers {
        void take(Message answer, JmsChannel from) throws JMSException;
    }

    private final Connection connection;
    private final Session session;
    private final MessageProducer producer;
    private final TemporaryQueue replies;
    /** Calls by the message ids that the broker gave them; the oldest are forgotten. */
    private final Map<String, String> calls = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST_IDS;
        }
    };

    private JmsChannel(Connection connection) throws JMSException {
        this.connection = connection;
        this.session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        this.producer = session.createProducer(null);
        this.replies = session.createTemporaryQueue();
    }

    /** Connects. @param broken called when the connection breaks, on a thread of the broker's client */
    static JmsChannel open(ConnectionFactory factory, Answers answers, BiConsumer<JmsChannel, Exception> broken) throws JMSException {
        Connection connection = factory.createConnection();
        try {
            JmsChannel channel = new JmsChannel(connection);
            connection.setExceptionListener(cause -> broken.accept(channel, cause));
            // a session serves one thread: answers have their own
            Session receiving = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            receiving.createConsumer(channel.replies).setMessageListener(answer -> channel.take(answer, answers));
            connection.start();
            return channel;
        } catch (JMSException | RuntimeException e) {
            close(connection);
            throw e;
        }
    }

    private void take(Message answer, Answers answers) {
        try {
            answers.take(answer, this);
        } catch (JMSException | RuntimeException e) {
            LOG.debug("An answer can't be read", e);
        }
    }

    /** Sends the call's request; once, however often it is called. */
    void send(JmsCall call) throws JMSException {
        if (!call.goesBy(this)) {
            return;
        }
        Message sent = call.send(session, producer, replies);
        if (sent != null && sent.getJMSMessageID() != null) {
            calls.put(sent.getJMSMessageID(), call.id());
        }
    }

    /** The id of the call whose request has this message id, or null. */
    String callOf(String messageId) {
        return calls.get(messageId);
    }

    void close() {
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (JMSException | RuntimeException e) {
            LOG.debug("The connection was broken already", e);
        }
    }
}
