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
 * What became of a message: how it came in, what proved it, who answered and what went out, as JSON. Ids, times and reasons; nothing of
 * what was said. Members that are not known are null; times are ISO-8601 in UTC.
 */
public final class MessageTrace {

    private static final int DEAD_LETTERS = 50;

    private final Store store;

    public MessageTrace(Store store) {
        this.store = store;
    }

    /** The way as JSON text; empty where the integration got no such message. */
    public Optional<String> way(String integration, String msgId) throws StoreException {
        return of(integration, msgId).map(ObjectNode::toString);
    }

    /** The way as JSON; empty where the integration got no such message. */
    public Optional<ObjectNode> of(String integration, String msgId) throws StoreException {
        return store.read(connection -> Sql.first(connection, """
                select id, conversation_id, sender_id, kind, state, came_by, proof, received_at, stored_ms, attempts, agent, bound_by, started_at,
                    agent_ms, finished_at, error, replies
                from message where integration = ? and msg_id = ?""", row -> way(connection, integration, msgId, row), integration, msgId));
    }

    private static ObjectNode way(Connection connection, String integration, String msgId, ResultSet row) throws SQLException {
        ObjectNode way = Json.MAPPER.createObjectNode();
        way.put("integrationId", integration).put("msgId", msgId);
        way.put("conversationId", row.getString("conversation_id")).put("senderId", row.getString("sender_id"));
        way.put("kind", row.getString("kind")).put("state", row.getString("state"));
        way.put("by", row.getString("came_by")).put("proof", row.getString("proof"));
        way.put("receivedAt", time(Sql.nullableLong(row, "received_at"))).put("storedMs", Sql.nullableLong(row, "stored_ms"));
        way.put("attempts", row.getInt("attempts")).put("agent", row.getString("agent")).put("boundBy", row.getString("bound_by"));
        way.put("startedAt", time(Sql.nullableLong(row, "started_at"))).put("agentMs", Sql.nullableLong(row, "agent_ms"));
        way.put("finishedAt", time(Sql.nullableLong(row, "finished_at"))).put("error", row.getString("error"));
        way.set("replies", replies(row.getString("replies")));
        way.set("deadLetters", deadLetters(connection, row.getLong("id")));
        return way;
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
                row -> Json.MAPPER.createObjectNode().put("id", row.getLong("id")).put("code", row.getString("code")).put("reason", row.getString("reason"))
                        .put("remedy", row.getString("remedy")).put("attempts", row.getInt("attempts")).put("at", time(row.getLong("created_at"))),
                message, DEAD_LETTERS));
    }
}
