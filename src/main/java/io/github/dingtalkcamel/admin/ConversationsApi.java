package io.github.dingtalkcamel.admin;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.NewestMessages;
import org.apache.camel.ExchangeProperty;

/** {@code GET /api/dingtalk/conversations}: each conversation of which a message is stored, with its running and waiting turns. */
public final class ConversationsApi {

    /**
     * The newest message of a conversation is noted, or is newer than what is noted. Where housekeeping deleted the one that was noted, an
     * older one may be kept: it is found while it is not finished or has a dead letter, but not where a replay finished it later. By
     * {@code integration || ''} SQLite reads only these messages: by the column alone it would read the whole index by {@code msg_id}.
     */
    static final String LIST = """
            select m.integration, m.conversation_id, m.conversation_type, m.conversation_title, m.msg_id, m.received_at, m.state,
                b.agent,
                u.waiting, u.running, s.session_id, s.started_at, s.turns
            from (select max(id) as id from (
                    select * from (select integration, conversation_id, message_id as id from newest_message
                        where (integration, conversation_id) > (?, ?) order by integration, conversation_id limit ?) noted
                    union all
                    select integration, conversation_id, id from message
                        where id > (select coalesce(max(message_id), 0) - ? from newest_message)
                            and (integration || '', conversation_id) > (?, ?)
                    union all
                    select integration, conversation_id, id from message
                        where state in ('received', 'running') and (integration || '', conversation_id) > (?, ?)
                    union all
                    select integration, conversation_id, message_id from dead_letter
                        where message_id is not null and (integration, conversation_id) > (?, ?)) found
                group by integration, conversation_id order by integration, conversation_id limit ?) newest
            join message m on m.id = newest.id
            left join binding b on b.integration = m.integration and b.conversation_id = m.conversation_id
            left join session s on s.integration = m.integration and s.conversation_id = m.conversation_id and s.sender_id = ''
            left join (select integration, conversation_id, sum(case state when 'received' then 1 else 0 end) as waiting,
                    sum(case state when 'running' then 1 else 0 end) as running
                from message where state in ('received', 'running') and kind = 'turn' group by integration, conversation_id) u
                on u.integration = m.integration and u.conversation_id = m.conversation_id
            order by m.integration, m.conversation_id""";

    private final Store store;

    public ConversationsApi(Store store) {
        this.store = store;
    }

    private record Conversation(String integration, String id, Map<String, Object> shown) {
    }

    /** By integration and id, a page at a time. */
    public Map<String, Object> list(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        Page page = Page.of(call, 2);
        return page.answer("conversations", find(page), each -> List.of(each.integration(), each.id()), Conversation::shown);
    }

    private List<Conversation> find(Page page) {
        Object integration = page.after().get(0);
        Object id = page.after().get(1);
        return store.read(connection -> Sql.list(connection, LIST, row -> new Conversation(row.getString(1), row.getString(2), shown(row)),
                integration, id, page.lookFor(), NewestMessages.MAX_LATE_ROWS, integration, id, integration, id, integration, id,
                page.lookFor()));
    }

    /** Null where there is none, and where each person has one of their own. */
    private static Map<String, Object> session(ResultSet row) throws SQLException {
        String id = row.getString("session_id");
        if (id == null) {
            return null;
        }
        Map<String, Object> session = new LinkedHashMap<>();
        session.put("id", id);
        session.put("startedAt", Instant.ofEpochMilli(row.getLong("started_at")).toString());
        session.put("turns", row.getLong("turns"));
        return session;
    }

    private static Map<String, Object> shown(ResultSet row) throws SQLException {
        Map<String, Object> last = new LinkedHashMap<>();
        last.put("msgId", row.getString("msg_id"));
        last.put("receivedAt", Instant.ofEpochMilli(row.getLong("received_at")).toString());
        last.put("state", row.getString("state"));
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("integrationId", row.getString("integration"));
        shown.put("conversationId", row.getString("conversation_id"));
        shown.put("type", row.getString("conversation_type"));
        shown.put("title", row.getString("conversation_title"));
        shown.put("lastMessage", last);
        shown.put("waiting", row.getLong("waiting"));
        shown.put("running", row.getLong("running"));
        shown.put("binding", row.getString("agent"));
        shown.put("session", session(row));
        return shown;
    }
}
