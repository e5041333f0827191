package io.github.dingtalkcamel.component.agent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.text.LogSafe;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to services behind the queues of one broker, and their answers. One connection, made at the first request; one thread that
 * connects and sends, so that a broker that hangs holds no thread of an exchange.
 *
 * <p>Promises: requests are sent in the order in which they were made. When the connection breaks, another is made, after pauses that
 * double from 100 ms up to 5 s, and what was not answered is sent again, in the same order.
 */
final class JmsRequests {

    private static final Logger LOG = LoggerFactory.getLogger(JmsRequests.class);

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final ConnectionFactory factory;
    private final ScheduledExecutorService thread;
    /** Calls that are not over, by id, in the order in which they were made. */
    private final Map<String, JmsCall> open = new LinkedHashMap<>();
    private int users;

    /** The rest is used by the one thread only. */
    private JmsChannel channel;
    private long pause;
    private boolean closed;

    private JmsRequests(ConnectionFactory factory, ScheduledExecutorService thread) {
        this.factory = factory;
        this.thread = thread;
    }

    /** @throws IllegalArgumentException where it is no connection factory */
    static JmsRequests to(Object factory, ScheduledExecutorService thread) {
        if (!(factory instanceof ConnectionFactory jms)) {
            thread.shutdown();
            throw new IllegalArgumentException("Property connectionFactory of " + JmsAgent.NAME + " is "
                    + (factory == null ? "missing" : "a " + factory.getClass().getName())
                    + ": name a bean of type jakarta.jms.ConnectionFactory, such as #bean:broker");
        }
        return new JmsRequests(jms, thread);
    }

    synchronized void acquire() {
        users++;
    }

    /** @return whether that was the last user */
    synchronized boolean release() {
        users--;
        return users == 0;
    }

    /** Closes the connection; what is not answered yet fails. */
    void close() {
        try {
            thread.execute(() -> {
                closed = true;
                closeChannel();
                calls().forEach(call -> call.fail("the application stops, or the route was replaced", null));
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed already", e);
        }
        thread.shutdown();
    }

    /** Sends the request when its turn comes. */
    void ask(JmsCall call) {
        synchronized (open) {
            open.put(call.id(), call);
        }
        call.whenOver(() -> forget(call));
        thread.execute(() -> send(call));
    }

    private void forget(JmsCall call) {
        synchronized (open) {
            open.remove(call.id());
        }
    }

    private List<JmsCall> calls() {
        synchronized (open) {
            return new ArrayList<>(open.values());
        }
    }

    private void send(JmsCall call) {
        if (call.isOver() || closed || pause > 0) {
            // sent with all others when there is a connection again
            return;
        }
        if (channel == null) {
            connect();
            return;
        }
        try {
            channel.send(call);
        } catch (InvalidDestinationException | JMSSecurityException e) {
            call.fail("the broker does not take the request: " + LogSafe.of(e.toString()), e);
        } catch (JMSException | RuntimeException e) {
            lost(channel, e);
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        try {
            channel = JmsChannel.open(factory, this::answered, (broken, cause) -> onThread(() -> lost(broken, cause)));
            if (pause > 0) {
                LOG.info("The JMS broker is available again: requests that were not answered are sent again");
            }
            pause = 0;
        } catch (JMSSecurityException e) {
            calls().forEach(call -> call.fail("the broker refuses the connection: check the user and the password of the bean"
                    + " connectionFactory (" + LogSafe.of(e.toString()) + ")", e));
            return;
        } catch (JMSException | RuntimeException e) {
            again(e);
            return;
        }
        calls().forEach(this::send);
    }

    private void lost(JmsChannel broken, Exception cause) {
        if (broken == channel && !closed) {
            closeChannel();
            again(cause);
        }
    }

    private void again(Exception cause) {
        String why = LogSafe.of(cause.toString());
        if (pause == 0) {
            LOG.warn("The JMS broker is unavailable: {}. Requests wait for it until their time-out", why);
        }
        calls().forEach(call -> call.waitsFor("the JMS broker was unavailable (" + why + "), and there was no answer"));
        pause = pause == 0 ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        thread.schedule(this::connect, pause, TimeUnit.MILLISECONDS);
    }

    private void closeChannel() {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private void onThread(Runnable action) {
        try {
            thread.execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed meanwhile", e);
        }
    }

    /** On the broker's thread. Services answer with the request's correlation id, or, as JMS suggests too, with its message id. */
    private void answered(Message message, JmsChannel from) throws JMSException {
        String id = message.getJMSCorrelationID();
        JmsCall call = of(id);
        if (call != null) {
            read(call, message);
        } else {
            // the message id is known when the send has returned, on the one thread
            onThread(() -> {
                JmsCall known = of(from.callOf(id));
                if (known == null) {
                    LOG.debug("An answer came that no request waits for: correlation id {}", LogSafe.of(String.valueOf(id)));
                } else {
                    read(known, message);
                }
            });
        }
    }

    private JmsCall of(String id) {
        synchronized (open) {
            return id == null ? null : open.get(id);
        }
    }

    private static void read(JmsCall call, Message message) {
        try {
            call.answer(JmsAnswer.read(message));
        } catch (AgentFailedException e) {
            call.fail(e);
        } catch (JMSException | RuntimeException e) {
            call.fail("the answer can't be read: " + LogSafe.of(e.toString()), e);
        }
    }
}
