package io.github.dingtalkcamel.stream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/** The Stream connections there are, and how they are: for health, metrics and whoever asks. */
public final class Streams {

    private final Settings settings;
    private final Map<String, Traffic> traffic = new HashMap<>();
    private final List<KeptConnection> connections = new CopyOnWriteArrayList<>();
    private final List<StreamConsumer> consumers = new CopyOnWriteArrayList<>();

    public Streams(Settings settings) {
        this.settings = settings;
        settings.integrations().forEach(integration -> traffic.put(integration.id(), new Traffic()));
    }

    /** Figures for metrics, counted since the process started. */
    public enum Figure {
        ATTEMPTS(each -> each.attempts.sum(), "Attempts to open a connection"),
        FAILURES(each -> each.failures.sum(), "Attempts to open a connection that failed"),
        LOSSES(each -> each.losses.sum(), "Connections that were lost or replaced"),
        FRAMES(each -> each.frames.sum(), "Frames that came in"),
        MESSAGES(each -> each.messages.sum(), "Robot messages that came in"),
        REFUSED(each -> each.refused.sum(), "Frames that were not understood, or for which there was no room");

        private final ToLongFunction<Traffic> value;
        private final String description;

        Figure(ToLongFunction<Traffic> value, String description) {
            this.value = value;
            this.description = description;
        }

        /** In words, for whoever reads the metrics. */
        public String description() {
            return description;
        }
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
        return connections.stream().map(KeptConnection::status).filter(status -> status.integration().equals(integration))
                .sorted(Comparator.comparingInt(ConnectionStatus::number)).toList();
    }

    /** A figure of an integration, 0 for one that is not set. */
    public long figure(String integration, Figure figure) {
        Traffic counted = traffic.get(integration);
        return counted == null ? 0 : figure.value.applyAsLong(counted);
    }

    /** Closes all connections, once what came in by them is stored and answered. Routes may start them again. */
    public void close() {
        new ArrayList<>(consumers).forEach(StreamConsumer::disconnect);
    }

    Settings settings() {
        return settings;
    }

    Traffic traffic(String integration) {
        return traffic.get(integration);
    }

    void add(StreamConsumer consumer, List<KeptConnection> opened) {
        consumers.add(consumer);
        connections.addAll(opened);
    }

    void remove(StreamConsumer consumer, List<KeptConnection> closed) {
        consumers.remove(consumer);
        connections.removeAll(closed);
    }
}
