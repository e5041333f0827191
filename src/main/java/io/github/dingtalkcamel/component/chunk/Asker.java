package io.github.dingtalkcamel.component.chunk;
import java.util.Optional;

import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage;

/** The user whom a reply in a group answers. */
public final class Asker {

    private Asker() {
    }

    /** The user id that the first chunk mentions; none in a DM, and none for people without a staff id. */
    public static Optional<String> of(InboundMessage message) {
        return message.conversationType() == ConversationType.GROUP ? Optional.ofNullable(message.sender().staffId()) : Optional.empty();
    }
}
