package io.github.dingtalkcamel.inbound;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.dingtalk.DingTalkComponent;
import io.github.dingtalkcamel.component.stream.ConnectionStatus;
import io.github.dingtalkcamel.component.stream.StreamConnections;
import io.github.dingtalkcamel.component.stream.StreamFigure;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/** The state and the figures of the integrations' Stream connections, for health, metrics and the admin API. */
public final class Streams {

    private final Settings settings;
    private final DingTalkComponent component;

    public Streams(Settings settings, DingTalkComponent component) {
        this.settings = settings;
        this.component = component;
    }

    /** Whether the settings ask for connections of this integration. */
    public boolean isOn(String integration) {
        return settings.integration(integration).filter(Streams::isOn).isPresent();
    }

    private static boolean isOn(Integration integration) {
        return integration.hasApp() && integration.stream();
    }

    /** Whether at least one connection of this integration can receive messages now. */
    public boolean isReceiving(String integration) {
        return connected(integration) > 0;
    }

    /** Connections of this integration that can receive messages now. */
    public long connected(String integration) {
        return of(integration).mapToLong(StreamConnections::connected).sum();
    }

    /** How each connection of this integration is, by number; empty until a route has consumed from it. */
    public List<ConnectionStatus> connections(String integration) {
        return of(integration).flatMap(each -> each.statuses().stream()).sorted(Comparator.comparingInt(ConnectionStatus::number)).toList();
    }

    /** A figure of an integration since the start of the process, 0 where it has no connections. */
    public long figure(String integration, StreamFigure figure) {
        return of(integration).mapToLong(each -> each.metrics().figure(figure)).sum();
    }

    private Stream<StreamConnections> of(String integration) {
        return component.streamConnections().stream().filter(each -> each.app().name().equals(integration));
    }

    /** Closes all connections, once what came in by them is stored and answered. Routes can open them again. */
    public void close() {
        component.disconnect();
    }
}
