package io.github.dingtalkcamel.turn;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.cluster.Cluster;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.conversation.ConversationConfiguration;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.queue.HeapShare;
import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/**
 * The beans of this package: the stored messages, the queues of turns and commands, and the dead letters.
 *
 * @param inbox       the stored messages
 * @param messages    reads messages as DingTalk sent them
 * @param turns       the queue behind {@code seda:turns}
 * @param commands    the queue behind {@code seda:commands}
 * @param intake      stores incoming messages
 * @param starts      the turns that are stored as running and have not started
 * @param deadLetters what could not be finished
 * @param storeRetry  repeats steps of routes where the store fails
 * @param shared      what other nodes have stored
 */
public record TurnConfiguration(Inbox inbox, Messages messages, KeyedQueue turns, KeyedQueue commands, Intake intake, EarlyStarts starts,
        DeadLetters deadLetters, StoreRetry storeRetry, SharedInbox shared) implements AutoCloseable {

    /** Workers of commands, which wait only for the store and DingTalk. A command whose answer is sent again holds none. */
    public static final int COMMAND_WORKERS = 32;

    private static final int COMMANDS_WAITING = 10_000;
    private static final int COMMANDS_OF_A_CONVERSATION = 1_000;
    private static final int COMMANDS_RUNNING = 1_000;
    private static final String FIRST_DELAY = "{{delivery.redelivery-delay:1000}}";
    /** How often idle workers check whether they are still needed. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    /** Creates them, and binds what routes name. */
    public static TurnConfiguration bind(CamelContext context, Settings settings, Store store, Leases leases,
            ConversationConfiguration conversation, QuotableMessages quotable, Outbox outbox, Clock clock) throws Exception {
        Registry registry = context.getRegistry();
        Duration firstDelay = Duration.ofMillis(Long.parseLong(context.resolvePropertyPlaceholders(FIRST_DELAY)));
        StoreRetry storeRetry = new StoreRetry(context, store::isFailing, firstDelay);
        // the component dingtalk finds them by their type: a thread that is awake takes what comes from the store and from DingTalk
        registry.bind("turnThreads", storeRetry.threads());
        KeyedQueue turns = new KeyedQueue(settings.queueCapacity(), settings.conversationCapacity(), settings.maxRunningTurns(), IDLE,
                HeapShare.bytes(4, 16));
        KeyedQueue commands = new KeyedQueue(COMMANDS_WAITING, COMMANDS_OF_A_CONVERSATION, COMMANDS_RUNNING, IDLE,
                HeapShare.bytes(16, 16));
        Inbox inbox = new Inbox(store, clock, leases, settings.conversationCapacity(), outbox);
        Messages messages = new Messages(settings, quotable);
        EarlyStarts starts = new EarlyStarts(store);
        Intake intake = new Intake(inbox, turns, commands, leases, starts);
        DeadLetters deadLetters = new DeadLetters(store, clock, leases, outbox);
        Resumption resumption = leases.isShared() ? Resumption.ofNothing(intake)
                : new Resumption(inbox, turns, commands, messages, deadLetters, intake, settings.maxTurnAge(), clock);
        registry.bind("messages", messages);
        registry.bind("storeTurn", new NonStoppingProcessor(intake.turns()));
        registry.bind("storeCommand", new NonStoppingProcessor(intake.commands()));
        registry.bind("storeRefusal", new NonStoppingProcessor(intake.refusals()));
        registry.bind("turns", turns);
        registry.bind("commandQueue", commands);
        Turns record = new Turns(inbox, conversation.sessions(), starts);
        registry.bind("turnRecord", record);
        registry.bind("recordTurnStart", storeRetry.writing(record::recordStart));
        registry.bind("findBinding", storeRetry.step(exchange -> {
            exchange.setProperty(Turns.CHOSEN_AT, clock.millis());
            conversation.bindings().find(exchange);
        }));
        registry.bind("recordTurnEnd", storeRetry.writing(record::recordEnd));
        registry.bind("resumption", resumption);
        registry.bind("replays", new Replays(deadLetters, messages, turns, resumption, leases));
        return new TurnConfiguration(inbox, messages, turns, commands, intake, starts, deadLetters, storeRetry,
                new SharedInbox(store, clock, leases, inbox));
    }

    /** Takes part in the cluster with these turns. The routes run by now. */
    public void takePart(Cluster cluster, CamelContext context, Settings settings, Clock clock) {
        StoredTurns stored = new StoredTurns(inbox, turns, commands, messages, deadLetters, settings.maxTurnAge(), clock);
        cluster.start(new SharedTurns(shared, stored, turns, cluster.leases(), context.createProducerTemplate()), intake.inOrder());
    }

    /** What housekeeping deletes of this package. */
    public static List<Expiry> expiries(Settings settings) {
        List<Expiry> expiries = new ArrayList<>();
        expiries.add(Inbox.expiry(settings.keeping().messages()));
        expiries.addAll(DeadLetters.expiries(settings.keeping().deadLetters(), settings.keeping().messages()));
        return expiries;
    }

    /** Hands out no more turns and commands. Those that wait stay stored; those that run may finish. */
    @Override
    public void close() {
        turns.close();
        commands.close();
        intake.closeEarlyStarts();
        storeRetry.close();
    }
}
