package io.github.dingtalkcamel.simulator.platform;

import java.time.Duration;

import io.github.dingtalkcamel.simulator.stream.StreamSide;

/**
 * The outcome of a push to the application.
 *
 * @param status         the HTTP status, or by Stream the ack's code; 0 if there was no answer, see {@code fault}
 * @param body           the answer's body, or by Stream the ack's data; empty without an answer
 * @param decrypted      the message inside an encrypted answer; null if the push was plain or the answer is at fault
 * @param fault          why DingTalk would not count the push as taken; null if it would
 * @param msgId          of the message; null for events
 * @param conversationId the group or DM; null for events
 * @param sessionWebhook of the message; null for events
 * @param payload        what was pushed, before encryption
 * @param took           from having a connection to the end of the answer, or until it was given up, in real time; DingTalk gives
 *                       events 1,500 ms (docs/protocol.md 5.4)
 * @param transport            how it was pushed
 * @param connectionId   the Stream connection it was pushed on; null by webhook, and if no connection was there
 * @param messageId      of the push on that connection, to find it among {@link StreamSide#acks()}; null without one
 */
public record PushResult(int status, String body, String decrypted, String fault, String msgId, String conversationId,
        String sessionWebhook, String payload, Duration took, Transport transport, String connectionId, String messageId) {

    /**
     * Whether DingTalk would be content: HTTP 200, and for encrypted pushes a properly encrypted {@code success} (docs/protocol.md 5.4). By
     * Stream: answered with code 200, and events not with LATER; for messages that is good manners only, DingTalk does not look at it
     * (docs/protocol.md 2.7).
     */
    public boolean accepted() {
        return fault == null;
    }

    /** Whether the application may have it and just did not say so: on Stream connections that is no reason to expect no reply. */
    public boolean unanswered() {
        return transport == Transport.STREAM && connectionId != null && status == 0;
    }
}
