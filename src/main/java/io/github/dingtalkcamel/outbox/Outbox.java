package io.github.dingtalkcamel.outbox;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.StorableText;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.ExchangeProperty;

/**
 * The transactional outbox: a table of events that wait for {@link OutboxRelay}.
 * <p>
 * Promises: an event is stored in the same commit as what it tells, so that neither is there without the other; an event is deleted only
 * after the endpoint took it, or when it is older than {@code dingtalk.keep-outbox}. Ids of rows give the order. Switched off, nothing is
 * stored and no statement is executed.
 * <p>
 * Does not promise: that an event is delivered once only. Its {@code eventId} is the same each time.
 */
public final class Outbox {

    /** DingTalk's name for a click on a card, as hooks get it. */
    private static final String CARD_CLICKED = "card_callback";

    private final Store store;
    private final InstantSource clock;
    private final boolean on;

    /** @param on whether events are stored at all */
    public Outbox(Store store, InstantSource clock, boolean on) {
        this.store = store;
        this.clock = clock;
        this.on = on;
    }

    /** An outbox that is switched off. */
    public static Outbox off() {
        return new Outbox(null, InstantSource.system(), false);
    }

    /** Whether events are stored. */
    public boolean isOn() {
        return on;
    }

    /** A message for an agent was stored in this row: part of the transaction that stored it. */
    public void accepted(Connection connection, long row, InboundMessage message) throws SQLException {
        if (!on) {
            return;
        }
        ObjectNode event = event("bot_accepted", id(), message.integration());
        event.put("msgId", message.msgId()).put("conversationId", message.conversationId())
                .put("conversationType", message.conversationType().publicName()).put("conversationTitle", message.conversationTitle())
                .put("senderId", message.sender().userId()).put("senderNick", message.sender().nick()).put("messageType", message.type())
                .put("turn", reference(message.integration(), row)).put("text", message.text());
        insert(connection, message.conversationId(), event);
    }

    /**
     * The turn of this row ended: part of the transaction that says so, after its row was updated.
     *
     * @param reply what was answered, or null
     */
    public void turnEnded(Connection connection, long row, String reply) throws SQLException {
        if (!on) {
            return;
        }
        ObjectNode event = Sql.first(connection, """
                select integration, msg_id, conversation_id, conversation_type, sender_id, state, agent, bound_by, agent_ms, attempts,
                    error,
                    received_at from message where id = ? and kind = 'turn'""", columns -> ended(columns, row), row).orElse(null);
        if (event != null) {
            event.put("reply", reply);
            insert(connection, event.path("conversationId").asText(), event);
        }
    }

    private ObjectNode ended(ResultSet row, long id) throws SQLException {
        String state = row.getString("state");
        String integration = row.getString("integration");
        ObjectNode event = event(state.equals("failed") || state.equals("dead") ? "bot_turn_failed" : "bot_turn_finished", id(),
                integration);
        event.put("msgId", row.getString("msg_id")).put("conversationId", row.getString("conversation_id"))
                .put("conversationType", row.getString("conversation_type")).put("senderId", row.getString("sender_id"))
                .put("turn", reference(integration, id)).put("state", state).put("agent", row.getString("agent"))
                .put("boundBy", row.getString("bound_by")).put("agentMs", Sql.nullableLong(row, "agent_ms"))
                .put("attempts", row.getInt("attempts")).put("error", row.getString("error"))
                .put("receivedAt", Instant.ofEpochMilli(row.getLong("received_at")).toString());
        return event;
    }

    private static String reference(String integration, long row) {
        return integration + "-" + row;
    }

    /** An event of DingTalk's is about to be handed on: part of the transaction that remembers it. */
    public void event(Connection connection, Delivery delivery) throws SQLException {
        if (!on) {
            return;
        }
        ObjectNode event = event(delivery.eventType(), delivery.eventId(), delivery.integration());
        event.set("data", delivery.content().json());
        insert(connection, null, event);
    }

    /** A card was clicked. Durable when this returns; a step of the route that receives clicks. */
    public void recordClick(@ExchangeProperty(Delivery.PROPERTY) Delivery delivery) throws StoreException {
        if (!on) {
            return;
        }
        ObjectNode event = event(CARD_CLICKED, id(), delivery.integration());
        event.set("data", delivery.content().json());
        store.writeAndWait(connection -> {
            insert(connection, null, event);
            return null;
        });
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private ObjectNode event(String type, String id, String integration) {
        return Json.MAPPER.createObjectNode().put("eventType", StorableText.of(type)).put("eventId", id).put("integrationId", integration)
                .put("at", Instant.ofEpochMilli(clock.millis()).toString());
    }

    private void insert(Connection connection, String conversationId, ObjectNode event) throws SQLException {
        Sql.update(connection,
                "insert into outbox (event_type, event_id, integration, conversation_id, payload, recorded_at) values (?, ?, ?, ?, ?, ?)",
                event.path("eventType").asText(), event.path("eventId").asText(), event.path("integrationId").asText(), conversationId,
                event.toString(), clock.millis());
    }

    /**
     * An event that waits.
     *
     * @param conversationId of messages and turns; null for others
     * @param payload        JSON
     */
    public record Entry(long id, String eventType, String eventId, String integration, String conversationId, String payload) {
    }

    /** The oldest events in their order: at most so many, and the last one is that which exceeds so many characters together. */
    List<Entry> waiting(int limit, long characters) throws StoreException {
        return store.read(connection -> Sql.query(connection,
                "select id, event_type, event_id, integration, conversation_id, payload from outbox order by id limit ?",
                rows -> {
                    List<Entry> page = new ArrayList<>();
                    for (long held = 0; held < characters && rows.next();) {
                        Entry entry = new Entry(rows.getLong(1), rows.getString(2), rows.getString(3), rows.getString(4), rows.getString(5),
                                rows.getString(6));
                        page.add(entry);
                        held += entry.payload().length();
                    }
                    return page;
                }, limit));
    }

    /** The endpoint took these. */
    void delete(List<Long> ids) throws StoreException {
        store.writeAndWait(connection -> {
            Sql.batch(connection, "delete from outbox where id = ?", ids, List::of);
            return null;
        });
    }

    /** How many wait. */
    public long waiting() throws StoreException {
        return store.read(connection -> Sql.number(connection, "select count(*) from outbox"));
    }

    /** What housekeeping deletes: events that the endpoint did not take for so long. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("events that the outbox could not deliver", """
                delete from outbox where id in (select id from outbox where recorded_at < ? order by recorded_at limit ?)""", kept, true);
    }
}
