package io.github.dingtalkcamel.component.stream;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.secrets.Secret;

/** All Stream connections of a component, by app. They share one thread for their timers. */
public final class StreamHub implements AutoCloseable {

    /** Between two looks at the clock. */
    private static final Duration TICK = Duration.ofSeconds(1);

    private record Key(String name, URI apiBaseUrl, String appKey, Secret appSecret, int connections) {
    }

    private final HttpClient http;
    private final StreamTimeouts pace;
    private final StreamListener listener;
    private final SingleThreadScheduler scheduler;
    private final Map<Key, StreamConnections> connections = new ConcurrentHashMap<>();

    /** @param listener learns of connections that open and end, or null */
    public StreamHub(HttpClient http, StreamTimeouts pace, InstantSource clock, StreamListener listener) {
        this.listener = listener;
        this.http = http;
        this.pace = pace;
        this.scheduler = new SingleThreadScheduler("dingtalk-stream", clock);
        watchSleep(new SleepWatch(TICK, scheduler.wallMillis(), scheduler.nanos()));
    }

    private void watchSleep(SleepWatch watch) {
        scheduler.in(TICK, () -> {
            if (watch.slept(scheduler.wallMillis(), scheduler.nanos())) {
                connections.values().forEach(StreamConnections::probe);
            }
            watchSleep(watch);
        });
    }

    /**
     * The connections of an app, the same ones for all who ask with the same credentials and number of connections. Nothing is opened yet.
     */
    public StreamConnections of(DingTalkApp app) {
        Key key = new Key(app.name(), app.apiBaseUrl(), app.appKey(), app.appSecret(), app.connections());
        return connections.computeIfAbsent(key, same -> new StreamConnections(app, http, pace, scheduler, new ConnectionMetrics(listener)));
    }

    /** Those that were asked for so far. */
    public List<StreamConnections> all() {
        return List.copyOf(connections.values());
    }

    /** Stops all timers. What is still open ends with the process. */
    @Override
    public void close() {
        connections.values().forEach(StreamConnections::shutDown);
        scheduler.close();
    }
}
