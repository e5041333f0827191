package io.github.dingtalkcamel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import io.github.dingtalkcamel.component.api.WebhookAddresses;
import io.github.dingtalkcamel.admin.BindingsApi;
import io.github.dingtalkcamel.admin.ConversationsApi;
import io.github.dingtalkcamel.admin.DeadLettersApi;
import io.github.dingtalkcamel.admin.IntegrationTests;
import io.github.dingtalkcamel.admin.IntegrationsApi;
import io.github.dingtalkcamel.admin.MessagesApi;
import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.agent.Fallback;
import io.github.dingtalkcamel.agent.StoppableHttp;
import io.github.dingtalkcamel.command.Answers;
import io.github.dingtalkcamel.command.Commands;
import io.github.dingtalkcamel.command.Retry;
import io.github.dingtalkcamel.command.Stop;
import io.github.dingtalkcamel.conversation.AccessPolicy;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.conversation.Notifications;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.hook.Hooks;
import io.github.dingtalkcamel.hook.LifecycleEvents;
import io.github.dingtalkcamel.inbound.EventRepository;
import io.github.dingtalkcamel.inbound.MessageFilter;
import io.github.dingtalkcamel.inbound.Streams;
import io.github.dingtalkcamel.inbound.Webhook;
import io.github.dingtalkcamel.observe.Banner;
import io.github.dingtalkcamel.observe.Beans;
import io.github.dingtalkcamel.observe.BoundedJolokia;
import io.github.dingtalkcamel.observe.Checks;
import io.github.dingtalkcamel.observe.Console;
import io.github.dingtalkcamel.observe.Conversations;
import io.github.dingtalkcamel.observe.DeadLetterOperations;
import io.github.dingtalkcamel.observe.Gauges;
import io.github.dingtalkcamel.observe.HeldBytes;
import io.github.dingtalkcamel.observe.WorkerChecks;
import io.github.dingtalkcamel.observe.Unexpected;
import io.github.dingtalkcamel.queue.HeapShare;
import io.github.dingtalkcamel.reload.LiveContext;
import io.github.dingtalkcamel.reload.LiveRoutes;
import io.github.dingtalkcamel.reload.NonStoppingProcessor;
import io.github.dingtalkcamel.reply.BusyConversations;
import io.github.dingtalkcamel.reply.BusyNotice;
import io.github.dingtalkcamel.reply.DeadLetterChannel;
import io.github.dingtalkcamel.reply.Notices;
import io.github.dingtalkcamel.reply.Replies;
import io.github.dingtalkcamel.reply.RetryPolicy;
import io.github.dingtalkcamel.reply.Thinking;
import io.github.dingtalkcamel.robot.RobotQueue;
import io.github.dingtalkcamel.server.Addresses;
import io.github.dingtalkcamel.server.ApiAccess;
import io.github.dingtalkcamel.server.FailedLogins;
import io.github.dingtalkcamel.server.HeldBodies;
import io.github.dingtalkcamel.server.HttpBudgets;
import io.github.dingtalkcamel.server.HttpGauges;
import io.github.dingtalkcamel.server.ManagementGuard;
import io.github.dingtalkcamel.server.Refusals;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.StartException;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.store.DataDirectory;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Housekeeping;
import io.github.dingtalkcamel.store.NativeLibrary;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.tool.SentMessages;
import io.github.dingtalkcamel.tool.ToolRequests;
import io.github.dingtalkcamel.tool.ToolRuns;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Intake;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.MessageTrace;
import io.github.dingtalkcamel.turn.Messages;
import io.github.dingtalkcamel.turn.Replays;
import io.github.dingtalkcamel.turn.Resumption;
import io.github.dingtalkcamel.turn.Turns;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the program is made of: each part once, under the name that the routes call it by. Opened in this order, closed in the reverse one. */
final class Parts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dingtalk-camel");
    private static final int WEBHOOK_WORKERS = 64;
    /** Commands wait for nothing but the store and DingTalk. Those whose answers are being sent again hold no worker. */
    private static final int COMMAND_WORKERS = 32;
    private static final int COMMANDS_WAITING = 10_000;
    private static final int COMMANDS_OF_A_CONVERSATION = 1_000;
    private static final int COMMANDS_RUNNING = 1_000;
    /** Idle workers look once a second whether they are still wanted. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private final CamelContext context;
    private final Settings settings;
    private final DataDirectory dataDirectory;
    private final Store store;
    private final Simulator simulator;
    private final KeyedQueue queue;
    private final KeyedQueue commands = new KeyedQueue(COMMANDS_WAITING, COMMANDS_OF_A_CONVERSATION, COMMANDS_RUNNING, IDLE,
            HeapShare.bytes(16, 16));
    private final Agents agents = new Agents();
    private final Clock clock = Clock.systemUTC();
    private final HttpBudgets budgets = HttpBudgets.ofHeap();
    private HttpGuards httpGuards;
    private GuardedServers servers;
    private final FailedLogins failedLogins = new FailedLogins(clock);
    private Intake intake;
    private Conversations conversations;
    private Webhook webhook;
    private Streams streams;
    private DeadLetters deadLetters;
    private SendingParts sending;
    private LiveRoutes routes;
    private Bindings bindings;
    private Hooks hooks;
    private LifecycleEvents ownEvents;

    Parts(CamelContext context, Settings read) {
        this.context = context;
        this.dataDirectory = DataDirectory.hold(read.dataDir());
        Store opened = null;
        Simulator started = null;
        int webhookPort;
        int managementPort;
        try {
            webhookPort = port(read.webhookHost(), read.webhookPort(), "dingtalk.webhook-port (DINGTALK_WEBHOOK_PORT)");
            managementPort = port(read.managementHost(), read.managementPort(), "dingtalk.management-port (DINGTALK_MANAGEMENT_PORT)");
            if (read.storeUrl().isSqlite()) {
                NativeLibrary.prepare(read.dataDir());
            }
            // beside the rest of the start: it takes about as long as Camel's configuration
            opened = Store.opening(read.storeUrl().reveal(), read.storeUser().orElse(null), read.storePassword().reveal());
            started = read.simulator() ? BuiltInSimulator.start(read) : null;
        } catch (RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            dataDirectory.close();
            throw e;
        }
        this.store = opened;
        this.simulator = started;
        // from here on the simulator is a DingTalk like any other
        Settings addressed = started == null ? read : read.withBaseUrls(URI.create(started.url()), URI.create(started.url()));
        this.settings = addressed.withPorts(webhookPort, managementPort);
        this.queue = new KeyedQueue(settings.queueCapacity(), settings.conversationCapacity(), settings.maxRunningTurns(), IDLE,
                HeapShare.bytes(4, 16));
    }

    /**
     * The port to listen on. Camel names its servers by their configured ports, so that two of port 0 would be one: a free port is chosen here instead.
     * And a server of Camel's whose port is taken only logs that: the process would run on, deaf. So the port is tried here.
     */
    private static int port(String host, int port, String setting) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StartException("Can't listen on " + host + ":" + port + ": " + e.getMessage() + ". Stop what has the port, or choose another with "
                    + setting + "; 0 takes a free one", e);
        }
    }

    Settings settings() {
        return settings;
    }

    Store store() {
        return store;
    }

    LiveRoutes routes() {
        return routes;
    }

    KeyedQueue queue() {
        return queue;
    }

    /** Makes the parts known to the routes and Camel's own configuration. */
    void bind() throws Exception {
        BotTexts texts = new BotTexts(settings, Path.of("config"));
        Inbox inbox = new Inbox(store, clock);
        hooks = new Hooks(context);
        AccessPolicy policies = new AccessPolicy(settings);
        bindings = new Bindings(store, clock);
        sending = SendingParts.bind(context, settings, store, clock);
        Sessions sessions = new Sessions(store, settings, sending.notifications(), clock);
        Messages messages = new Messages(settings, sending.quotable());
        conversations = new Conversations(sessions, agents);
        deadLetters = new DeadLetters(store, clock);
        intake = new Intake(inbox, queue, commands);
        HeldBodies held = new HeldBodies();
        webhook = new Webhook(settings, clock, held, failedLogins);
        streams = new Streams(settings);
        Resumption resumption = new Resumption(inbox, queue, commands, messages, deadLetters, intake, settings.maxTurnAge(), clock);
        Notices notices = new Notices(texts);
        routes = new LiveRoutes((LiveContext) context, settings.routesDir());

        ApiAccess apiAccess = new ApiAccess(settings, failedLogins);
        httpGuards = new HttpGuards(settings, webhook, apiAccess, budgets, held);

        Registry registry = context.getRegistry();
        registry.bind("liveRoutes", routes);
        registry.bind("apiAccess", apiAccess);
        registry.bind("webhook", webhook);
        registry.bind("verifySignature", (Processor) webhook::verifySignature);
        registry.bind("decryptCallback", (Processor) webhook::decryptCallback);
        registry.bind("streams", streams);
        registry.bind("events", new EventRepository(store, clock));
        registry.bind("messages", messages);
        registry.bind("messageFilter", new MessageFilter());
        registry.bind("accessPolicy", policies);
        registry.bind("storeTurn", new NonStoppingProcessor(intake.turns()));
        registry.bind("storeCommand", new NonStoppingProcessor(intake.commands()));
        registry.bind("storeRefusal", new NonStoppingProcessor(intake.refusals()));
        registry.bind("turns", queue);
        registry.bind("turnRecord", new Turns(inbox, sessions));
        registry.bind("sessions", sessions);
        registry.bind("commandQueue", commands);
        registry.bind("commands", new Commands(agents));
        registry.bind("answers", new Answers(texts, queue, agents, policies, hooks, clock));
        registry.bind("stop", new Stop(queue, inbox, sessions));
        registry.bind("retry", new Retry(queue, inbox, sessions, messages));
        registry.bind("http", new StoppableHttp());
        registry.bind("https", new StoppableHttp());
        registry.bind("resumption", resumption);
        registry.bind("replays", new Replays(deadLetters, messages, queue, resumption));
        registry.bind("deadLettersApi", new DeadLettersApi(deadLetters));
        registry.bind("housekeeping", housekeeping());
        registry.bind("bindings", bindings);
        registry.bind("agents", agents);
        registry.bind("fallback", new Fallback(settings));
        registry.bind("notices", notices);
        registry.bind("busyNotice", new BusyNotice(notices, new WebhookAddresses(settings.apiBaseUrl(), settings.oapiBaseUrl()), clock));
        registry.bind("busyConversations", new BusyConversations(clock));
        registry.bind("replies", new Replies(settings, inbox, queue, sending.quotable(), new RetryPolicy(settings.maxTurnAge(), clock),
                clock));
        registry.bind("thinking", new Thinking(settings));
        registry.bind("deadLetterChannel", new DeadLetterChannel(deadLetters, inbox));
        registry.bind("countTries", (Processor) DeadLetterChannel::repeats);
        registry.bind("refusals", new Refusals());
        registry.bind("unexpected", new Unexpected());
        // in place of Camel's own, which has no bounds
        registry.bind("jolokia", new BoundedJolokia());
        // each webhook request holds a worker until its message is stored, with others in one commit; each tool's call one until it is done
        servers = new GuardedServers(httpGuards, new ManagementGuard(settings, budgets, failedLogins), WEBHOOK_WORKERS + ToolRuns.MOST);
        registry.bind("servers", servers);
        registry.bind("platform-http-engine", httpGuards.engine());
        bindEvents(registry);
        bindApi(registry);

        Properties properties = new Properties();
        properties.setProperty("turns.workers", String.valueOf(settings.maxRunningTurns()));
        properties.setProperty("commands.workers", String.valueOf(COMMAND_WORKERS));
        properties.setProperty("camel.main.shutdownTimeout", String.valueOf(Math.max(1, settings.shutdownTimeout().toSeconds())));
        // the process ends by then, see ShutdownDeadline: Camel must not let it end before the store is closed
        properties.setProperty("camel.main.extraShutdownTimeout", String.valueOf(ShutdownDeadline.GRACE.plus(ShutdownDeadline.CLOSING).toSeconds() + 1));
        properties.setProperty("camel.server.host", settings.webhookHost());
        properties.setProperty("camel.server.port", String.valueOf(settings.webhookPort()));
        properties.setProperty("camel.management.host", settings.managementHost());
        properties.setProperty("camel.management.port", String.valueOf(settings.managementPort()));
        context.getPropertiesComponent().setOverrideProperties(properties);
    }

    private void bindEvents(Registry registry) {
        ownEvents = new LifecycleEvents(context, hooks, clock);
        bindings.tell(ownEvents::bindingChanged);
        streams.tell(ownEvents);
        registry.bind("seda", hooks.component());
        registry.bind("hooks", hooks);
        registry.bind("lifecycleEvents", ownEvents);
    }

    private void bindApi(Registry registry) {
        registry.bind("integrationsApi", new IntegrationsApi(settings, webhook, streams, agents, sending.accessTokens()));
        registry.bind("integrationTests", new IntegrationTests(settings, webhook));
        registry.bind("bindingsApi", new BindingsApi(settings, bindings, agents));
        registry.bind("conversationsApi", new ConversationsApi(store));
        registry.bind("messagesApi", new MessagesApi(new MessageTrace(store)));
    }

    /** Whoever has a table that grows adds here what becomes too old in it. */
    private Housekeeping housekeeping() {
        List<Expiry> expiries = new ArrayList<>();
        expiries.add(Inbox.expiry(settings.keeping().messages()));
        expiries.addAll(DeadLetters.expiries(settings.keeping().deadLetters(), settings.keeping().messages()));
        expiries.addAll(Sessions.expiries(settings.keeping().sessions()));
        expiries.add(EventRepository.expiry());
        expiries.add(RobotQueue.expiry(settings.keeping().messages()));
        expiries.add(ToolRequests.expiry());
        expiries.add(SentMessages.expiry(settings.keeping().messages()));
        expiries.add(QuotableMessages.expiry(settings.keeping().messages()));
        expiries.add(Notifications.expiry(settings.keeping().messages()));
        return new Housekeeping(store, clock, expiries);
    }

    void beforeStart() {
        store.awaitOpen();
        if (simulator != null) {
            simulator.messageTraces(new MessageTrace(store)::json);
            for (Integration integration : settings.integrations()) {
                if (webhook.isOn(integration.id())) {
                    simulator.callbackUrl(integration.appKey().orElseThrow(), Addresses.webhook(settings, integration.id()));
                }
            }
        }
        new Checks(settings, store, queue, agents, sending.accessTokens(), webhook, streams, sending.gate()).register(context);
        new WorkerChecks(store::isWriting, servers::executeWork).queue("seda://turns", queue).queue("seda://commands", commands).register(context);
    }

    void afterStart() {
        httpGuards.open();
        routes.watch();
        new Console(context, settings).open();
        new Gauges(queue, agents, deadLetters, settings, streams, ownEvents, sending.gate(), sending.robotQueue()).register(context);
        HeldBytes held = new HeldBytes(context).show("turns", queue::bytes, queue::maxBytes).show("commands", commands::bytes, commands::maxBytes)
                .show("events", ownEvents::bytes, ownEvents::maxBytes).show("tools", sending.toolRuns()::bytes, sending.toolRuns()::maxBytes);
        held.show("simulator", () -> simulator == null ? 0 : simulator.heldBytes(), () -> simulator == null ? 0 : simulator.maxHeldBytes());
        failedLogins.register(context);
        HttpGauges.register(context, budgets, servers.webConnections(), servers.managementConnections());
        new Beans(context).show("bindings", bindings).show("conversations", conversations).show("events", ownEvents)
                .show("dead-letters", new DeadLetterOperations(deadLetters));
        new Banner(settings, store, agents, webhook, simulator == null ? null : simulator.url(), routes).print();
    }

    /** Nothing new is taken or handed out; what runs may finish. */
    void beforeStop() {
        LOG.info("Stopping: no more messages are taken; {} running turns have {} s to finish, the rest stays stored for the next start", queue.running(),
                settings.shutdownTimeout().toSeconds());
        httpGuards.shut();
        routes.stop();
        // first, so that what came in until then has its place in the queue
        streams.close();
        queue.close();
        commands.close();
        sending.close();
    }

    @Override
    public void close() {
        if (intake != null) {
            intake.close();
        }
        if (routes != null) {
            routes.close();
        }
        if (simulator != null) {
            simulator.close();
        }
        closeStore();
    }

    /** Writes what was handed to the store, closes it, and lets another process have it. */
    void closeStore() {
        store.close();
        dataDirectory.close();
    }
}
