package io.github.dingtalkcamel.conversation;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;

/** Which agent a conversation is bound to, by whom and when. In the store; read through a cache, since every turn asks. */
@ManagedResource(description = "Which agents conversations are bound to")
public final class Bindings {

    private static final int CACHED = 10_000;
    private static final int SHOWN = 200;

    /**
     * A conversation bound to an agent.
     *
     * @param by who did it: a person's id, {@code api}, or null where that is not known
     */
    public record Binding(String integration, String conversationId, String agent, String by, Instant at) {
    }

    /** Is notified of each change; the agent is null for a binding that was removed. */
    @FunctionalInterface
    public interface Listener {
        void changed(String integration, String conversationId, String agent, String by);
    }

    private record Key(String integration, String conversationId) {
    }

    private final Store store;
    private final InstantSource clock;
    private volatile Listener listener = (integration, conversationId, agent, by) -> {
    };
    private final Cache<Key, Optional<String>> cache = Caffeine.newBuilder().maximumSize(CACHED).build();

    public Bindings(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The agent that the message's conversation is bound to becomes variable {@code byConversation}: null where it is not bound. */
    public void find(Exchange exchange) throws StoreException {
        exchange.setVariable("byConversation", agentOf(exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class)));
    }

    /** The agent that the message's conversation is bound to, or null. */
    public String agentOf(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws StoreException {
        Key key = new Key(message.integration(), message.conversationId());
        // where nodes share the store another one may have changed it
        return (store.isShared() ? load(key) : cache.get(key, this::load)).orElse(null);
    }

    private Optional<String> load(Key key) {
        return store.read(connection -> Sql.first(connection, "select agent from binding where integration = ? and conversation_id = ?",
                row -> row.getString(1), key.integration(), key.conversationId()));
    }

    /** Sets the listener that is notified of changes. */
    public void onChange(Listener changed) {
        listener = changed;
    }

    /** What a conversation is bound to. */
    public Optional<Binding> of(String integration, String conversationId) throws StoreException {
        return select("where integration = ? and conversation_id = ?", 1, integration, conversationId).stream().findFirst();
    }

    /** The bindings after one, by integration and conversation. */
    public List<Binding> after(String integration, String conversationId, int limit) throws StoreException {
        return select("where (integration, conversation_id) > (?, ?)", limit, integration, conversationId);
    }

    private List<Binding> select(String where, int limit, String integration, String conversationId) {
        return store.read(connection -> Sql.list(connection,
                "select integration, conversation_id, agent, bound_by, bound_at from binding " + where
                + " order by integration, conversation_id limit ?",
                row -> new Binding(row.getString(1), row.getString(2), row.getString(3), row.getString(4),
                        Instant.ofEpochMilli(row.getLong(5))),
                integration, conversationId, limit));
    }

    @ManagedAttribute(description = "Conversations that are bound to an agent; of very many the first")
    public String[] getBindings() {
        return after("", "", SHOWN).stream().map(each -> each.integration() + " " + each.conversationId() + ": " + each.agent() + ", by "
                + each.by() + " at " + each.at())
                .toArray(String[]::new);
    }

    /** Binds a conversation, in place of what it was bound to. */
    public void bind(String integration, String conversationId, String agent, String by) throws StoreException {
        long now = clock.millis();
        store.writeAndWait(connection -> Sql.update(connection, """
                insert into binding (integration, conversation_id, agent, bound_by, bound_at) values (?, ?, ?, ?, ?)
                on conflict (integration, conversation_id)
                do update set agent = excluded.agent, bound_by = excluded.bound_by, bound_at = excluded.bound_at""",
                integration, conversationId, agent, by, now));
        cache.invalidate(new Key(integration, conversationId));
        listener.changed(integration, conversationId, agent, by);
    }

    /** Binds the message's conversation, by its sender. */
    public void bindConversation(@Variable("agent") String agent, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message)
            throws StoreException {
        bind(message.integration(), message.conversationId(), agent, message.sender().userId());
    }

    /**
     * Removes the binding of the message's conversation, by its sender.
     *
     * @return whether there was one
     */
    public boolean unbindConversation(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws StoreException {
        return unbind(message.integration(), message.conversationId(), message.sender().userId());
    }

    /** Removes a conversation's binding, by an unknown user. */
    public boolean unbind(String integration, String conversationId) throws StoreException {
        return unbind(integration, conversationId, null);
    }

    /**
     * Removes a conversation's binding.
     *
     * @return false when there was none
     */
    public boolean unbind(String integration, String conversationId, String by) throws StoreException {
        int removed = store.writeAndWait(connection -> Sql.update(connection,
                "delete from binding where integration = ? and conversation_id = ?", integration, conversationId));
        cache.invalidate(new Key(integration, conversationId));
        if (removed > 0) {
            listener.changed(integration, conversationId, null, by);
        }
        return removed > 0;
    }
}
