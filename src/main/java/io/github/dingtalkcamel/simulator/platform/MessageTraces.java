package io.github.dingtalkcamel.simulator.platform;
import java.util.Optional;

/**
 * What the application knows of a message that it took: for the chat page, which shows it under the message. May block; is never called
 * on an event loop.
 */
@FunctionalInterface
public interface MessageTraces {

    /** Where nobody tells. */
    MessageTraces UNKNOWN = (integrationId, msgId) -> Optional.empty();

    /**
     * The message's way as JSON, an object as docs/promises.md 7 has it for {@code GET /api/dingtalk/messages/…}; empty where it is
     * unknown.
     */
    Optional<String> way(String integrationId, String msgId);
}
