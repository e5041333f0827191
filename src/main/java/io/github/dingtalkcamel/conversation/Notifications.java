package io.github.dingtalkcamel.conversation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/**
 * What tools sent into conversations, by place: a group, or the DM with a person, whose conversation id need not be known yet. A message
 * that is recalled is not among it any more, a card that was changed is there as it is now. In the store, as long as messages are kept
 * ({@code dingtalk.keep-messages}); read through a cache, since every turn asks.
 */
public final class Notifications {

    private static final long CACHED_BYTES = 16L << 20;
    private static final int PLACE_BYTES = 200;
    private static final int LONGEST_PLACE = 1_024;
    private static final String PERSON = "user:";

    private record Key(String integration, String place) {
    }

    private final Store store;
    private final Cache<Key, List<Notification>> cache = Caffeine.newBuilder().maximumWeight(CACHED_BYTES).weigher(Notifications::weight)
            .build();

    public Notifications(Store store) {
        this.store = store;
    }

    private static int weight(Key key, List<Notification> sent) {
        return (int) Math.min(Integer.MAX_VALUE, PLACE_BYTES + 2 * sent.stream().mapToLong(Notification::bytes).sum());
    }

    /** The place of the DM with a person. */
    public static String person(String userId) {
        return PERSON + userId;
    }

    /** The place of a message, or null for a DM with a person from outside, to whom no tool can send. */
    static String place(InboundMessage message) {
        if (message.conversationType() == ConversationType.GROUP) {
            return message.conversationId();
        }
        return message.sender().staffId() == null ? null : person(message.sender().staffId());
    }

    /**
     * Records where a message of a tool can be read, as part of the transaction that records the message. {@link #forget} must follow it.
     *
     * @param messageId the message's in {@code sent_message}
     */
    public static void sent(Connection connection, String integration, Collection<String> places, String messageId, long now)
            throws SQLException {
        Sql.batch(connection, """
                insert into sent_to (integration, place, message_id, after_message, sent_at)
                values (?, ?, ?, (select coalesce(max(id), 0) from message), ?)""",
                places.stream().filter(place -> place.length() <= LONGEST_PLACE).toList(),
                place -> List.of(integration, place, messageId, now));
    }

    /** What was sent there changed in the store. */
    public void forget(String integration, Collection<String> places) {
        places.forEach(place -> cache.invalidate(new Key(integration, place)));
    }

    /** A message changed or is gone, in all places where it can be read. */
    public void forgetAll() {
        cache.invalidateAll();
    }

    /** The newest that were sent to the place of the message, the oldest first. */
    List<Notification> at(InboundMessage message, int most) throws StoreException {
        String place = place(message);
        if (place == null || most == 0) {
            return List.of();
        }
        Key at = new Key(message.integration(), place);
        // where nodes share the store another one may have sent something
        return store.isShared() ? load(at, most) : cache.get(at, key -> load(key, most));
    }

    private List<Notification> load(Key key, int most) {
        return store.read(connection -> {
            List<Notification> newestFirst = Sql.list(connection, """
                    select m.text, t.sent_at, t.after_message from sent_to t
                    join sent_message m on m.integration = t.integration and m.message_id = t.message_id
                    where t.integration = ? and t.place = ? and m.state = 'sent' and m.text is not null order by t.id desc limit ?""",
                    row -> new Notification(row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getLong(3)), key.integration(),
                    key.place(), most);
            Collections.reverse(newestFirst);
            return List.copyOf(newestFirst);
        });
    }

    /** What housekeeping deletes. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("places of what tools sent", """
                delete from sent_to where id in (select id from sent_to where sent_at < ? order by sent_at limit ?)""", kept, false);
    }
}
