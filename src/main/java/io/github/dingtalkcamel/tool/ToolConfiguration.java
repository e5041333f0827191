package io.github.dingtalkcamel.tool;

import java.time.Clock;
import java.util.List;

import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.cluster.SharedOrder;
import io.github.dingtalkcamel.cluster.Sharing;
import io.github.dingtalkcamel.conversation.Notifications;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.server.HeldBodies;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/**
 * The beans of this package: the tools, with what they sent and the users that they find.
 *
 * @param toolRuns calls that are running, or whose result is kept for a repetition
 * @param tools    what there is to call
 * @param bodies   reads calls by HTTP
 * @param sentMessages what tools sent, and the replies that are shown in cards
 */
public record ToolConfiguration(ToolRuns toolRuns, Tools tools, CallBody bodies, SentMessages sentMessages) {

    /**
     * Creates them, and binds what routes name.
     *
     * @param sharing    what nodes on the same store share
     * @param heldBodies the bodies of requests by HTTP
     */
    public static ToolConfiguration bind(CamelContext context, Settings settings, Store store, Sharing sharing, QuotableMessages quotable,
            Notifications notifications, HeldBodies heldBodies, Clock clock) throws Exception {
        Leases leases = sharing.leases();
        ToolRuns toolRuns = new ToolRuns(new ToolRequests(store, sharing.clock(), leases), clock);
        RecipientSequencer inOrder = new RecipientSequencer(leases.isShared() ? new SharedOrder(store, leases) : null, clock);
        UserDirectories directories = new UserDirectories(context, clock);
        context.addService(toolRuns);
        context.addService(inOrder);
        context.addService(directories);
        Tools tools = new Tools(context);
        CallBody bodies = new CallBody(heldBodies);
        KnownSenders knownSenders = new KnownSenders(store, clock);
        SentMessages sentMessages = new SentMessages(store, settings, quotable, notifications, clock);
        Registry registry = context.getRegistry();
        registry.bind("toolCalls", new ToolCalls(settings, tools, bodies));
        registry.bind("openApi", new OpenApiDocument(tools));
        registry.bind("runTool", new NonStoppingProcessor(toolRuns));
        registry.bind("inOrder", new NonStoppingProcessor(inOrder));
        registry.bind("sentMessages", sentMessages);
        registry.bind("toolMessages", new ToolMessages(settings));
        registry.bind("knownSenders", knownSenders);
        registry.bind("recipients", new Recipients(knownSenders));
        registry.bind("dispatches", new Dispatches(sentMessages));
        registry.bind("recalls", new Recalls(sentMessages, clock));
        registry.bind("contacts", new Contacts(settings));
        registry.bind("userDirectories", directories);
        registry.bind("sendFile", new SendFile(settings));
        registry.bind("attachments", new Attachments());
        return new ToolConfiguration(toolRuns, tools, bodies, sentMessages);
    }

    /** What housekeeping deletes of this package. */
    public static List<Expiry> expiries(Settings settings) {
        return List.of(ToolRequests.expiry(), SentMessages.expiry(settings.keeping().messages()));
    }
}
