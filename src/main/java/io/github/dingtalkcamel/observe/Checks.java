package io.github.dingtalkcamel.observe;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.stream.ConnectionStatus;
import io.github.dingtalkcamel.cluster.Cluster;
import io.github.dingtalkcamel.inbound.Streams;
import io.github.dingtalkcamel.inbound.Webhook;
import io.github.dingtalkcamel.integration.AccessTokens;
import io.github.dingtalkcamel.limits.DingTalkCallLimiter;
import io.github.dingtalkcamel.server.Addresses;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.KeyedQueue;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * The health checks (docs/promises.md 9). Ready is: the store answers, the queue has room, and some integration can take messages, where
 * one is meant to. The rest shows in {@code /observe/health} only. Each DOWN says what to do.
 */
public final class Checks {

    private static final String NOT_STARTED = "Not started: start the route inbound-stream-messages";

    private final Settings settings;
    private final Store store;
    private final KeyedQueue queue;
    private final Agents agents;
    private final AccessTokens accessTokens;
    private final Webhook webhook;
    private final Streams streams;
    private final DingTalkCallLimiter callLimiter;
    private final WithheldMessages withheld;

    public Checks(Settings settings, Store store, KeyedQueue queue, Agents agents, AccessTokens accessTokens, Webhook webhook,
            Streams streams, DingTalkCallLimiter callLimiter, WithheldMessages withheld) {
        this.settings = settings;
        this.store = store;
        this.queue = queue;
        this.agents = agents;
        this.accessTokens = accessTokens;
        this.webhook = webhook;
        this.streams = streams;
        this.callLimiter = callLimiter;
        this.withheld = withheld;
    }

    /** Adds them to the context. */
    public void register(CamelContext context) {
        HealthCheckRegistry registry = HealthCheckHelper.getHealthCheckRegistry(context);
        registry.register(new Check("store", true, this::store));
        registry.register(new Check("queue", true, this::queue));
        registry.register(new Check("receiving", true, this::receiving));
        registry.register(new Check("triggers", false, this::triggers));
        registry.register(new Check("agents", false, this::agents));
        registry.register(new Check("sending", false, this::sending));
        for (Integration integration : settings.integrations()) {
            registry.register(new Check("integration-" + integration.id(), false, result -> integration(integration, result)));
            if (integration.hasApp()) {
                registry.register(new Check("token-" + integration.id(), false, result -> token(integration, result)));
            }
            if (streams.isOn(integration.id())) {
                registry.register(new Check("stream-" + integration.id(), false, result -> stream(integration.id(), result)));
                for (int number = 1; number <= integration.streamConnections(); number++) {
                    int which = number;
                    registry.register(new Check("stream-" + integration.id() + "-" + number, false,
                            result -> connection(integration.id(), which, result)));
                }
            }
        }
    }

    /** Adds the check of this process as a node of a cluster. A node that can't take part is not ready. */
    static void registerNode(CamelContext context, Cluster cluster) {
        HealthCheckHelper.getHealthCheckRegistry(context).register(new Check("node", true, result -> {
            result.detail("node", cluster.membership().name()).detail("conversations", cluster.leases().count());
            String trouble = cluster.membership().trouble();
            if (trouble != null) {
                result.message(trouble).down();
            } else if (cluster.leases().isQueueFull()) {
                result.message("The queue of all nodes together is full: see which agents are slow, or raise dingtalk.queue-capacity")
                        .down();
            }
        }));
    }

    private void store(HealthCheckResultBuilder result) {
        result.detail("store", store.description());
        String trouble = store.trouble();
        if (trouble != null) {
            result.message("The store does not work: " + trouble + ". Check the disk's space and rights, or the database").down();
        }
    }

    private void queue(HealthCheckResultBuilder result) {
        result.detail("waiting", queue.size()).detail("running", queue.running()).detail("capacity", queue.capacity());
        if (queue.isFull()) {
            result.message("The queue is full: see which agents are slow, or raise dingtalk.queue-capacity and dingtalk.max-running-turns")
                    .down();
        }
    }

    private void receiving(HealthCheckResultBuilder result) {
        if (settings.integrations().stream().noneMatch(Integration::hasApp)) {
            // or a process that notifies by custom robots alone would never be ready, and its tools out of reach behind a load balancer
            result.message("No messages are meant to come: there are custom robots only, which send");
        } else if (settings.integrations().stream().map(Integration::id).noneMatch(id -> webhook.isOn(id) || streams.isReceiving(id))) {
            result.message(settings.integrations().stream().map(Integration::id).noneMatch(streams::isOn)
                    ? "No integration can take messages: set dingtalk.stream or dingtalk.callback"
                    : "No Stream connection is open and no webhook is on: see the checks of the connections for the reason").down();
        }
    }

    /** Throttling is normal under load and shows as a detail; a host that is unavailable is DOWN. */
    private void sending(HealthCheckResultBuilder result) {
        callLimiter.hosts().forEach((host, trouble) -> result.detail(host, trouble.isEmpty() ? "available" : "unavailable"));
        callLimiter.throttled().forEach((api, held) -> result.detail("throttled " + api, held));
        result.detail("waiting", queue.yielded());
        String unavailable = callLimiter.hosts().values().stream().filter(trouble -> !trouble.isEmpty()).collect(Collectors.joining(". "));
        if (!unavailable.isEmpty()) {
            result.message(unavailable).down();
        }
    }

    private void agents(HealthCheckResultBuilder result) {
        Map<String, String> unavailable = agents.unavailable();
        agents.names().forEach(name -> result.detail(name, unavailable.containsKey(name) ? "not available" : "running"));
        result.detail("waiting", agents.waiting());
        if (!unavailable.isEmpty()) {
            result.message(String.join(". ", unavailable.values())).down();
        }
    }

    private void triggers(HealthCheckResultBuilder result) {
        // by name in the message itself: pages of health don't show details unless asked
        String conflicts = agents.conflicts().entrySet().stream()
                .map(conflict -> "Integration " + conflict.getKey() + " has several triggers: "
                + conflict.getValue().get(0) + " keeps it; remove the trigger of "
                + String.join(", ", conflict.getValue().subList(1, conflict.getValue().size()))
                + " or stop the route").collect(Collectors.joining(". "));
        if (!conflicts.isEmpty()) {
            result.message(conflicts).down();
        }
    }

    private void integration(Integration integration, HealthCheckResultBuilder result) {
        result.detail("webhook", webhook.isOn(integration.id()) ? Addresses.callback(settings, integration.id()) : "off");
        String triggered = agents.triggered(integration.id());
        String agent = triggered != null ? triggered : integration.fallbackAgent().orElse(null);
        result.detail("agent", agent == null ? "none" : agent);
        if (integration.hasApp() && agent != null && !agents.isRunning(agent)) {
            result.message("Agent " + agent + " is not running: add or start a route that consumes from agent:" + agent).down();
        } else if (withheld.trouble(integration.id()) != null) {
            result.message(withheld.trouble(integration.id())).down();
        }
    }

    private void token(Integration integration, HealthCheckResultBuilder result) {
        DingTalkException trouble = accessTokens.failure(integration.id());
        if (trouble != null) {
            result.detail("code", trouble.code()).message(trouble.getMessage() + ". " + trouble.remedy()).down();
        }
    }

    private void stream(String integration, HealthCheckResultBuilder result) {
        long connected = streams.connected(integration);
        result.detail("connected", connected).detail("connections", streams.connections(integration).size());
        if (connected == 0) {
            result.message("Integration " + integration + " has no open Stream connection. "
                    + streams.connections(integration).stream().map(Checks::whatToDo).findFirst().orElse(NOT_STARTED)).down();
        }
    }

    private void connection(String integration, int number, HealthCheckResultBuilder result) {
        ConnectionStatus status = streams.connections(integration).stream().filter(each -> each.number() == number).findFirst()
                .orElse(null);
        if (status == null) {
            result.message(NOT_STARTED).down();
            return;
        }
        result.detail("state", status.state().name()).detail("since", status.since().toString()).detail("attempts", status.attempts())
                .detail("reconnects", status.reconnects())
                .detail("draining", status.draining());
        detail(result, "lastFrame", status.lastFrame());
        detail(result, "lastPong", status.lastPong());
        detail(result, "lastMessage", status.lastMessage());
        detail(result, "lastClose", status.lastClose());
        if (!status.isConnected()) {
            result.message(whatToDo(status)).down();
        }
    }

    private static void detail(HealthCheckResultBuilder result, String name, Object value) {
        if (value != null) {
            result.detail(name, String.valueOf(value));
        }
    }

    private static String whatToDo(ConnectionStatus status) {
        return switch (status.state()) {
            case CONNECTED -> "It is open";
            case STOPPED -> "It is paused or stopped: resume or start the routes inbound-stream-messages, -events and -cards";
            case CONNECTING, WAITING -> status.trouble() != null ? status.trouble() + ". " + status.remedy()
                    : "It is being opened" + (status.lastClose() == null ? "" : " again after: " + status.lastClose()) + ". Wait a moment";
        };
    }

    @FunctionalInterface
    private interface Look {
        void at(HealthCheckResultBuilder result);
    }

    /** One check; without readiness it informs only. */
    private static final class Check extends AbstractHealthCheck {

        private final boolean readiness;
        private final Look look;

        Check(String name, boolean readiness, Look look) {
            super("dingtalk", name);
            this.readiness = readiness;
            this.look = look;
        }

        @Override
        protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
            builder.up();
            look.at(builder);
        }

        @Override
        public boolean isReadiness() {
            return readiness;
        }

        @Override
        public boolean isLiveness() {
            return false;
        }
    }
}
