package io.github.dingtalkcamel.inbound;
import java.time.Instant;
import java.time.InstantSource;
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
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.stream.ConnectionStatus;
import io.github.dingtalkcamel.component.stream.FrameDispatcher;
import io.github.dingtalkcamel.component.stream.StreamConnections;
import io.github.dingtalkcamel.component.stream.StreamHub;
import io.github.dingtalkcamel.component.stream.StreamSubscriber;
import io.github.dingtalkcamel.settings.Integration;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.support.DefaultConsumer;

/** Keeps the connections of its integrations open while its route runs, and gives the route what comes in by them. */
@ManagedResource(description = "Stream connections to DingTalk")
public class StreamConsumer extends DefaultConsumer implements Suspendable, StreamSubscriber {

    private final List<StreamConnections> connections = new CopyOnWriteArrayList<>();
    private StreamHub hub;

    public StreamConsumer(StreamEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    public StreamEndpoint getEndpoint() {
        return (StreamEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        StreamComponent component = getEndpoint().getComponent();
        hub = new StreamHub(component.http(), component.pace(), InstantSource.system());
        for (Integration integration : getEndpoint().integrations()) {
            connections.add(hub.of(component.streams().app(integration), component.streams().traffic(integration.id())));
        }
        component.streams().add(this, connections);
        connections.forEach(each -> each.subscribe(this));
    }

    @Override
    public Set<Delivery.Kind> kinds() {
        return EnumSet.allOf(Delivery.Kind.class);
    }

    /** Not waiting for the route: it may answer on another thread. */
    @Override
    public void deliver(Delivery delivery, Consumer<FrameDispatcher.Outcome> done) {
        Exchange exchange = createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        exchange.setProperty(Delivery.PROPERTY, delivery);
        getAsyncProcessor().process(exchange, doneSync -> {
            FrameDispatcher.Outcome outcome = outcome(exchange);
            releaseExchange(exchange, false);
            done.accept(outcome);
        });
    }

    private static FrameDispatcher.Outcome outcome(Exchange exchange) {
        if (exchange.getException() != null) {
            return new FrameDispatcher.Outcome(exchange.getException(), null);
        }
        Object body = exchange.getMessage().getBody();
        boolean plain = body == null || body instanceof Map || body instanceof JsonNode;
        return new FrameDispatcher.Outcome(null, plain ? body : exchange.getMessage().getBody(String.class));
    }

    @Override
    protected void doSuspend() {
        disconnect();
    }

    @Override
    protected void doResume() {
        connections.forEach(each -> each.subscribe(this));
    }

    @Override
    protected void doStop() throws Exception {
        disconnect();
        getEndpoint().getComponent().streams().remove(this, connections);
        connections.clear();
        if (hub != null) {
            hub.close();
        }
        super.doStop();
    }

    /** Opens no more connections, has what came in stored and answered, then closes them: all of it in a few seconds. */
    void disconnect() {
        connections.parallelStream().forEach(each -> each.unsubscribe(this));
    }

    @ManagedAttribute(description = "Connections that can receive messages now, and how many there should be")
    public String getConnected() {
        return connections.stream().mapToLong(StreamConnections::connected).sum() + " of " + connections.stream().mapToInt(StreamConnections::size).sum();
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

    @ManagedOperation(description = "Closes the connections, until resume")
    public void pause() {
        suspend();
    }

    @Override
    @ManagedOperation(description = "Opens the connections again")
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
