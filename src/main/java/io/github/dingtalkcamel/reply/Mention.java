package io.github.dingtalkcamel.reply;

import java.util.Optional;

import io.github.dingtalkcamel.inbound.InboundMessage;
import io.github.dingtalkcamel.inbound.InboundMessage.ConversationType;

/** How a reply in a group turns to the person who asked: DingTalk shows a mention only where the text holds it too (protocol 6.1). */
final class Mention {

    private Mention() {
    }

    /** The words before the first chunk; none in a DM, and none for people without a staff id. */
    static Optional<String> of(InboundMessage message) {
        return message.conversationType() == ConversationType.GROUP && message.sender().staffId() != null
                ? Optional.of("@" + message.sender().staffId() + "\n\n") : Optional.empty();
    }
}
