package io.github.dingtalkcamel.tool;

import java.time.InstantSource;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * People who wrote to the bot: the user id for the encrypted sender id and the union id that their messages carry. Bounded by how many
 * people there are. Not promised: that who wrote in the moment of a crash is remembered; the next message sees to it.
 */
public final class KnownSenders {

    private static final Logger LOG = LoggerFactory.getLogger(KnownSenders.class);
    private static final int CACHED = 20_000;

    private final Store store;
    private final InstantSource clock;
    private final Cache<Id, String> remembered = Caffeine.newBuilder().maximumSize(CACHED).build();

    public KnownSenders(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    private record Id(String integration, String id) {
    }

    /** Remembers the sender. A known sender costs nothing; for a new one a row joins the next commit, without waiting for it. */
    public void remember(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        InboundMessage.Sender sender = message.sender();
        if (sender.staffId() != null) {
            remember(new Id(message.integration(), sender.id()), sender.staffId());
            remember(new Id(message.integration(), sender.unionId()), sender.staffId());
        }
    }

    private void remember(Id id, String staffId) {
        if (id.id() == null || id.id().isEmpty() || staffId.equals(remembered.getIfPresent(id))) {
            return;
        }
        remembered.put(id, staffId);
        long now = clock.millis();
        store.write(connection -> Sql.update(connection, """
                insert into person (integration, id, staff_id, met_at) values (?, ?, ?, ?)
                on conflict (integration, id) do update set staff_id = excluded.staff_id where person.staff_id <> excluded.staff_id""",
                id.integration(), id.id(), staffId, now)).whenComplete((rows, failure) -> {
            if (failure != null) {
                remembered.invalidate(id);
                LOG.debug("A person could not be remembered: {}", failure.getMessage());
            }
        });
    }

    /** The user id of a person who wrote to this integration. */
    Optional<String> staffId(String integration, String id) throws StoreException {
        return store.read(connection -> Sql.first(connection, "select staff_id from person where integration = ? and id = ?",
                row -> row.getString(1), integration, id));
    }
}
