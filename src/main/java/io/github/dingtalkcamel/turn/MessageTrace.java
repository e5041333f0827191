package io.github.dingtalkcamel.turn;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/**
 * The trace of a message as JSON: how it came in, what proved it, which agent answered and what was sent. It holds ids, times and reasons,
 * never the text of messages. Unknown members are null; times are ISO-8601 in UTC.
 */
public final class MessageTrace {

    private static final int DEAD_LETTERS = 50;

    private final Store store;
    private final KeyedQueue turns;

    /** Of what is in the store. */
    public MessageTrace(Store store) {
        this(store, null);
    }

    /** @param turns those that run, of some of which the store does not know yet who answers; null for none */
    public MessageTrace(Store store, KeyedQueue turns) {
        this.store = store;
        this.turns = turns;
    }

    /** The trace as JSON text; empty where the integration got no such message. */
    public Optional<String> json(String integration, String msgId) throws StoreException {
        return of(integration, msgId).map(ObjectNode::toString);
    }

    /** The trace as JSON; empty where the integration got no such message. */
    public Optional<ObjectNode> of(String integration, String msgId) throws StoreException {
        return store.read(connection -> Sql.first(connection, """
                select id, conversation_id, sender_id, kind, state, came_by, proof, received_at, stored_ms, attempts, agent, bound_by,
                    started_at,
                    agent_ms, finished_at, error, replies, node
                from message where integration = ? and msg_id = ?""", row -> trace(connection, integration, msgId, row), integration,
                        msgId)).map(this::withStart);
    }

    /** With what the store learns together with the end of the turn. */
    private ObjectNode withStart(ObjectNode trace) {
        if (turns != null && trace.path("state").asText().equals("running")) {
            for (Turn turn : turns.runningTurns()) {
                EarlyStart.Facts start = turn.early() == null ? null : turn.early().facts();
                if (start != null && isOf(trace, turn)) {
                    trace.put("storedMs", start.storedMillis()).put("agent", start.agent()).put("boundBy", start.boundBy())
                            .put("startedAt", time(start.startedAt()));
                }
            }
        }
        return trace;
    }

    private static boolean isOf(ObjectNode trace, Turn turn) {
        return turn.message().msgId().equals(trace.path("msgId").asText())
                && turn.message().integration().equals(trace.path("integrationId").asText());
    }

    private static ObjectNode trace(Connection connection, String integration, String msgId, ResultSet row) throws SQLException {
        ObjectNode trace = Json.MAPPER.createObjectNode();
        trace.put("integrationId", integration).put("msgId", msgId);
        trace.put("conversationId", row.getString("conversation_id")).put("senderId", row.getString("sender_id"));
        trace.put("kind", row.getString("kind")).put("state", row.getString("state"));
        trace.put("by", row.getString("came_by")).put("proof", row.getString("proof"));
        trace.put("receivedAt", time(Sql.nullableLong(row, "received_at"))).put("storedMs", Sql.nullableLong(row, "stored_ms"));
        trace.put("node", row.getString("node"));
        trace.put("attempts", row.getInt("attempts")).put("agent", row.getString("agent")).put("boundBy", row.getString("bound_by"));
        trace.put("startedAt", time(Sql.nullableLong(row, "started_at"))).put("agentMs", Sql.nullableLong(row, "agent_ms"));
        trace.put("finishedAt", time(Sql.nullableLong(row, "finished_at"))).put("error", row.getString("error"));
        trace.set("replies", replies(row.getString("replies")));
        trace.set("deadLetters", deadLetters(connection, row.getLong("id")));
        return trace;
    }

    private static String time(Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis).toString();
    }

    private static ArrayNode replies(String lines) throws SQLException {
        ArrayNode replies = Json.MAPPER.createArrayNode();
        try {
            for (String line : lines == null || lines.isEmpty() ? new String[0] : lines.split("\n")) {
                ObjectNode chunk = (ObjectNode) Json.MAPPER.readTree(line);
                replies.add(chunk.put("at", time(chunk.path("at").asLong())));
            }
        } catch (IOException e) {
            throw new SQLException("the record of a message's replies is damaged", e);
        }
        return replies;
    }

    private static ArrayNode deadLetters(Connection connection, long message) throws SQLException {
        ArrayNode letters = Json.MAPPER.createArrayNode();
        return letters.addAll(Sql.list(connection,
                "select id, code, reason, remedy, attempts, created_at from dead_letter where message_id = ? order by id limit ?",
                row -> Json.MAPPER.createObjectNode().put("id", row.getLong("id")).put("code", row.getString("code"))
                .put("reason", row.getString("reason"))
                        .put("remedy", row.getString("remedy")).put("attempts", row.getInt("attempts"))
                        .put("at", time(row.getLong("created_at"))),
                message, DEAD_LETTERS));
    }
}
