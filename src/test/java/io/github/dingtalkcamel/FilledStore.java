package io.github.dingtalkcamel;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Rows as years of use leave them, written into an SQLite store that no process has open. */
final class FilledStore {

    private static final String COUNTING = "with recursive number(n) as (select 1 union all select n + 1 from number where n < ?)";
    /** About as long as what DingTalk sends. */
    private static final int PAYLOAD_BYTES = 700;

    private FilledStore() {
    }

    /** Adds messages that were answered just now, spread over so many conversations, each with a session. */
    static void fill(Path dataDirectory, int messages, int conversations) throws SQLException {
        try (Connection store = DriverManager.getConnection("jdbc:sqlite:" + dataDirectory.resolve("dingtalk.db"))) {
            store.setAutoCommit(false);
            long now = System.currentTimeMillis();
            try (PreparedStatement insert = store.prepareStatement(COUNTING + """
                     insert into session (integration, conversation_id, sender_id, session_id, started_at, last_at)
                     select 'main', 'known' || n, '', 'session' || n, ?2, ?2 from number""")) {
                insert.setInt(1, conversations);
                insert.setLong(2, now);
                insert.executeUpdate();
            }
            try (PreparedStatement insert = store.prepareStatement(COUNTING + """
                     insert into message (integration, msg_id, conversation_id, sender_id, kind, state, payload, attempts, received_at, started_at,
                        finished_at, agent, bound_by)
                     select 'main', 'old' || n, 'known' || (n % ?3 + 1), 'staff' || (n % ?3), 'turn', 'done', ?4, 1, ?2, ?2, ?2, 'echo', 'fallback'
                     from number""")) {
                insert.setInt(1, messages);
                insert.setLong(2, now);
                insert.setInt(3, conversations);
                insert.setString(4, "{\"text\":\"" + "x".repeat(PAYLOAD_BYTES) + "\"}");
                insert.executeUpdate();
            }
            store.commit();
        }
    }
}
