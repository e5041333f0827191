package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;

/** What a session webhook leads to: one robot's right to answer in one conversation until a moment (docs/protocol.md 6.1). */
public record SimulatedSession(String id, String robotCode, String conversationId, Instant expiresAt) {

    public static final String PATH = "/robot/sendBySession";

    /** Its webhook, at the platform with this address. */
    String webhook(String platformUrl) {
        return platformUrl + PATH + "?session=" + id;
    }
}
