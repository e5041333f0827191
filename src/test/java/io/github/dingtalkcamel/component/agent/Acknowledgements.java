package io.github.dingtalkcamel.component.agent;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.awaitility.Awaitility;

/** The acknowledgements that a broker received and whose sessions, which have threads of their own, did not process yet. */
final class Acknowledgements implements ActiveMQServerMessagePlugin {

    private final Set<Received> received = ConcurrentHashMap.newKeySet();

    private record Received(Object connection, long message) {
    }

    void received(Object connection, long message) {
        received.add(new Received(connection, message));
    }

    /** Afterwards each belongs to its transaction. */
    void awaitProcessed(Object connection) {
        await(() -> received.stream().noneMatch(one -> one.connection().equals(connection)));
    }

    static void await(Callable<Boolean> condition) {
        Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(20)).until(condition);
    }

    @Override
    public void messageAcknowledged(Transaction transaction, MessageReference message, AckReason reason, ServerConsumer consumer) {
        if (consumer != null) {
            received.remove(new Received(consumer.getConnectionID(), message.getMessageID()));
        }
    }
}
