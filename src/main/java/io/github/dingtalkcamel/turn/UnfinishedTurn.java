package io.github.dingtalkcamel.turn;

import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.store.Texts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stored message that is not finished.
 *
 * @param receivedAt when it came in, or was last asked to be replayed
 * @param traceparent the span that it was stored in, or null
 * @param seq        its number in its conversation, 0 where it has none
 */
public record UnfinishedTurn(long id, Turn.Kind kind, String integration, String conversationId, String payload, int attempts,
        long receivedAt, Turn.Progress progress, String traceparent, long seq) {

    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedTurn.class);

    /** Reads what {@link #of} makes a row of. */
    static final String SELECT = """
            select m.id, m.kind, m.integration, m.conversation_id, m.payload, m.attempts,
                coalesce(d.replayed_at, m.received_at) as received_at,
                r.chunks, r.sent, r.mentions, r.files, m.traceparent, coalesce(m.seq, 0) as seq
            from message m left join reply r on r.message_id = m.id left join dead_letter d on d.message_id = m.id
            """;

    static UnfinishedTurn of(ResultSet row) throws SQLException {
        long id = row.getLong("id");
        return new UnfinishedTurn(id, Turn.Kind.of(row.getString("kind")), row.getString("integration"), row.getString("conversation_id"),
                row.getString("payload"), row.getInt("attempts"), row.getLong("received_at"),
                progress(id, row.getString("chunks"), row.getInt("sent"), row.getString("mentions"),
                        row.getString("files")), row.getString("traceparent"), row.getLong("seq"));
    }

    /** The rows up to the one behind which a page of so many characters ends: it is in memory as a whole. */
    static List<UnfinishedTurn> page(ResultSet rows, long mostCharacters) throws SQLException {
        List<UnfinishedTurn> page = new ArrayList<>();
        for (long characters = 0; characters < mostCharacters && rows.next();) {
            UnfinishedTurn one = of(rows);
            page.add(one);
            characters += one.payload().length();
        }
        return page;
    }

    /** How far a reply got; null for none, or for one that can't be read any more, so that the agent is asked again. */
    private static Turn.Progress progress(long id, String chunks, int sent, String mentions, String files) {
        try {
            return chunks == null ? null : new Turn.Progress(Texts.read(chunks), sent, StoredMentions.read(mentions),
                    ReplyFiles.read(files));
        } catch (UncheckedIOException e) {
            LOG.warn("The unsent chunks of message {} are damaged: its agent is asked again", id);
            return null;
        }
    }
}
