package io.github.dingtalkcamel;
import java.time.Clock;
import java.time.Duration;

import io.github.dingtalkcamel.component.dingtalk.DingTalkComponent;
import io.github.dingtalkcamel.conversation.Notifications;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.limits.DingTalkCallLimiter;
import io.github.dingtalkcamel.limits.RetryQueue;
import io.github.dingtalkcamel.limits.WaitingCallLimiter;
import io.github.dingtalkcamel.outbound.AccessTokens;
import io.github.dingtalkcamel.outbound.IntegrationApps;
import io.github.dingtalkcamel.reload.NonStoppingProcessor;
import io.github.dingtalkcamel.reload.Utf8Routes;
import io.github.dingtalkcamel.robot.AwaitRobot;
import io.github.dingtalkcamel.robot.RobotQueue;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.tool.Attachments;
import io.github.dingtalkcamel.tool.Contacts;
import io.github.dingtalkcamel.tool.Dispatches;
import io.github.dingtalkcamel.tool.KnownSenders;
import io.github.dingtalkcamel.tool.OpenApiDocument;
import io.github.dingtalkcamel.tool.Recalls;
import io.github.dingtalkcamel.tool.RecipientSequencer;
import io.github.dingtalkcamel.tool.Recipients;
import io.github.dingtalkcamel.tool.SendFile;
import io.github.dingtalkcamel.tool.SentMessages;
import io.github.dingtalkcamel.tool.ToolCalls;
import io.github.dingtalkcamel.tool.ToolMessages;
import io.github.dingtalkcamel.tool.ToolRequests;
import io.github.dingtalkcamel.tool.ToolRuns;
import io.github.dingtalkcamel.tool.Tools;
import io.github.dingtalkcamel.tool.UserDirectories;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/** What it takes to send, under the names that routes call it by: calls to DingTalk, tools, files, custom robots. The command {@code send} has nothing else. */
record SendingParts(DingTalkCallLimiter gate, RetryQueue line, AccessTokens accessTokens, RobotQueue robotQueue,
        QuotableMessages quotable, Notifications notifications, ToolRuns toolRuns) implements AutoCloseable {

    static SendingParts bind(CamelContext context, Settings settings, Store store, Clock clock) throws Exception {
        Duration firstDelay = Duration.ofMillis(Long.parseLong(context.resolvePropertyPlaceholders("{{delivery.redelivery-delay:1000}}")));
        DingTalkCallLimiter gate = new DingTalkCallLimiter(firstDelay, clock, System::nanoTime);
        RetryQueue line = new RetryQueue(context, gate, firstDelay, clock);
        DingTalkComponent component = new DingTalkComponent(context);
        SendingParts parts = new SendingParts(gate, line, new AccessTokens(settings, component),
                new RobotQueue(settings, store, clock), new QuotableMessages(store, clock), new Notifications(store),
                new ToolRuns(new ToolRequests(store, clock), clock));
        parts.configure(component, settings, clock);
        context.addComponent("dingtalk", component);
        parts.bindCalls(context);
        parts.bindRobots(context, clock);
        parts.bindTools(context, settings, store, clock);
        bindContacts(context, settings, clock);
        context.getRegistry().bind("sendFile", new SendFile(settings));
        context.getRegistry().bind("attachments", new Attachments());
        return parts;
    }

    /** Plugs the limits of the application into the component, and its integrations. */
    private void configure(DingTalkComponent component, Settings settings, Clock clock) {
        WaitingCallLimiter limiter = new WaitingCallLimiter(gate, line, clock);
        component.setIntegrationLookup(new IntegrationApps(settings));
        component.setCallLimiter(limiter);
        component.setCallRetry(limiter);
        component.setCallObserver(accessTokens);
    }

    private void bindCalls(CamelContext context) throws Exception {
        // not by the routes that call it, which come and go
        context.addService(line);
        Registry registry = context.getRegistry();
        registry.bind("sourceLoader", new Utf8Routes());
        registry.bind("accessTokens", accessTokens);
    }

    private void bindRobots(CamelContext context, Clock clock) throws Exception {
        AwaitRobot awaitRobot = new AwaitRobot(context, robotQueue, clock);
        context.addService(awaitRobot);
        context.getRegistry().bind("robotQueue", robotQueue);
        context.getRegistry().bind("awaitRobot", new NonStoppingProcessor(awaitRobot));
    }

    private void bindTools(CamelContext context, Settings settings, Store store, Clock clock) throws Exception {
        context.addService(toolRuns);
        RecipientSequencer inOrder = new RecipientSequencer();
        context.addService(inOrder);
        KnownSenders people = new KnownSenders(store, clock);
        SentMessages sentMessages = new SentMessages(store, settings, quotable, notifications, clock);
        Registry registry = context.getRegistry();
        Tools tools = new Tools(context);
        registry.bind("toolCalls", new ToolCalls(settings, tools));
        registry.bind("openApi", new OpenApiDocument(tools));
        registry.bind("runTool", new NonStoppingProcessor(toolRuns));
        registry.bind("inOrder", new NonStoppingProcessor(inOrder));
        registry.bind("sentMessages", sentMessages);
        registry.bind("toolMessages", new ToolMessages(settings));
        registry.bind("knownSenders", people);
        registry.bind("recipients", new Recipients(people));
        registry.bind("dispatches", new Dispatches(sentMessages));
        registry.bind("recalls", new Recalls(sentMessages, clock));
    }

    private static void bindContacts(CamelContext context, Settings settings, Clock clock) throws Exception {
        UserDirectories directories = new UserDirectories(context, clock);
        context.addService(directories);
        context.getRegistry().bind("contacts", new Contacts(settings));
        context.getRegistry().bind("userDirectories", directories);
    }

    /** Nothing more is begun; what waits for a custom robot stays stored. */
    @Override
    public void close() {
        robotQueue.close();
        line.close();
    }
}
