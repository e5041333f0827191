package io.github.dingtalkcamel.conversation;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.dingtalkcamel.conversation.Session.Usage;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.store.Sql;

/** A session as the store has it, with as much of its history as agents are told. */
final class StoredSession {

    private StoredSession() {
    }

    /** Null where there is none. */
    static Session read(Connection connection, Integration integration, String conversationId, String senderId) throws SQLException {
        return Sql.first(connection, """
                select session_id, started_at, last_at, last_message, turns, messages_in, messages_out, characters_in, characters_out,
                    agent_millis, prompt_tokens, completion_tokens
                from session where integration = ? and conversation_id = ? and sender_id = ?""",
                row -> session(row, history(connection, integration, row.getString(1))), integration.id(), conversationId, senderId)
                .orElse(null);
    }

    private static Session session(ResultSet row, List<HistoryEntry> history) throws SQLException {
        return new Session(row.getString(1), Instant.ofEpochMilli(row.getLong(2)), Instant.ofEpochMilli(row.getLong(3)),
                Sql.nullableLong(row, "last_message"),
                new Usage(row.getLong(5), row.getLong(6), row.getLong(7), row.getLong(8), row.getLong(9), row.getLong(10), row.getLong(11),
                        row.getLong(12)),
                history);
    }

    private static List<HistoryEntry> history(Connection connection, Integration integration, String sessionId) throws SQLException {
        return Sql.query(connection, """
                select message_id, said_at, said, sender_id, sender_nick, replied_at, reply from history
                where session_id = ? order by message_id desc limit ?""", rows -> newest(rows, integration.historyBytes()), sessionId,
                        integration.historyTurns());
    }

    private static List<HistoryEntry> newest(ResultSet newestFirst, long mostBytes) throws SQLException {
        List<HistoryEntry> history = new ArrayList<>();
        for (long bytes = 0; newestFirst.next();) {
            HistoryEntry entry = new HistoryEntry(newestFirst.getLong(1), Instant.ofEpochMilli(newestFirst.getLong(2)),
                    newestFirst.getString(3), newestFirst.getString(4), newestFirst.getString(5),
                    Instant.ofEpochMilli(newestFirst.getLong(6)), newestFirst.getString(7));
            bytes += entry.bytes();
            if (bytes > mostBytes) {
                break;
            }
            history.add(entry);
        }
        Collections.reverse(history);
        return history;
    }

    /** Begins a session: the history of the one before is gone. */
    static Integer replace(Connection connection, Sessions.Key key, Session before, Session after) throws SQLException {
        if (before != null) {
            Sql.update(connection, "delete from history where session_id = ?", before.id());
        }
        return Sql.update(connection, """
                insert into session (integration, conversation_id, sender_id, session_id, started_at, last_at, last_message)
                    values (?, ?, ?, ?, ?, ?, ?)
                on conflict (integration, conversation_id, sender_id) do update set session_id = excluded.session_id,
                    started_at = excluded.started_at,
                    last_at = excluded.last_at, last_message = excluded.last_message, turns = 0, messages_in = 0, messages_out = 0,
                        characters_in = 0,
                    characters_out = 0, agent_millis = 0, prompt_tokens = 0, completion_tokens = 0""",
                key.integration(), key.conversationId(), key.senderId(), after.id(), after.startedAt().toEpochMilli(),
                after.lastAt().toEpochMilli(), after.lastMessage());
    }

    /** Adds to the history. */
    static void remember(Connection connection, String sessionId, HistoryEntry said) throws SQLException {
        Sql.update(connection, """
                insert into history (session_id, message_id, said_at, said, replied_at, reply, sender_id, sender_nick)
                    values (?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (session_id, message_id) do update set replied_at = excluded.replied_at, reply = excluded.reply""",
                sessionId, said.messageId(), said.saidAt().toEpochMilli(), said.said(), said.repliedAt().toEpochMilli(), said.reply(),
                said.senderId(), said.senderNick());
    }
}
