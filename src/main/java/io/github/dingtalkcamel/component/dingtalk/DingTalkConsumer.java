package io.github.dingtalkcamel.component.dingtalk;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.EarlierMessages;
import io.github.dingtalkcamel.component.stream.ConnectionStatus;
import io.github.dingtalkcamel.component.stream.FrameDispatcher;
import io.github.dingtalkcamel.component.stream.StreamConnections;
import io.github.dingtalkcamel.component.stream.StreamSubscriber;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes robot messages, events or clicks on cards over the Stream connections of its apps. An exchange that is done without an
 * exception is acknowledged. One
 * with an exception is not: DingTalk delivers an event again, and perhaps a message; a card stays as it is. What is delivered again is
 * consumed again: use
 * Camel's idempotent consumer with CamelDingTalkMessageId or CamelDingTalkEventId where that matters.
 * <p>
 * Exchanges are {@code InOut} unless option {@code exchangePattern} says otherwise.
 */
@ManagedResource(description = "Consumes what DingTalk pushes over Stream connections")
public class DingTalkConsumer extends DefaultConsumer implements Suspendable {

    private static final Logger REFUSED = LoggerFactory.getLogger("dingtalk.refused");

    private final List<StreamConnections> connections = new CopyOnWriteArrayList<>();
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();

    public DingTalkConsumer(DingTalkEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    public DingTalkEndpoint getEndpoint() {
        return (DingTalkEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        try {
            for (DingTalkApp app : getEndpoint().apps()) {
                StreamConnections opened = getEndpoint().getComponent().streams().of(app);
                Subscriber subscriber = new Subscriber(opened, PushedExchange.of(getEndpoint().getKind(), app, earlierMessages()));
                opened.subscribe(subscriber);
                connections.add(opened);
                subscribers.add(subscriber);
            }
        } catch (RuntimeException e) {
            // a route that does not start must not keep receiving from some of its apps
            leave();
            throw e;
        }
        if (getEndpoint().getComponent().isHealthCheckConsumerEnabled()) {
            setHealthCheck(new StreamHealthCheck(getRouteId(), () -> List.copyOf(connections)));
        }
        // in an application that is starting: when all its routes run, so that the connections are opened once, for all consumers
        getEndpoint().getCamelContext().addStartupListener((context, alreadyStarted) -> open());
    }

    private EarlierMessages earlierMessages() {
        EarlierMessages known = getEndpoint().getComponent().getEarlierMessages();
        return known == null ? EarlierMessages.NONE : known;
    }

    private void open() {
        connections.forEach(StreamConnections::open);
    }

    @Override
    protected void doSuspend() {
        subscribers.parallelStream().forEach(Subscriber::leave);
    }

    @Override
    protected void doResume() {
        subscribers.forEach(Subscriber::join);
        open();
    }

    @Override
    protected void doStop() throws Exception {
        leave();
        super.doStop();
    }

    private void leave() {
        subscribers.parallelStream().forEach(Subscriber::leave);
        subscribers.clear();
        connections.clear();
    }

    /** The consumer at one app. */
    private final class Subscriber implements StreamSubscriber {

        private final StreamConnections joined;
        private final PushedExchange pushed;

        Subscriber(StreamConnections joined, PushedExchange pushed) {
            this.joined = joined;
            this.pushed = pushed;
        }

        void join() {
            joined.subscribe(this);
        }

        void leave() {
            joined.unsubscribe(this);
        }

        @Override
        public Set<Delivery.Kind> kinds() {
            return EnumSet.of(pushed.kind());
        }

        @Override
        public void deliver(Delivery delivery, Consumer<FrameDispatcher.Outcome> done) {
            Exchange exchange = createExchange(false);
            exchange.setProperty(Delivery.PROPERTY, delivery);
            Object received;
            try {
                received = pushed.fill(exchange, delivery);
            } catch (BadMessageException e) {
                REFUSED.warn("{} was refused: {}", delivery, e.getMessage());
                releaseExchange(exchange, false);
                done.accept(new FrameDispatcher.Outcome(e, null));
                return;
            }
            getAsyncProcessor().process(exchange, doneSync -> {
                FrameDispatcher.Outcome outcome = outcome(exchange, received);
                releaseExchange(exchange, false);
                done.accept(outcome);
            });
        }
    }

    private FrameDispatcher.Outcome outcome(Exchange exchange, Object received) {
        if (exchange.getException() != null || getEndpoint().getKind() != DingTalkKind.cards) {
            return new FrameDispatcher.Outcome(exchange.getException(), null);
        }
        Object body = exchange.getMessage().getBody();
        if (body == received) {
            // the route has set no answer
            return new FrameDispatcher.Outcome(null, null);
        }
        boolean plain = body == null || body instanceof Map || body instanceof JsonNode;
        return new FrameDispatcher.Outcome(null, plain ? body : exchange.getMessage().getBody(String.class));
    }

    @ManagedAttribute(description = "Connections that can receive now, and how many there should be")
    public String getConnected() {
        return connections.stream().mapToLong(StreamConnections::connected).sum() + " of " + connections.stream()
                .mapToInt(StreamConnections::size).sum();
    }

    @ManagedAttribute(description = "How each connection is")
    public String[] getConnections() {
        return statuses().stream().map(ConnectionStatus::toString).toArray(String[]::new);
    }

    @ManagedAttribute(description = "When a frame last came in")
    public String getLastFrame() {
        return latest(ConnectionStatus::lastFrame);
    }

    @ManagedAttribute(description = "When a ping was last answered")
    public String getLastPong() {
        return latest(ConnectionStatus::lastPong);
    }

    @ManagedAttribute(description = "When a robot message last came in")
    public String getLastMessage() {
        return latest(ConnectionStatus::lastMessage);
    }

    @ManagedAttribute(description = "Connections that were lost or replaced")
    public long getReconnects() {
        return statuses().stream().mapToLong(ConnectionStatus::reconnects).sum();
    }

    @ManagedAttribute(description = "Attempts to open a connection")
    public long getAttempts() {
        return statuses().stream().mapToLong(ConnectionStatus::attempts).sum();
    }

    @ManagedAttribute(description = "Why connections last ended or were replaced")
    public String getLastClose() {
        return String.join("; ", statuses().stream().map(ConnectionStatus::lastClose).filter(Objects::nonNull).distinct().toList());
    }

    @ManagedOperation(description = "Opens a new connection in the place of each; the old ones are read until they end")
    public void reconnect() {
        connections.forEach(StreamConnections::reconnect);
    }

    @ManagedOperation(description = "Stops consuming, until resume")
    public void pause() {
        suspend();
    }

    @Override
    @ManagedOperation(description = "Consumes again")
    public void resume() {
        super.resume();
    }

    private List<ConnectionStatus> statuses() {
        return connections.stream().flatMap(each -> each.statuses().stream()).toList();
    }

    private String latest(Function<ConnectionStatus, Instant> what) {
        return statuses().stream().map(what).filter(Objects::nonNull).max(Comparator.naturalOrder()).map(Instant::toString).orElse(null);
    }
}
