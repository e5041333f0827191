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
import org.apache.camel.ExchangeProperty;

/** {@code GET /api/dingtalk/conversations}: each conversation of which a message is stored, with its running and waiting turns. */
public final class ConversationsApi {

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
        return store.read(connection -> Sql.list(connection, """
                    select m.integration, m.conversation_id, m.conversation_type, m.conversation_title, m.msg_id, m.received_at, m.state,
                        b.agent,
                        u.waiting, u.running, s.session_id, s.started_at, s.turns
                    from (select max(id) as id from message where (integration, conversation_id) > (?, ?)
                        group by integration, conversation_id order by integration, conversation_id limit ?) newest
                    join message m on m.id = newest.id
                    left join binding b on b.integration = m.integration and b.conversation_id = m.conversation_id
                    left join session s on s.integration = m.integration and s.conversation_id = m.conversation_id and s.sender_id = ''
                    left join (select integration, conversation_id, sum(case state when 'received' then 1 else 0 end) as waiting,
                            sum(case state when 'running' then 1 else 0 end) as running
                        from message where state in ('received', 'running') and kind = 'turn' group by integration, conversation_id) u
                        on u.integration = m.integration and u.conversation_id = m.conversation_id
                    order by m.integration, m.conversation_id""",
                row -> new Conversation(row.getString(1), row.getString(2), shown(row)),
                page.after().get(0), page.after().get(1), page.lookFor()));
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
