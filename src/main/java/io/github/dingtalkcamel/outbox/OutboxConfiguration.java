package io.github.dingtalkcamel.outbox;

import java.time.Clock;
import java.util.List;
import java.util.Properties;

import io.github.dingtalkcamel.cluster.Claims;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.spi.Registry;

/**
 * The beans of this package: the outbox and its relay.
 *
 * @param outbox the events that wait
 * @param relay  hands them to the route that sends them
 */
public record OutboxConfiguration(Outbox outbox, OutboxRelay relay) implements AutoCloseable {

    /** What the route names where the outbox is switched off, and never calls. */
    private static final String NOWHERE = "direct:outbox";

    /** Creates them, and binds what routes name. */
    public static OutboxConfiguration bind(Registry registry, Settings settings, Store store, Clock clock, Claims claims) {
        Outbox outbox = new Outbox(store, clock, settings.outbox().endpoint().isPresent());
        OutboxRelay relay = new OutboxRelay(outbox, clock, claims);
        registry.bind("outbox", outbox);
        registry.bind("outboxRelay", relay);
        return new OutboxConfiguration(outbox, relay);
    }

    /** The properties of the route that relays. */
    public static void describe(Settings settings, Properties properties) {
        properties.setProperty("outbox.endpoint", settings.outbox().endpoint().orElse(NOWHERE));
        properties.setProperty("outbox.repeat-count", settings.outbox().endpoint().isPresent() ? "0" : "1");
    }

    /** What housekeeping deletes of this package. */
    public static List<Expiry> expiries(Settings settings) {
        return List.of(Outbox.expiry(settings.outbox().kept()));
    }

    /** Relays nothing more. What waits stays stored. */
    @Override
    public void close() {
        relay.close();
    }
}
