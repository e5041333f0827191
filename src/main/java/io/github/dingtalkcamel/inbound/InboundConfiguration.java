package io.github.dingtalkcamel.inbound;

import java.time.Clock;
import java.util.List;

import io.github.dingtalkcamel.component.dingtalk.DingTalkComponent;
import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.server.ServerConfiguration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;

/**
 * The beans of this package: how messages and events come in.
 *
 * @param webhook checks and decrypts what DingTalk posts
 * @param streams the Stream connections of each integration
 */
public record InboundConfiguration(Webhook webhook, Streams streams) implements AutoCloseable {

    /**
     * Creates them, and binds what routes name.
     *
     * @param sharedClock the same on all nodes, for what is in the store
     */
    public static InboundConfiguration bind(Registry registry, Settings settings, Store store, ServerConfiguration server,
            DingTalkComponent component, Outbox outbox, Clock sharedClock, Clock clock) {
        Webhook webhook = new Webhook(settings, clock, server.heldBodies(), server.failedLogins());
        Streams streams = new Streams(settings, component);
        registry.bind("webhook", webhook);
        registry.bind("verifySignature", (Processor) webhook::verifySignature);
        registry.bind("decryptCallback", (Processor) webhook::decryptCallback);
        registry.bind("describeEvent", (Processor) webhook::describeEvent);
        registry.bind("streams", streams);
        registry.bind("events", new EventRepository(store, sharedClock, outbox));
        registry.bind("messageFilter", new MessageFilter());
        return new InboundConfiguration(webhook, streams);
    }

    /** What housekeeping deletes of this package. */
    public static List<Expiry> expiries() {
        return List.of(EventRepository.expiry());
    }

    /** Closes the Stream connections. */
    @Override
    public void close() {
        streams.close();
    }
}
