package io.github.dingtalkcamel.component.agent;

import io.github.dingtalkcamel.component.api.StopSignal;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Asks a service behind a JMS queue for the answer to a message: the kamelet {@code jms-agent-action}. It sends the {@link AgentEnvelope}
 * and takes the answer from a temporary queue, which the request names in JMSReplyTo; the answer becomes the exchange's body.
 *
 * <p>Promises: no thread waits; the answer is there within the time-out, or the exchange fails; a {@link StopSignal} ends the wait at once.
 * While the broker is unavailable requests wait for it, at most until their time-out. Requests that were not answered when the connection
 * broke are sent once more, in their order: so a service may see a message twice, with the same {@code messageId}.
 *
 * <p>Does not promise that a stopped or timed-out request is taken back: the service may see it until its time to live is over, and its
 * answer is discarded.
 */
public final class JmsAgent extends AsyncProcessorSupport {

    static final String NAME = "jms-agent-action";

    private final AgentTimeout timeout = new AgentTimeout(NAME, 120);
    private String destinationName = "";
    private Object connectionFactory;
    private JmsRequests requests;
    private AgentConnections connections;

    /** @param name of the queue */
    public void setDestinationName(String name) {
        destinationName = name == null ? "" : name.strip();
    }

    /** @param factory a {@code jakarta.jms.ConnectionFactory} */
    public void setConnectionFactory(Object factory) {
        connectionFactory = factory;
    }

    /** @param text of the whole call, such as {@code 120s} */
    public void setTimeout(String text) {
        timeout.set(text);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        JmsCall call;
        try {
            AgentConnections connections = AgentConnections.of(exchange.getContext());
            JmsRequests broker = requests(connections);
            call = new JmsCall(exchange, destinationName, timeout.millis(exchange), connections);
            StopSignal stop = exchange.getProperty(StopSignal.PROPERTY, StopSignal.class);
            broker.ask(call);
            if (stop != null) {
                stop.whenStopped(call);
            }
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        call.outcome().whenComplete((answer, failure) -> {
            if (failure == null) {
                answer.setOn(exchange);
            } else {
                exchange.setException(new AgentFailedException("Agent behind queue " + destinationName + ": " + failure.getMessage(),
                        failure.getCause()));
            }
            callback.done(false);
        });
        return false;
    }

    private synchronized JmsRequests requests(AgentConnections shared) {
        if (requests == null) {
            if (destinationName.isEmpty()) {
                throw new IllegalArgumentException("Property destinationName of " + NAME + " is missing: name the queue");
            }
            try {
                requests = shared.jms(connectionFactory);
                connections = shared;
            } catch (NoClassDefFoundError e) {
                throw new IllegalArgumentException("There is no JMS client: put the jars of your broker's client, with jakarta.jms,"
                        + " on the class path", e);
            }
        }
        return requests;
    }

    @Override
    protected synchronized void doStop() throws Exception {
        if (requests != null) {
            connections.release(requests);
            requests = null;
        }
        super.doStop();
    }
}
