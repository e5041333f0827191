package io.github.dingtalkcamel.conversation;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.inbound.InboundMessage;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;

/** Which agent a conversation is bound to. In the store; read through a cache, since every turn asks. */
public final class Bindings {

    private static final int CACHED = 10_000;

    private record Key(String integration, String conversationId) {
    }

    private final Store store;
    private final InstantSource clock;
    private final Cache<Key, Optional<String>> cache = Caffeine.newBuilder().maximumSize(CACHED).build();

    public Bindings(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The agent that the message's conversation is bound to, or null. */
    public String agentOf(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws StoreException {
        return cache.get(new Key(message.integration(), message.conversationId()), this::load).orElse(null);
    }

    private Optional<String> load(Key key) {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("select agent from binding where integration = ? and conversation_id = ?")) {
                select.setString(1, key.integration());
                select.setString(2, key.conversationId());
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
                }
            }
        });
    }

    /** Binds a conversation, in place of what it was bound to. */
    public void bind(String integration, String conversationId, String agent, String by) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    insert into binding (integration, conversation_id, agent, bound_by, bound_at) values (?, ?, ?, ?, ?)
                    on conflict (integration, conversation_id)
                    do update set agent = excluded.agent, bound_by = excluded.bound_by, bound_at = excluded.bound_at""")) {
                insert.setString(1, integration);
                insert.setString(2, conversationId);
                insert.setString(3, agent);
                insert.setString(4, by);
                insert.setLong(5, now);
                return insert.executeUpdate();
            }
        });
        cache.invalidate(new Key(integration, conversationId));
    }

    /** Binds the message's conversation, by its sender. */
    public void bindHere(@Variable("agent") String agent, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws StoreException {
        bind(message.integration(), message.conversationId(), agent, message.sender().userId());
    }

    /**
     * Takes the binding of the message's conversation back.
     *
     * @return whether there was one
     */
    public boolean unbindHere(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws StoreException {
        return unbind(message.integration(), message.conversationId());
    }

    /**
     * Takes a conversation's binding back.
     *
     * @return whether there was one
     */
    public boolean unbind(String integration, String conversationId) throws StoreException {
        int deleted = store.writeAndWait(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("delete from binding where integration = ? and conversation_id = ?")) {
                delete.setString(1, integration);
                delete.setString(2, conversationId);
                return delete.executeUpdate();
            }
        });
        cache.invalidate(new Key(integration, conversationId));
        return deleted > 0;
    }

    /** How many conversations are bound. */
    public long count() throws StoreException {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("select count(*) from binding"); ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    /** One line for each of the newest bindings: what is bound to whom, by whom and when. */
    public List<String> latest(int limit) throws StoreException {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "select integration, conversation_id, agent, bound_by, bound_at from binding order by bound_at desc limit ?")) {
                select.setInt(1, limit);
                List<String> lines = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        lines.add("%s, %s: agent %s, by %s at %s".formatted(row.getString(1), row.getString(2), row.getString(3), row.getString(4),
                                Instant.ofEpochMilli(row.getLong(5))));
                    }
                }
                return lines;
            }
        });
    }
}
