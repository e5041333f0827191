package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;
import java.time.Instant;

/**
 * What a client sent up its connection: the answer to a push (docs/protocol.md 2.4), or something odd.
 *
 * @param time      by the simulator's clock
 * @param messageId of the push it answers; null if it names none
 * @param topic     of that push; null if there is none of this messageId that waits for an answer
 * @param code      200, 404, 500; 0 without
 * @param message   null without
 * @param data      as sent, a string that should contain JSON; null without. Of odd frames their text
 * @param took      from the push, in real time; null if it answers none
 * @param fault     what is wrong with it as a frame: no JSON, nothing that it answers, a ping's opaque value not repeated; else null.
 *                  A code other than 200 is no fault
 */
public record SimulatedAck(Instant time, String connectionId, String messageId, String topic, int code, String message, String data,
        Duration took, String fault) {

    long weight() {
        return 600 + 2L * (data == null ? 0 : data.length());
    }
}
