package io.github.dingtalkcamel.turn;
import java.util.List;

import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage.Sender;
import io.github.dingtalkcamel.component.message.InboundMessage;

/** Messages as small as they come. */
public final class Spoken {

    private Spoken() {
    }

    public static InboundMessage in(String conversation, String msgId) {
        return in("main", conversation, msgId);
    }

    public static InboundMessage in(String integration, String conversation, String msgId) {
        return new InboundMessage(integration, msgId, "text", ConversationType.DM, conversation, null,
                new Sender("$:LWCP_v1:$x", "staff001", null, null, false), null, null, false, false, null, "text of " + msgId, List.of(),
                null, null, null, List.of(), null);
    }

    /** The same as it comes by Stream. */
    public static Delivery delivery(String conversation, String msgId) {
        try {
            return Delivery.streamedMessage("main", Body.read(payload(conversation, msgId)));
        } catch (BadMessageException e) {
            throw new AssertionError(e);
        }
    }

    /** The same as DingTalk would send it. */
    public static String payload(String conversation, String msgId) {
        return """
                {"msgId":"%s","msgtype":"text","text":{"content":"text of %s"},"conversationType":"1","conversationId":"%s",\
                "senderId":"$:LWCP_v1:$x","senderStaffId":"staff001"}""".formatted(msgId, msgId, conversation);
    }
}
