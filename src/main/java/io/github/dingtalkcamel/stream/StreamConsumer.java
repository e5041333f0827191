package io.github.dingtalkcamel.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.inbound.Delivery;
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
public class StreamConsumer extends DefaultConsumer implements Suspendable {

    /** Between two looks at the clock. */
    private static final Duration TICK = Duration.ofSeconds(1);
    /** Events and clicks on cards that routes work on at once. */
    private static final int OTHERS_AT_ONCE = 16;
    /** For what came in to be stored and answered, before the connections are closed. */
    private static final long LAST_ANSWERS_MILLIS = 2_000;

    private final InstantSource clock = InstantSource.system();
    private final List<KeptConnection> connections = new CopyOnWriteArrayList<>();
    private final List<Handover> handovers = new CopyOnWriteArrayList<>();
    private final List<ExecutorService> threads = new ArrayList<>();
    private ThreadAgenda agenda;

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
        Pace pace = component.pace();
        List<Integration> integrations = getEndpoint().integrations();
        agenda = new ThreadAgenda("dingtalk-stream", clock);
        for (Integration integration : integrations) {
            Traffic traffic = component.streams().traffic(integration.id());
            Gateway gateway = new Gateway(component.http(), component.streams().settings().apiBaseUrl(), integration, userAgent(), pace.opening());
            Handover handover = new Handover(this::enter, pool("dingtalk-stream-" + integration.id(), 1),
                    pool("dingtalk-stream-events-" + integration.id(), OTHERS_AT_ONCE), agenda, traffic);
            handovers.add(handover);
            Reception reception = new Reception(integration.id(), handover, traffic);
            for (int number = 1; number <= integration.streamConnections(); number++) {
                connections.add(new KeptConnection(integration.id(), number, gateway, reception, traffic, pace, agenda,
                        () -> ThreadLocalRandom.current().nextDouble()));
            }
        }
        component.streams().add(this, connections);
        connections.forEach(KeptConnection::start);
        watchSleep(new SleepWatch(TICK, agenda.wallMillis(), agenda.nanos()));
    }

    private void watchSleep(SleepWatch watch) {
        agenda.in(TICK, () -> {
            if (watch.slept(agenda.wallMillis(), agenda.nanos())) {
                connections.forEach(KeptConnection::probe);
            }
            watchSleep(watch);
        });
    }

    private ExecutorService pool(String name, int size) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(size, size, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        threads.add(pool);
        return pool;
    }

    private static String userAgent() {
        String version = StreamConsumer.class.getPackage().getImplementationVersion();
        return "dingtalk-camel-java/" + (version == null ? "dev" : version);
    }

    /** Not waiting for the route: it may answer on another thread. */
    private void enter(Delivery delivery, Consumer<Handover.Outcome> done) {
        Exchange exchange = createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        exchange.setProperty(Delivery.PROPERTY, delivery);
        getAsyncProcessor().process(exchange, doneSync -> {
            Handover.Outcome outcome = outcome(exchange);
            releaseExchange(exchange, false);
            done.accept(outcome);
        });
    }

    private static Handover.Outcome outcome(Exchange exchange) {
        if (exchange.getException() != null) {
            return new Handover.Outcome(exchange.getException(), null);
        }
        Object body = exchange.getMessage().getBody();
        boolean plain = body == null || body instanceof Map || body instanceof JsonNode;
        return new Handover.Outcome(null, plain ? body : exchange.getMessage().getBody(String.class));
    }

    @Override
    protected void doSuspend() {
        disconnect();
    }

    @Override
    protected void doResume() {
        connections.forEach(KeptConnection::start);
    }

    @Override
    protected void doStop() throws Exception {
        disconnect();
        getEndpoint().getComponent().streams().remove(this, connections);
        connections.clear();
        handovers.clear();
        threads.forEach(ExecutorService::shutdown);
        threads.clear();
        if (agenda != null) {
            agenda.close();
        }
        super.doStop();
    }

    /** Opens no more connections, has what came in stored and answered, then closes them: all of it in a few seconds. */
    void disconnect() {
        connections.forEach(KeptConnection::stopOpening);
        awaitAnswers();
        CompletableFuture<?> closed = CompletableFuture.allOf(connections.stream().map(KeptConnection::stop).toArray(CompletableFuture[]::new));
        try {
            closed.get(2 * getEndpoint().getComponent().pace().closing().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // they end with the process
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitAnswers() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_ANSWERS_MILLIS);
        while (handovers.stream().anyMatch(handover -> handover.underWay() > 0) && System.nanoTime() < end) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @ManagedAttribute(description = "Connections that can receive messages now, and how many there should be")
    public String getConnected() {
        return connections.stream().filter(KeptConnection::isConnected).count() + " of " + connections.size();
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
        connections.forEach(KeptConnection::reconnect);
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
        return connections.stream().map(KeptConnection::status).toList();
    }

    private String latest(Function<ConnectionStatus, Instant> what) {
        return statuses().stream().map(what).filter(Objects::nonNull).max(Comparator.naturalOrder()).map(Instant::toString).orElse(null);
    }
}
