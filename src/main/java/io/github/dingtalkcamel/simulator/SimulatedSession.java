package io.github.dingtalkcamel.simulator;

import java.time.Instant;

/** What a session webhook leads to: one robot's right to answer in one conversation until a moment (protocol 6.1). */
record SimulatedSession(String id, String robotCode, String conversationId, Instant expiresAt) {
}
