package io.github.dingtalkcamel.conversation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.EarlierMessages;
import io.github.dingtalkcamel.component.text.Truncation;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages that people may quote: what replies and tools sent, by the ids that DingTalk has for it, and what was received. Kept as
 * long as messages are ({@code dingtalk.keep-messages}).
 * <p>
 * Not promised: texts that were sent by a session webhook or a custom robot, for which DingTalk gives no id; and that a text sent at the
 * moment of a crash is known afterwards.
 */
public final class QuotableMessages implements EarlierMessages {

    private static final Logger LOG = LoggerFactory.getLogger(QuotableMessages.class);
    /** The fields that name a message in DingTalk's answers to calls that send. */
    private static final List<String> KEYS = List.of("processQueryKey", "outTrackId", "carrierId", "messageId", "openMessageId", "msgId");
    private static final int LONGEST_KEY = 512;
    private static final int LONGEST_TEXT = 20_000;

    private final Store store;
    private final InstantSource clock;

    public QuotableMessages(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Remembers what was sent, under each of the ids that DingTalk's answer names; nothing where it names none. Does not wait: the row
     * joins the next commit.
     */
    public void sent(String integration, JsonNode answer, String text) {
        List<String> keys = KEYS.stream().map(name -> answer.path(name).asText(answer.path("result").path(name).asText("")))
                .filter(key -> !key.isEmpty()).distinct().toList();
        if (keys.isEmpty()) {
            return;
        }
        store.write(connection -> {
            for (String key : keys) {
                remember(connection, integration, Map.of(key, text));
            }
            return keys.size();
        }).whenComplete((rows, failure) -> {
            if (failure != null) {
                LOG.debug("A message that was sent could not be remembered: a quote of it will have no text: {}", failure.getMessage());
            }
        });
    }

    /** The same, for an answer as the component {@code dingtalk} gives it. */
    public void sent(String integration, Map<?, ?> answer, String text) {
        // most answers, such as those of session webhooks, have no id
        if (KEYS.stream().anyMatch(answer::containsKey) || answer.containsKey("result")) {
            sent(integration, Json.MAPPER.<JsonNode>valueToTree(answer), text);
        }
    }

    /** Remembers texts by their ids, as part of a transaction. A text that is known already is replaced. */
    public void remember(Connection connection, String integration, Map<String, String> textsByKey) throws SQLException {
        long now = clock.millis();
        Sql.batch(connection, """
                insert into sent_text (integration, message_key, text, sent_at) values (?, ?, ?, ?)
                on conflict (integration, message_key) do update set text = excluded.text""",
                textsByKey.entrySet().stream().filter(each -> each.getKey().length() <= LONGEST_KEY && !each.getValue().isBlank()).toList(),
                each -> List.of(integration, each.getKey(), Truncation.of(each.getValue(), LONGEST_TEXT), now));
    }

    /** Forgets texts by their ids, as part of a transaction: they were recalled. */
    public void remove(Connection connection, String integration, Collection<String> keys) throws SQLException {
        Sql.batch(connection, "delete from sent_text where integration = ? and message_key = ?", keys, key -> List.of(integration, key));
    }

    @Override
    public Optional<String> sent(String integration, Collection<String> keys) {
        for (String key : keys) {
            Optional<String> text = select("select text from sent_text where integration = ? and message_key = ?", integration, key);
            if (text.isPresent()) {
                return text;
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> received(String integration, String conversationId, String msgId) {
        return select("select payload from message where integration = ? and msg_id = ? and conversation_id = ?", integration, msgId,
                conversationId);
    }

    private Optional<String> select(String sql, Object... values) {
        try {
            return store.read(connection -> Sql.first(connection, sql, row -> row.getString(1), values));
        } catch (StoreException e) {
            LOG.debug("A quoted message could not be looked up: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** What housekeeping deletes. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("texts of sent messages", """
                delete from sent_text where (integration, message_key) in (select integration, message_key from sent_text
                    where sent_at < ? order by sent_at limit ?)""", kept, false);
    }
}
