package io.github.dingtalkcamel.management;

import java.util.Locale;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.events.OwnEvents;
import io.github.dingtalkcamel.outbound.Gate;
import io.github.dingtalkcamel.robot.RobotQueue;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.stream.Streams;
import io.github.dingtalkcamel.turns.DeadLetters;
import io.github.dingtalkcamel.turns.KeyedQueue;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;

/** The figures of {@code /observe/metrics} that Camel's own do not show. */
public final class Gauges {

    private final KeyedQueue queue;
    private final Agents agents;
    private final DeadLetters deadLetters;
    private final Settings settings;
    private final Streams streams;
    private final OwnEvents events;
    private final Gate gate;
    private final RobotQueue robots;

    public Gauges(KeyedQueue queue, Agents agents, DeadLetters deadLetters, Settings settings, Streams streams, OwnEvents events, Gate gate,
            RobotQueue robots) {
        this.queue = queue;
        this.agents = agents;
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.streams = streams;
        this.events = events;
        this.gate = gate;
        this.robots = robots;
    }

    /** Adds them to the context's meters. */
    public void register(CamelContext context) {
        MeterRegistry meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (meters == null) {
            return;
        }
        Gauge.builder("dingtalk.turns.waiting", queue, KeyedQueue::size).description("Turns that wait").register(meters);
        Gauge.builder("dingtalk.turns.running", queue, KeyedQueue::running).description("Turns being answered").register(meters);
        Gauge.builder("dingtalk.agents.stuck", agents, Agents::stuck).description("Agents' calls that /stop could not end").register(meters);
        FunctionCounter.builder("dingtalk.agents.discarded", agents, Agents::discarded).description("Agents' results that came after /stop")
                .register(meters);
        Gauge.builder("dingtalk.turns.unsent", queue, KeyedQueue::yielded).description("Turns that are answered and wait for DingTalk to take the answer")
                .register(meters);
        Gauge.builder("dingtalk.hosts.away", gate, all -> all.hosts().values().stream().filter(trouble -> !trouble.isEmpty()).count())
                .description("Hosts of DingTalk that don't answer").register(meters);
        Gauge.builder("dingtalk.apis.throttled", gate, all -> all.throttled().size()).description("APIs that DingTalk throttles").register(meters);
        Gauge.builder("dingtalk.robot.messages.waiting", this, Gauges::waitingForRobots).description("Messages that wait for a custom robot's turn")
                .register(meters);
        Gauge.builder("dingtalk.dead.letters", this, Gauges::waitingDeadLetters).description("Dead letters that wait for a person").register(meters);
        Gauge.builder("dingtalk.events.waiting", events, OwnEvents::getWaiting).description("Events that wait for the hooks").register(meters);
        FunctionCounter.builder("dingtalk.events.published", events, OwnEvents::getPublished).description("Own events handed to the hooks").register(meters);
        FunctionCounter.builder("dingtalk.events.dropped", events, OwnEvents::getDropped).description("Own events for which the hooks had no room").register(meters);
        settings.integrations().stream().map(Integration::id).forEach(id -> streamOf(id, meters));
    }

    private void streamOf(String integration, MeterRegistry meters) {
        Gauge.builder("dingtalk.stream.connected", streams, all -> all.connected(integration)).tag("integration", integration)
                .description("Stream connections that can receive messages").register(meters);
        for (Streams.Figure figure : Streams.Figure.values()) {
            FunctionCounter.builder("dingtalk.stream." + figure.name().toLowerCase(Locale.ROOT), streams, all -> all.figure(integration, figure))
                    .tag("integration", integration).description(figure.description()).register(meters);
        }
    }

    private double waitingForRobots() {
        try {
            return robots.waiting();
        } catch (StoreException e) {
            return Double.NaN;
        }
    }

    private double waitingDeadLetters() {
        try {
            return deadLetters.count();
        } catch (StoreException e) {
            return Double.NaN;
        }
    }
}
