package io.github.dingtalkcamel.component.agent;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import org.apache.camel.Exchange;

/** A request to a service behind a queue. It ends once: with its answer, a failure, its time-out, or when it is stopped. */
final class JmsCall implements StopSignal.Call {

    /** The form in which Camel's JMS component carries the header Content-Type, since a property's name has no dash. */
    static final String CONTENT_TYPE = "Content_HYPHEN_Type";

    private final Exchange exchange;
    private final String queue;
    private final String id = UUID.randomUUID().toString();
    private final String envelope;
    private final String group;
    private final long endsAt;
    private final AgentConnections connections;
    private final CompletableFuture<AgentAnswer> outcome = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Future<?> timer;
    private volatile String waitingFor = "the request was not sent, and there was no answer";
    private Object sentBy;
    private volatile Runnable atEnd = () -> { };

    JmsCall(Exchange exchange, String queue, long millis, AgentConnections connections) {
        this.exchange = exchange;
        this.queue = queue;
        this.envelope = AgentEnvelope.of(exchange);
        this.group = exchange.getMessage().getHeader(DingTalkConstants.CONVERSATION_ID, String.class);
        this.connections = connections;
        this.endsAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        this.timer = connections.deadlines().schedule(() -> fail(waitingFor + " within " + millis + " ms", null), millis,
                TimeUnit.MILLISECONDS);
    }

    String id() {
        return id;
    }

    /** Completed on a thread of its own: an {@link AgentFailedException} where it fails. */
    CompletableFuture<AgentAnswer> outcome() {
        return outcome;
    }

    /** What is done first when the call ends. */
    void whenOver(Runnable action) {
        atEnd = action;
        if (over.get()) {
            action.run();
        }
    }

    /** Called by the one thread that sends. @return false where it was sent by that connection already */
    boolean goesBy(Object connection) {
        boolean isNew = sentBy != connection;
        sentBy = connection;
        return isNew;
    }

    /** Sends it; its time to live is what is left of the time-out. @return what was sent; null where the call is over */
    Message send(Session session, MessageProducer producer, Destination replies) throws JMSException {
        long left = Duration.ofNanos(endsAt - System.nanoTime()).toMillis();
        if (isOver() || left <= 0) {
            return null;
        }
        Message request = session.createTextMessage(envelope);
        request.setJMSCorrelationID(id);
        request.setJMSReplyTo(replies);
        request.setStringProperty(CONTENT_TYPE, "application/json; charset=UTF-8");
        if (group != null) {
            request.setStringProperty("JMSXGroupID", group);
        }
        for (TraceContext.Field field : TraceContext.of(exchange)) {
            request.setStringProperty(field.name(), field.value());
        }
        // stored by the broker, so that a restart of it loses nothing
        producer.send(session.createQueue(queue), request, DeliveryMode.PERSISTENT, Message.DEFAULT_PRIORITY, left);
        waitingFor = "no answer";
        return request;
    }

    /** Why it may not have been sent by now, for its time-out. */
    void waitsFor(String what) {
        waitingFor = what;
    }

    void answer(AgentAnswer answer) {
        if (finish()) {
            onThread(() -> outcome.complete(answer));
        }
    }

    void fail(String why, Throwable cause) {
        fail(new AgentFailedException(why, cause));
    }

    void fail(AgentFailedException failure) {
        if (finish()) {
            onThread(() -> outcome.completeExceptionally(failure));
        }
    }

    /** Not on a thread of the broker's client, nor on the one that sends. */
    private void onThread(Runnable end) {
        try {
            connections.threads().execute(end);
        } catch (RejectedExecutionException e) {
            // the application stops
            end.run();
        }
    }

    private boolean finish() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        timer.cancel(false);
        atEnd.run();
        return true;
    }

    @Override
    public void end() {
        fail("stopped", null);
    }

    @Override
    public boolean isOver() {
        return over.get();
    }
}
