package io.github.dingtalkcamel.reply;

import java.time.Duration;
import java.time.InstantSource;

import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The conversations that got the notice "queue is full" within the last minute, where several nodes share the store: in the store, so that
 * each conversation gets one a minute from all of them together.
 */
public final class SharedBusyConversations extends ServiceSupport implements IdempotentRepository {

    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Store store;
    private final InstantSource clock;

    /** @param clock the same on all nodes */
    public SharedBusyConversations(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** True where the conversation was not told within the last minute; it counts as told from now on. */
    @Override
    public boolean add(String key) {
        return set(key, clock.millis(), "and (busy_at is null or busy_at <= " + (clock.millis() - PAUSE.toMillis()) + ")");
    }

    private boolean set(String key, Long at, String condition) {
        String integration = key.substring(0, key.indexOf('/'));
        String conversation = key.substring(key.indexOf('/') + 1);
        return store.writeAndWait(CommitKey.of(integration + '\n' + conversation), connection -> Sql.update(connection,
                "update conversation set busy_at = ? where integration = ? and conversation_id = ? " + condition, at, integration,
                conversation)) == 1;
    }

    @Override
    public boolean contains(String key) {
        return store.read(connection -> Sql.exists(connection,
                "select 1 from conversation where integration = ? and conversation_id = ? and busy_at > ?",
                key.substring(0, key.indexOf('/')), key.substring(key.indexOf('/') + 1), clock.millis() - PAUSE.toMillis()));
    }

    @Override
    public boolean remove(String key) {
        return set(key, null, "");
    }

    @Override
    public boolean confirm(String key) {
        return true;
    }

    @Override
    public void clear() {
        store.writeAndWait(connection -> Sql.update(connection, "update conversation set busy_at = null where busy_at is not null"));
    }
}
