package io.github.dingtalkcamel.simulator;

import java.time.Duration;

/**
 * What became of a push to the application.
 *
 * @param status         the HTTP status; 0 if there was no answer, see {@code fault}
 * @param body           the answer's body; empty without an answer
 * @param decrypted      the message inside an encrypted answer; null if the push was plain or the answer is at fault
 * @param fault          why DingTalk would not count the push as taken; null if it would
 * @param msgId          of the message; null for events
 * @param conversationId the group or DM; null for events
 * @param sessionWebhook of the message; null for events
 * @param payload        what was pushed, before encryption
 * @param took           from having a connection to the end of the answer, or until it was given up, in real time; DingTalk gives events 1,500 ms (protocol 5.4)
 */
public record Sent(int status, String body, String decrypted, String fault, String msgId, String conversationId, String sessionWebhook,
        String payload, Duration took) {

    /** Whether DingTalk would be content: HTTP 200, and for encrypted pushes a properly encrypted {@code success} (protocol 5.4). */
    public boolean accepted() {
        return fault == null;
    }
}
