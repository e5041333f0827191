package io.github.dingtalkcamel.observe;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.stream.StreamFigure;
import io.github.dingtalkcamel.hook.LifecycleEvents;
import io.github.dingtalkcamel.inbound.Streams;
import io.github.dingtalkcamel.limits.DingTalkCallLimiter;
import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.robot.RobotQueue;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;

/**
 * The figures of {@code /observe/metrics} that Camel's own do not show.
 * <p>
 * The meters hold strongly what they measure: a meter whose object was collected shows NaN, or its last value, for ever.
 */
public final class Gauges {

    private final KeyedQueue queue;
    private final Agents agents;
    private final DeadLetters deadLetters;
    private final Settings settings;
    private final Streams streams;
    private final LifecycleEvents events;
    private final DingTalkCallLimiter callLimiter;
    private final RobotQueue robots;
    private final Outbox outbox;

    public Gauges(KeyedQueue queue, Agents agents, DeadLetters deadLetters, Settings settings, Streams streams, LifecycleEvents events,
            DingTalkCallLimiter callLimiter, RobotQueue robots, Outbox outbox) {
        this.queue = queue;
        this.agents = agents;
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.streams = streams;
        this.events = events;
        this.callLimiter = callLimiter;
        this.robots = robots;
        this.outbox = outbox;
    }

    /** Adds them to the context's meters. */
    public void register(CamelContext context) {
        MeterRegistry meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (meters == null) {
            return;
        }
        gauge(meters, "dingtalk.turns.waiting", "Turns that wait", queue::size);
        gauge(meters, "dingtalk.turns.running", "Turns being answered", queue::running);
        gauge(meters, "dingtalk.agents.stuck", "Agents' calls that /stop could not end", agents::stuck);
        counter(meters, "dingtalk.agents.discarded", "Agents' results that came after /stop", agents::discarded);
        gauge(meters, "dingtalk.agents.unavailable", "Agents that are not asked since they failed too often",
                () -> agents.unavailable().size());
        gauge(meters, "dingtalk.agents.waiting", "Calls that wait until their agent has room (maxRunning)", agents::waiting);
        gauge(meters, "dingtalk.turns.unsent", "Turns that are answered and wait for DingTalk to take the answer", queue::yielded);
        gauge(meters, "dingtalk.hosts.away", "Hosts of DingTalk that don't answer",
                () -> callLimiter.hosts().values().stream().filter(trouble -> !trouble.isEmpty()).count());
        gauge(meters, "dingtalk.apis.throttled", "APIs that DingTalk throttles", () -> callLimiter.throttled().size());
        gauge(meters, "dingtalk.robot.messages.waiting", "Messages that wait for a custom robot's turn", () -> stored(robots::waiting));
        if (outbox.isOn()) {
            gauge(meters, "dingtalk.outbox.waiting", "Events of the outbox that wait for their endpoint", () -> stored(outbox::waiting));
        }
        gauge(meters, "dingtalk.dead.letters", "Dead letters that wait for a person", () -> stored(deadLetters::count));
        gauge(meters, "dingtalk.events.waiting", "Events that wait for the hooks", events::getWaiting);
        counter(meters, "dingtalk.events.published", "Own events handed to the hooks", events::getPublished);
        counter(meters, "dingtalk.events.dropped", "Own events for which the hooks had no room", events::getDropped);
        settings.integrations().stream().map(Integration::id).forEach(id -> streamOf(id, meters));
    }

    /** Adds the figures of a node of a cluster. */
    static void registerNode(CamelContext context, ClusterView node) {
        MeterRegistry meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (meters == null) {
            return;
        }
        gauge(meters, "dingtalk.cluster.conversations", "Conversations that this node works on", node::getConversations);
        gauge(meters, "dingtalk.cluster.waiting", "Turns that wait on all nodes together", node::getWaitingEverywhere);
        gauge(meters, "dingtalk.cluster.takeover.longest.ms",
                "The longest time from a node's last sign of life until this node took one of its conversations over",
                node::getLongestTakeoverMillis);
        counter(meters, "dingtalk.cluster.claims", "Conversations that this node took", node::getClaims);
        counter(meters, "dingtalk.cluster.lost", "Conversations that this node lost to another, or gave up when it fenced itself",
                node::getLost);
        counter(meters, "dingtalk.cluster.fenced", "How often this node fenced itself", node::getFenced);
    }

    private void streamOf(String integration, MeterRegistry meters) {
        gauge(meters, "dingtalk.stream.connected", "Stream connections that can receive messages", () -> streams.connected(integration),
                "integration", integration);
        for (StreamFigure figure : StreamFigure.values()) {
            counter(meters, "dingtalk.stream." + figure.name().toLowerCase(Locale.ROOT), figure.description(),
                    () -> streams.figure(integration, figure), "integration", integration);
        }
    }

    /** A supplier is held strongly, unlike an object and a function of it. */
    private static void gauge(MeterRegistry meters, String name, String description, Supplier<Number> value, String... tags) {
        Gauge.builder(name, value).tags(tags).description(description).register(meters);
    }

    /** A counter knows no strong reference: its object is held weakly, its function is not, so the function holds what it counts. */
    private static void counter(MeterRegistry meters, String name, String description, DoubleSupplier value, String... tags) {
        FunctionCounter.builder(name, value, ignored -> value.getAsDouble()).tags(tags).description(description).register(meters);
    }

    /** NaN while the store can't be read. */
    private static double stored(DoubleSupplier count) {
        try {
            return count.getAsDouble();
        } catch (StoreException e) {
            return Double.NaN;
        }
    }
}
