package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;
import java.util.Objects;

/**
 * How the server disconnects a client (docs/protocol.md 2.5, 9.4): a disconnect frame, silence, and the close.
 *
 * @param silence from the frame to the close
 */
public record Disconnect(String reason, Duration silence, Ending ending) {

    /** How the connection ends after the silence. */
    public enum Ending {
        /** close code 1000 */
        NORMAL,
        /** close code 1001 */
        GOING_AWAY,
        /** the socket is reset, without a close frame */
        RESET,
        /** nothing: the connection stays until the client closes it */
        NONE
    }

    public Disconnect {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(ending, "ending");
        if (silence.toMillis() < 1) {
            throw new IllegalArgumentException("silence must be at least 1 ms");
        }
    }

    /** As seen in the field, ending with close code 1000. */
    public static Disconnect after(Duration silence) {
        return new Disconnect("persistent connection is timeout", silence, Ending.NORMAL);
    }

    public Disconnect reason(String value) {
        return new Disconnect(value, silence, ending);
    }

    public Disconnect ending(Ending value) {
        return new Disconnect(reason, silence, value);
    }
}
