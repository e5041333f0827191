package io.github.dingtalkcamel.simulator.platform;

import java.util.Optional;

/**
 * What the application knows of a message that it accepted: for the chat page, which shows it under the message. May block; is never called
 * on an event loop.
 */
@FunctionalInterface
public interface MessageTraces {

    /** Knows no message. */
    MessageTraces UNKNOWN = (integrationId, msgId) -> Optional.empty();

    /** The trace of the message, as the JSON object that {@code GET /api/dingtalk/messages/…} answers; empty for an unknown message. */
    Optional<String> transport(String integrationId, String msgId);
}
