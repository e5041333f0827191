package io.github.dingtalkcamel.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.admin.DeadLettersApi;
import io.github.dingtalkcamel.admin.IntegrationsApi;
import io.github.dingtalkcamel.admin.MessagesApi;
import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.assistant.ModelStatus;
import io.github.dingtalkcamel.cluster.Cluster;
import io.github.dingtalkcamel.cluster.Nodes;
import io.github.dingtalkcamel.conversation.ConversationConfiguration;
import io.github.dingtalkcamel.hook.LifecycleEvents;
import io.github.dingtalkcamel.inbound.InboundConfiguration;
import io.github.dingtalkcamel.integration.AccessTokens;
import io.github.dingtalkcamel.limits.DingTalkCallLimiter;
import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.reload.LiveRoutes;
import io.github.dingtalkcamel.robot.RobotQueue;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.TurnConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.CamelContextHelper;

/**
 * What operators see of the application: health checks, metrics, JMX, Hawtio and the banner.
 *
 * @param context where it is registered
 * @param meters  what happens to messages
 * @param model   the state of the assistant's language model; empty where none is set
 * @param cluster null where this process has the store for itself
 */
public record ObserveConfiguration(CamelContext context, Settings settings, Store store, TurnConfiguration turn, Agents agents,
        ConversationConfiguration conversation, InboundConfiguration inbound, LifecycleEvents events, DingTalkCallLimiter limiter,
        AccessTokens accessTokens, RobotQueue robotQueue, Outbox outbox, Optional<ModelStatus> model, Cluster cluster,
        MessageMeters meters) {

    /** Binds what routes and Camel name. */
    public void bind() {
        context.addRoutePolicyFactory(new RouteMetrics());
        context.getRegistry().bind("unexpected", new Unexpected());
        context.addRoutePolicyFactory(meters);
        // in place of Camel's own, which has no bounds
        context.getRegistry().bind("jolokia", new BoundedJolokia());
    }

    /** Names the traces of times in histograms. Before Camel makes a registry of meters, which names none. */
    public void bindExemplars() {
        context.getRegistry().bind(MicrometerConstants.METRICS_REGISTRY_NAME, Exemplars.registry());
    }

    /**
     * Registers the health checks.
     *
     * @param requests the workers that handle requests of the public port
     * @param open     whether the public port lets requests through
     */
    public void registerChecks(Executor requests, BooleanSupplier open) {
        new Checks(settings, store, turn.turns(), agents, accessTokens, inbound.webhook(), inbound.streams(), limiter,
                meters.withheld()).register(context);
        model.ifPresent(status -> new ModelCheck(status).register(context));
        if (cluster != null) {
            Checks.registerNode(context, cluster);
        }
        ContextCheck.register(context, open);
        new WorkerChecks(store::isWriting, requests).queue("seda://turns", turn.turns()).queue("seda://commands", turn.commands())
                .register(context);
    }

    /** Opens the console, and registers metrics and beans of JMX. Camel's registry of meters exists by then. */
    public void show() {
        new Console(context, settings).open();
        Registry beans = context.getRegistry();
        new OperatorPage(beans.lookupByNameAndType("integrationsApi", IntegrationsApi.class),
                beans.lookupByNameAndType("deadLettersApi", DeadLettersApi.class),
                beans.lookupByNameAndType("messagesApi", MessagesApi.class),
                this::queue).open(VertxPlatformHttpRouter.lookup(context,
                        VertxPlatformHttpRouter.getRouterNameFromPort(settings.managementPort())));
        new Gauges(turn.turns(), agents, turn.deadLetters(), settings, inbound.streams(), events, limiter, robotQueue, outbox)
                .register(context);
        MeterRegistry registry = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (registry != null) {
            meters.showIn(registry);
        }
        store.onCommit(meters::committed);
        turn.deadLetters().onAdded(meters::deadLetter);
        new HeldBytes(context).show("turns", turn.turns()::bytes, turn.turns()::maxBytes)
                .show("commands", turn.commands()::bytes, turn.commands()::maxBytes).show("events", events::bytes, events::maxBytes);
        new Beans(context).show("bindings", conversation.bindings())
                .show("conversations", new Conversations(conversation.sessions(), agents)).show("events", events)
                .show("dead-letters", new DeadLetterOperations(turn.deadLetters()));
        if (cluster != null) {
            ClusterView node = new ClusterView(cluster, new Nodes(store));
            new Beans(context).show("cluster", node);
            Gauges.registerNode(context, node);
        }
    }

    private Map<String, Object> queue() {
        Map<String, Object> queue = new LinkedHashMap<>();
        queue.put("waiting", turn.turns().size());
        queue.put("running", turn.turns().running());
        queue.put("unsent", turn.turns().yielded());
        queue.put("capacity", turn.turns().capacity());
        queue.put("deadLetters", turn.deadLetters().count());
        return queue;
    }

    /** Logs what runs and what is missing. @param simulator its URL, or null without one */
    public void printBanner(String simulator, LiveRoutes routes) {
        new Banner(settings, store, cluster, agents, inbound.webhook(), simulator, routes).print();
    }
}
