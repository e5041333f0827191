package io.github.dingtalkcamel.component.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.Ports;
import jakarta.jms.ConnectionFactory;
import org.apache.activemq.artemis.api.core.ActiveMQNotConnectedException;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.PacketImpl;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionAcknowledgeMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionIndividualAcknowledgeMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveMessage;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/** A JMS broker of the test's own on a free port, whose messages survive a restart. */
public final class Broker implements AutoCloseable {

    /** Where it puts what was delivered ten times in vain. */
    public static final String DEAD_LETTERS = "DLQ";

    private final Path directory;
    private final int port;
    private final AtomicInteger commitsToLose = new AtomicInteger();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final List<Delivered> delivered = new CopyOnWriteArrayList<>();
    private EmbeddedActiveMQ broker;

    /**
     * A message on its way to a consumer.
     *
     * @param requestId its property of that name
     * @param count     its {@code JMSXDeliveryCount}
     */
    public record Delivered(String requestId, int count) {
    }

    public Broker(Path directory) throws Exception {
        this(directory, Ports.quiet());
    }

    Broker(Path directory, int port) throws Exception {
        this.directory = directory;
        this.port = port;
        start();
    }

    static String url(int port) {
        return "tcp://127.0.0.1:" + port;
    }

    public String url() {
        return url(port);
    }

    public ConnectionFactory factory() {
        return new ActiveMQConnectionFactory(url());
    }

    /** Breaks the connection instead of taking a transaction's commit, so many times: the broker delivers the messages again. */
    public void loseCommits(int times) {
        commitsToLose.set(times);
    }

    /** How many of those commits are still to come. */
    public int commitsToLose() {
        return commitsToLose.get();
    }

    /** The delivery counts of the messages with this {@code requestId}, as they went out. */
    public List<Integer> deliveryCounts(String requestId) {
        return delivered.stream().filter(each -> requestId.equals(each.requestId())).map(Delivered::count).toList();
    }

    /** How many messages a queue has, those included that a consumer has and did not acknowledge. */
    public long messages(String queue) {
        Queue found = broker.getActiveMQServer().locateQueue(queue);
        return found == null ? 0 : found.getMessageCount();
    }

    /**
     * Consumers also commit what they did not receive, once a second: only a commit after an acknowledgement that was not rolled back
     * counts.
     */
    private boolean takes(Packet packet, RemotingConnection connection) {
        String session = connection.getID() + "/" + packet.getChannelID();
        if (packet instanceof SessionAcknowledgeMessage one) {
            acknowledgements.received(connection.getID(), one.getMessageID());
            acknowledged.add(session);
        } else if (packet instanceof SessionIndividualAcknowledgeMessage one) {
            acknowledgements.received(connection.getID(), one.getMessageID());
            acknowledged.add(session);
        } else if (packet.getType() == PacketImpl.SESS_ROLLBACK) {
            acknowledged.remove(session);
        }
        if (packet.getType() != PacketImpl.SESS_COMMIT || !acknowledged.remove(session)
                || commitsToLose.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return true;
        }
        // one that a session's thread processes after its transaction was rolled back would leave the message in delivery for ever
        acknowledgements.awaitProcessed(connection.getID());
        fail(connection);
        return false;
    }

    /**
     * The client is connected again within some milliseconds: it must not get later messages of a group before the queue has those back
     * that were on their way. Only for queues that no other connection consumes from.
     */
    private void fail(RemotingConnection connection) {
        List<Queue> queues = broker.getActiveMQServer().getSessions(connection.getID().toString()).stream()
                .flatMap(session -> session.getServerConsumers().stream()).map(ServerConsumer::getQueue).distinct().toList();
        queues.forEach(Queue::pause);
        connection.fail(new ActiveMQNotConnectedException("lost for the test"));
        queues.forEach(queue -> {
            Acknowledgements.await(() -> queue.getDeliveringCount() == 0);
            queue.resume();
        });
    }

    private boolean sends(Packet packet) {
        if (packet instanceof SessionReceiveMessage message) {
            delivered.add(new Delivered(message.getMessage().getStringProperty("requestId"), message.getDeliveryCount()));
        }
        return true;
    }

    /** Starts it, or starts it again with the messages that it had. */
    public void start() throws Exception {
        Configuration configuration = new ConfigurationImpl().setSecurityEnabled(false).setPersistenceEnabled(true)
                .setJournalDirectory(directory.resolve("journal").toString()).setBindingsDirectory(directory.resolve("bindings").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString()).setPagingDirectory(directory.resolve("paging").toString())
                .setJournalFileSize(1 << 20).setJournalMinFiles(2).addAcceptorConfiguration("tcp", url())
                .addAddressSetting("#", new AddressSettings().setDeadLetterAddress(SimpleString.of(DEAD_LETTERS))
                        .setMaxDeliveryAttempts(10));
        configuration.registerBrokerPlugin(acknowledgements);
        broker = new EmbeddedActiveMQ().setConfiguration(configuration);
        broker.start();
        broker.getActiveMQServer().getRemotingService().addIncomingInterceptor((Interceptor) this::takes);
        broker.getActiveMQServer().getRemotingService().addOutgoingInterceptor((Interceptor) (packet, connection) -> sends(packet));
    }

    /** Its connections break. */
    public void kill() throws Exception {
        broker.stop();
    }

    @Override
    public void close() throws IOException {
        try {
            broker.stop();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
