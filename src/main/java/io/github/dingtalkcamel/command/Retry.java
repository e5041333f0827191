package io.github.dingtalkcamel.command;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.Cancellation;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.Messages;
import io.github.dingtalkcamel.turn.QueueFullException;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.ExchangeProperty;

/**
 * {@code /retry}: makes a turn of the command itself, with what the session's last message said. So it is as if whoever says {@code /retry} had said that
 * again: it is answered to him, and he is whom the agent sees. Nobody acts in another's name by it.
 */
public final class Retry {

    /** What stays the command's own (docs/protocol.md 3.1): who says it, when, and where the answer goes. */
    private static final List<String> OWN_FIELDS = List.of("msgId", "createAt", "conversationTitle", "senderId", "senderStaffId", "senderUnionId", "senderNick",
            "senderCorpId", "isAdmin", "sessionWebhook", "sessionWebhookExpiredTime");

    private final KeyedQueue queue;
    private final Inbox inbox;
    private final Sessions sessions;
    private final Messages messages;

    public Retry(KeyedQueue queue, Inbox inbox, Sessions sessions, Messages messages) {
        this.queue = queue;
        this.inbox = inbox;
        this.sessions = sessions;
        this.messages = messages;
    }

    /**
     * The turn to queue, in the place that is reserved for it and stored as such, or null where nothing went to an agent yet.
     *
     * @throws QueueFullException when there is no place
     */
    public Turn turn(@ExchangeProperty(Turn.PROPERTY) Turn command) throws StoreException, QueueFullException, BadMessageException {
        Long last = sessions.lastMessage(command.message());
        String said = last == null ? null : inbox.payload(last);
        if (said == null) {
            return null;
        }
        String payload = saidAgain(said, inbox.payload(command.id()));
        InboundMessage message = messages.restore(command.message().integration(), payload);
        KeyedQueue.Slot slot = queue.reserve(Turn.key(message), Turn.bytes(payload));
        if (slot == null) {
            throw new QueueFullException();
        }
        boolean stored = false;
        try {
            stored = inbox.becomesTurn(command.id(), payload);
        } finally {
            if (!stored) {
                slot.release();
            }
        }
        if (!stored) {
            throw new IllegalStateException("Command " + command.reference() + " is done with already");
        }
        return new Turn(command.id(), Turn.Kind.TURN, message, slot, null, new Cancellation());
    }

    private static String saidAgain(String said, String command) {
        try {
            ObjectNode again = (ObjectNode) Json.MAPPER.readTree(said);
            JsonNode own = Json.MAPPER.readTree(command);
            for (String field : OWN_FIELDS) {
                if (own.has(field)) {
                    again.set(field, own.get(field));
                } else {
                    again.remove(field);
                }
            }
            return again.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored message is no JSON", e);
        }
    }
}
