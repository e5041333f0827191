package io.github.dingtalkcamel.inbound;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.stream.ConnectionMetrics;
import io.github.dingtalkcamel.component.stream.ConnectionStatus;
import io.github.dingtalkcamel.component.stream.StreamConnections;
import io.github.dingtalkcamel.component.stream.StreamFigure;
import io.github.dingtalkcamel.component.stream.StreamListener;
import io.github.dingtalkcamel.outbound.IntegrationApps;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/** The Stream connections and their state, for health, metrics and the admin API. */
public final class Streams {

    private final Settings settings;
    private final Map<String, ConnectionMetrics> traffic = new HashMap<>();
    private final List<StreamConnections> connections = new CopyOnWriteArrayList<>();
    private final List<StreamConsumer> consumers = new CopyOnWriteArrayList<>();

    public Streams(Settings settings) {
        this.settings = settings;
        settings.integrations().forEach(integration -> traffic.put(integration.id(), new ConnectionMetrics()));
    }

    /** Has it told when connections come and go. */
    public void tell(StreamListener listener) {
        traffic.values().forEach(each -> each.listener(listener));
    }

    /** Whether the settings ask for connections of this integration. */
    public boolean isOn(String integration) {
        return settings.integration(integration).filter(Streams::isOn).isPresent();
    }

    static boolean isOn(Integration integration) {
        return integration.hasApp() && integration.stream();
    }

    /** Whether at least one connection of this integration can receive messages now. */
    public boolean isReceiving(String integration) {
        return connected(integration) > 0;
    }

    /** Connections of this integration that can receive messages now. */
    public long connected(String integration) {
        return connections(integration).stream().filter(ConnectionStatus::isConnected).count();
    }

    /** How each connection of this integration is, by number. */
    public List<ConnectionStatus> connections(String integration) {
        return connections.stream().flatMap(each -> each.statuses().stream()).filter(status -> status.integration().equals(integration))
                .sorted(Comparator.comparingInt(ConnectionStatus::number)).toList();
    }

    /** A figure of an integration, 0 for one that is not set. */
    public long figure(String integration, StreamFigure figure) {
        ConnectionMetrics counted = traffic.get(integration);
        return counted == null ? 0 : counted.figure(figure);
    }

    /** Closes all connections, once what came in by them is stored and answered. Routes may start them again. */
    public void close() {
        new ArrayList<>(consumers).forEach(StreamConsumer::disconnect);
    }

    Settings settings() {
        return settings;
    }

    public DingTalkApp app(String integration) {
        return app(settings.integration(integration).orElseThrow());
    }

    /** The app of an integration, as Stream connections need it. */
    public DingTalkApp app(Integration integration) {
        return IntegrationApps.of(settings, integration);
    }

    ConnectionMetrics traffic(String integration) {
        return traffic.get(integration);
    }

    void add(StreamConsumer consumer, List<StreamConnections> opened) {
        consumers.add(consumer);
        connections.addAll(opened);
    }

    void remove(StreamConsumer consumer, List<StreamConnections> closed) {
        consumers.remove(consumer);
        connections.removeAll(closed);
    }
}
