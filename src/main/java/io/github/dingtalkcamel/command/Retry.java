package io.github.dingtalkcamel.command;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.cluster.Leases;
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
 * {@code /retry}: turns the command into a turn that repeats the session's last message to an agent. The sender of {@code /retry} is the
 * sender of the repeated message: the agent sees that user, and the reply goes to that user. So no user acts in the name of another.
 */
public final class Retry {

    /** The fields that are kept from the command (docs/protocol.md 3.1): its sender, its time, and where the answer goes. */
    private static final List<String> OWN_FIELDS = List.of("msgId", "createAt", "conversationTitle", "senderId", "senderStaffId",
            "senderUnionId", "senderNick", "senderCorpId", "isAdmin", "sessionWebhook", "sessionWebhookExpiredTime");

    private final KeyedQueue queue;
    private final Inbox inbox;
    private final Sessions sessions;
    private final Messages messages;
    private final Leases leases;

    public Retry(KeyedQueue queue, Inbox inbox, Sessions sessions, Messages messages, Leases leases) {
        this.leases = leases;
        this.queue = queue;
        this.inbox = inbox;
        this.sessions = sessions;
        this.messages = messages;
    }

    /**
     * The turn to queue, stored as a turn and with a reserved place in the queue; null where no message of the session went to an agent.
     *
     * @throws QueueFullException when the queue is full
     */
    public Turn turnToRepeat(@ExchangeProperty(Turn.PROPERTY) Turn command) throws StoreException, QueueFullException, BadMessageException {
        Long last = sessions.lastMessage(command.message());
        String lastPayload = last == null ? null : inbox.payload(last);
        if (lastPayload == null) {
            return null;
        }
        String payload = repeated(lastPayload, inbox.payload(command.id()));
        InboundMessage message = messages.restore(command.message().integration(), payload);
        KeyedQueue.Slot slot = queue.reserve(Turn.key(message), Turn.bytes(payload));
        if (slot == null) {
            throw new QueueFullException();
        }
        boolean stored = false;
        try {
            stored = inbox.becomesTurn(command.id(), message, payload);
        } finally {
            if (!stored) {
                slot.release();
            }
        }
        if (!stored) {
            throw new IllegalStateException("Command " + command.reference() + " has already ended");
        }
        if (leases.isShared()) {
            // the node that works on the conversation reads it from the store
            slot.release();
            return new Turn(command.id(), Turn.Kind.TURN, message, slot, null, new Cancellation(), null, Lease.ELSEWHERE);
        }
        return new Turn(command.id(), Turn.Kind.TURN, message, slot, null, new Cancellation());
    }

    private static String repeated(String lastPayload, String command) {
        try {
            ObjectNode repeated = (ObjectNode) Json.MAPPER.readTree(lastPayload);
            JsonNode own = Json.MAPPER.readTree(command);
            for (String field : OWN_FIELDS) {
                if (own.has(field)) {
                    repeated.set(field, own.get(field));
                } else {
                    repeated.remove(field);
                }
            }
            return repeated.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored message is no JSON", e);
        }
    }
}
