package io.github.dingtalkcamel;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.admin.AdminConfiguration;
import io.github.dingtalkcamel.agent.AgentConfiguration;
import io.github.dingtalkcamel.assistant.AssistantConfiguration;
import io.github.dingtalkcamel.assistant.ModelStatus;
import io.github.dingtalkcamel.card.CardConfiguration;
import io.github.dingtalkcamel.cluster.Cluster;
import io.github.dingtalkcamel.cluster.SharedOrder;
import io.github.dingtalkcamel.cluster.Sharing;
import io.github.dingtalkcamel.command.CommandConfiguration;
import io.github.dingtalkcamel.conversation.ConversationConfiguration;
import io.github.dingtalkcamel.doctor.Examination;
import io.github.dingtalkcamel.doctor.Machine;
import io.github.dingtalkcamel.hook.HookConfiguration;
import io.github.dingtalkcamel.inbound.InboundConfiguration;
import io.github.dingtalkcamel.integration.AccessTokens;
import io.github.dingtalkcamel.mcp.McpConfiguration;
import io.github.dingtalkcamel.observe.HealthEndpoint;
import io.github.dingtalkcamel.observe.HeldBytes;
import io.github.dingtalkcamel.observe.MessageMeters;
import io.github.dingtalkcamel.observe.ObserveConfiguration;
import io.github.dingtalkcamel.outbox.OutboxConfiguration;
import io.github.dingtalkcamel.reload.LiveContext;
import io.github.dingtalkcamel.reload.LiveRoutes;
import io.github.dingtalkcamel.reply.ReplyConfiguration;
import io.github.dingtalkcamel.robot.RobotConfiguration;
import io.github.dingtalkcamel.server.Addresses;
import io.github.dingtalkcamel.server.HttpGauges;
import io.github.dingtalkcamel.server.ManagementGuard;
import io.github.dingtalkcamel.server.ServerConfiguration;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Housekeeping;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.tool.ToolConfiguration;
import io.github.dingtalkcamel.tool.ToolRuns;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.MessageTrace;
import io.github.dingtalkcamel.turn.NewestMessages;
import io.github.dingtalkcamel.turn.TurnConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beans of the application: the configuration of each package, in an order in which each finds what it needs, and what happens to them
 * when the application starts and stops.
 */
final class ApplicationConfiguration implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dingtalk-camel");
    private static final int WEBHOOK_WORKERS = 64;
    private static final String HOUSEKEEPING = "housekeeping";

    private final CamelContext context;
    private final OpenedResources resources;
    private final Settings settings;
    private final Store store;
    /** Null where this process has the store for itself. */
    private final Cluster cluster;
    private final Clock clock = Clock.systemUTC();
    private final Examination examination;
    private SendingConfiguration sending;
    private ServerConfiguration server;
    private AgentConfiguration agent;
    private TurnConfiguration turn;
    private OutboxConfiguration outbox;
    private CardConfiguration card;
    private HookConfiguration hook;
    private InboundConfiguration inbound;
    private AssistantConfiguration assistant;
    private ChosenAgents chosenAgents;
    private ObserveConfiguration observe;
    private LiveRoutes routes;
    private HttpGuards httpGuards;
    private GuardedServers servers;

    /** @param properties all that the user set, ours and those of routes and Camel */
    ApplicationConfiguration(CamelContext context, Settings read, Map<String, String> properties) {
        this.context = context;
        this.resources = new OpenedResources(read);
        this.settings = resources.settings();
        this.examination = new Examination(Machine.here(), properties, true);
        this.store = resources.store();
        this.cluster = resources.cluster();
    }

    Settings settings() {
        return settings;
    }

    ChosenAgents chosenAgents() {
        return chosenAgents;
    }

    Store store() {
        return store;
    }

    LiveRoutes routes() {
        return routes;
    }

    KeyedQueue queue() {
        return turn.turns();
    }

    /** Binds the beans that routes and Camel's own configuration name. */
    void bind() throws Exception {
        Registry registry = context.getRegistry();
        Sharing sharing = cluster == null ? Sharing.alone(clock) : cluster.sharing();
        BotTexts texts = new BotTexts(settings, Path.of("config"));
        server = ServerConfiguration.bind(registry, settings, clock);
        sending = SendingConfiguration.bind(context, settings, store, sharing, server.heldBodies(), clock);
        McpConfiguration.bind(context, settings, sending.tool());
        ConversationConfiguration conversation =
                ConversationConfiguration.bind(registry, settings, store, sending.notifications(), sharing.clock());
        agent = AgentConfiguration.bind(registry, settings);
        assistant = AssistantConfiguration.bind(context, settings, clock);
        outbox = OutboxConfiguration.bind(registry, settings, store, sharing.clock(), sharing.claims());
        chosenAgents = new ChosenAgents(agent.agents(), conversation.bindings(), settings);
        turn = TurnConfiguration.bind(context, settings, store, sharing.leases(), conversation, sending.quotable(), outbox.outbox(),
                sharing.clock());
        card = CardConfiguration.bind(context, settings, store, texts, turn.storeRetry(), turn.messages(), sharing.clock(), clock);
        hook = HookConfiguration.bind(context, clock);
        inbound = InboundConfiguration.bind(registry, settings, store, server, sending.integrations().component(), outbox.outbox(),
                sharing.clock(), clock);
        conversation.bindings().onChange(hook.events()::bindingChanged);
        sending.integrations().component().setStreamListener(hook.events());
        CommandConfiguration.bind(registry, settings, texts, agent.agents(), conversation, turn, sharing.leases(), card.cards(),
                hook.hooks(), clock);
        ReplyConfiguration.bind(registry, settings, store, sharing, texts, turn, card.cards(), sending.tool().sentMessages(),
                sending.quotable(), clock);
        AdminConfiguration.bind(registry, settings, store, inbound, sending.integrations().accessTokens(), agent.agents(),
                conversation.bindings(), turn.deadLetters(), new MessageTrace(store, turn.turns()), examination);
        MessageMeters meters = new MessageMeters();
        AccessTokens accessTokens = sending.integrations().accessTokens();
        sending.integrations().component().setCallObserver((call, took, failure) -> {
            accessTokens.called(call, took, failure);
            meters.called(call, took, failure);
        });
        observe = new ObserveConfiguration(context, settings, store, turn, agent.agents(), conversation, inbound, hook.events(),
                sending.limits().callLimiter(), sending.integrations().accessTokens(), sending.robot().robotQueue(), outbox.outbox(),
                assistant.status(), cluster, meters);
        observe.bind();
        routes = new LiveRoutes((LiveContext) context, settings.routesDir());
        registry.bind("liveRoutes", routes);
        BooleanSupplier isHousekeeper = () -> sharing.claims().hold(HOUSEKEEPING) != 0;
        registry.bind("housekeeping", new Housekeeping(store, sharing.clock(), expiries(), isHousekeeper));
        registry.bind("newestMessages", new NewestMessages(store, isHousekeeper));
        bindServers(registry);
        context.getPropertiesComponent().setOverrideProperties(properties());
    }

    private List<Expiry> expiries() {
        List<Expiry> expiries = new ArrayList<>(TurnConfiguration.expiries(settings));
        expiries.addAll(ConversationConfiguration.expiries(settings));
        expiries.addAll(InboundConfiguration.expiries());
        expiries.addAll(RobotConfiguration.expiries(settings));
        expiries.addAll(OutboxConfiguration.expiries(settings));
        expiries.addAll(ToolConfiguration.expiries(settings));
        if (cluster != null) {
            expiries.add(Cluster.expiry(settings.keeping().messages()));
            expiries.add(SharedOrder.expiry());
        }
        return expiries;
    }

    private void bindServers(Registry registry) {
        httpGuards = new HttpGuards(settings, inbound.webhook(), server.apiAccess(), server.budgets(), server.heldBodies());
        // a request holds a thread until it waits: for the store, for a recipient's earlier calls, for DingTalk
        servers = new GuardedServers(httpGuards, new ManagementGuard(settings, server.budgets(), server.failedLogins(),
                new HealthEndpoint(context)),
                WEBHOOK_WORKERS + ToolRuns.MOST);
        registry.bind("servers", servers);
        registry.bind("platform-http-engine", httpGuards.engine(servers.threads()));
    }

    private Properties properties() {
        Properties properties = AssistantConfiguration.properties(settings);
        properties.setProperty("simulator.on", String.valueOf(resources.simulator() != null));
        properties.setProperty("simulator.url", resources.simulator() == null ? "" : resources.simulator().url());
        properties.setProperty("turns.workers", String.valueOf(settings.maxRunningTurns()));
        OutboxConfiguration.describe(settings, properties);
        properties.setProperty("commands.workers", String.valueOf(TurnConfiguration.COMMAND_WORKERS));
        properties.setProperty("camel.main.shutdownTimeout", String.valueOf(Math.max(1, settings.shutdownTimeout().toSeconds())));
        // the process ends by then, see ShutdownDeadline: Camel must not let it end before the store is closed
        properties.setProperty("camel.main.extraShutdownTimeout",
                String.valueOf(ShutdownDeadline.GRACE.plus(ShutdownDeadline.CLOSING).toSeconds() + 1));
        properties.setProperty("camel.server.host", settings.webhookHost());
        properties.setProperty("camel.server.port", String.valueOf(settings.webhookPort()));
        properties.setProperty("camel.management.host", settings.managementHost());
        properties.setProperty("camel.management.port", String.valueOf(settings.managementPort()));
        return properties;
    }

    /** Tracing is on. */
    void bindExemplars() {
        observe.bindExemplars();
    }

    void beforeStart() {
        store.awaitOpen();
        if (cluster != null) {
            cluster.join(store);
        }
        Simulator simulator = resources.simulator();
        if (simulator != null) {
            simulator.messageTraces(new MessageTrace(store, turn.turns())::json);
            simulator.agents(chosenAgents);
            for (Integration integration : settings.integrations()) {
                if (inbound.webhook().isOn(integration.id())) {
                    simulator.callbackUrl(integration.appKey().orElseThrow(), Addresses.webhook(settings, integration.id()));
                }
            }
        }
        observe.registerChecks(servers.threads(), httpGuards::isOpen);
    }

    void afterStart() {
        if (cluster != null) {
            turn.takePart(cluster, context, settings, cluster.sharing().clock());
        }
        httpGuards.open();
        routes.watch();
        observe.show();
        Simulator simulator = resources.simulator();
        ToolRuns toolRuns = sending.tool().toolRuns();
        new HeldBytes(context).show("tools", toolRuns::bytes, toolRuns::maxBytes).show("simulator",
                () -> simulator == null ? 0 : simulator.heldBytes(), () -> simulator == null ? 0 : simulator.maxHeldBytes());
        server.failedLogins().register(context);
        HttpGauges.register(context, server.budgets(), servers.webConnections(), servers.managementConnections());
        observe.printBanner(simulator == null ? null : simulator.url(), routes);
        assistant.status().ifPresent(ModelStatus::lookWhereDue);
    }

    /** Accepts no more messages and hands out no more turns. What runs may finish. */
    void beforeStop() {
        LOG.info("Stopping: no more messages are accepted; {} running turns have {} s to finish, the rest stays stored for the next start",
                turn.turns().running(), settings.shutdownTimeout().toSeconds());
        httpGuards.shut();
        routes.stop();
        // first, so that what came in until then has its place in the queue
        inbound.close();
        turn.close();
        outbox.close();
        agent.close();
        card.close();
        sending.close();
        if (cluster != null) {
            cluster.stopTaking();
            releaseHousekeeping();
        }
    }

    private void releaseHousekeeping() {
        try {
            cluster.sharing().claims().release(HOUSEKEEPING);
        } catch (StoreException e) {
            LOG.debug("Another node does the housekeeping when this one has stopped: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        if (turn != null) {
            turn.intake().close();
        }
        if (routes != null) {
            routes.close();
        }
        if (servers != null) {
            servers.close();
        }
        resources.close();
    }

    /** Closes the store only, for a process that ends before everything else is closed. */
    void closeStore() {
        resources.closeStore();
    }
}
