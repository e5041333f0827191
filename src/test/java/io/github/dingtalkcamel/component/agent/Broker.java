package io.github.dingtalkcamel.component.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

import jakarta.jms.ConnectionFactory;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A JMS broker of the test's own on a free port, whose messages survive a restart. */
public final class Broker implements AutoCloseable {

    /** Where it puts what was delivered ten times in vain. */
    public static final String DEAD_LETTERS = "DLQ";

    private final Path directory;
    private final int port;
    private EmbeddedActiveMQ broker;

    public Broker(Path directory) throws Exception {
        this.directory = directory;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        start();
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    public ConnectionFactory factory() {
        return new ActiveMQConnectionFactory(url());
    }

    /** Starts it, or starts it again with the messages that it had. */
    public void start() throws Exception {
        Configuration configuration = new ConfigurationImpl().setSecurityEnabled(false).setPersistenceEnabled(true)
                .setJournalDirectory(directory.resolve("journal").toString()).setBindingsDirectory(directory.resolve("bindings").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString()).setPagingDirectory(directory.resolve("paging").toString())
                .setJournalFileSize(1 << 20).setJournalMinFiles(2).addAcceptorConfiguration("tcp", url())
                .addAddressSetting("#", new AddressSettings().setDeadLetterAddress(SimpleString.of(DEAD_LETTERS))
                        .setMaxDeliveryAttempts(10));
        broker = new EmbeddedActiveMQ().setConfiguration(configuration);
        broker.start();
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
