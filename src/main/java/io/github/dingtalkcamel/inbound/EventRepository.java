package io.github.dingtalkcamel.inbound;

import java.time.Duration;
import java.time.InstantSource;

import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Remembers for a day which events were handed on, across restarts: the repository of {@code event}'s idempotent consumer. Keys are
 * {@code integration/eventId}.
 */
public final class EventRepository extends ServiceSupport implements IdempotentRepository {

    private static final Duration KEPT = Duration.ofHours(24);

    private final Store store;
    private final InstantSource clock;
    private final Outbox outbox;

    public EventRepository(Store store, InstantSource clock) {
        this(store, clock, Outbox.off());
    }

    /** @param outbox records the events for other systems, in the same commits */
    public EventRepository(Store store, InstantSource clock, Outbox outbox) {
        this.store = store;
        this.clock = clock;
        this.outbox = outbox;
    }

    /** What tells one event from all others: its integration and its id. */
    public String keyOf(@ExchangeProperty(Delivery.PROPERTY) Delivery delivery) {
        return delivery.integration() + "/" + delivery.eventId();
    }

    @Override
    public boolean add(String key) {
        return add(key, null);
    }

    /** The same; a new event is in the outbox as well, by the same commit. */
    @Override
    public boolean add(Exchange exchange, String key) {
        return add(key, outbox.isOn() ? exchange.getProperty(Delivery.PROPERTY, Delivery.class) : null);
    }

    private boolean add(String key, Delivery published) {
        long now = clock.millis();
        return store.writeAndWait(connection -> {
            // an expired key that housekeeping has not deleted yet counts as new
            boolean added = Sql.update(connection, """
                    insert into event_seen (integration, event_id, seen_at) values (?, ?, ?)
                    on conflict (integration, event_id) do update set seen_at = excluded.seen_at where event_seen.seen_at < ?""",
                    integration(key), event(key), now, now - KEPT.toMillis()) == 1;
            if (added && published != null) {
                outbox.event(connection, published);
            }
            return added;
        });
    }

    @Override
    public boolean contains(String key) {
        return store.read(connection -> Sql.exists(connection,
                "select 1 from event_seen where integration = ? and event_id = ? and seen_at >= ?",
                integration(key), event(key), clock.millis() - KEPT.toMillis()));
    }

    @Override
    public boolean remove(String key) {
        return store.writeAndWait(connection -> Sql.update(connection, "delete from event_seen where integration = ? and event_id = ?",
                integration(key), event(key))) == 1;
    }

    /** Nothing to do: it is kept from the moment it is added. */
    @Override
    public boolean confirm(String key) {
        return true;
    }

    @Override
    public void clear() {
        store.writeAndWait(connection -> Sql.update(connection, "delete from event_seen"));
    }

    /** What housekeeping deletes. */
    public static Expiry expiry() {
        return new Expiry("events that were handed on", """
                delete from event_seen where (integration, event_id) in (select integration, event_id from event_seen
                    where seen_at < ? order by seen_at limit ?)""", KEPT, false);
    }

    private static String integration(String key) {
        return key.substring(0, key.indexOf('/'));
    }

    private static String event(String key) {
        return key.substring(key.indexOf('/') + 1);
    }
}
