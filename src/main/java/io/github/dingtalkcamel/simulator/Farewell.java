package io.github.dingtalkcamel.simulator;

import java.time.Duration;
import java.util.Objects;

/**
 * How the server takes leave of a connection (protocol 2.5, 9.4): a disconnect frame, silence, the end.
 *
 * @param silence from the frame to the end
 */
public record Farewell(String reason, Duration silence, Ending ending) {

    /** What comes after the silence. */
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

    public Farewell {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(ending, "ending");
        if (silence.toMillis() < 1) {
            throw new IllegalArgumentException("silence must be at least 1 ms");
        }
    }

    /** As seen in the field, ending with close code 1000. */
    public static Farewell after(Duration silence) {
        return new Farewell("persistent connection is timeout", silence, Ending.NORMAL);
    }

    public Farewell reason(String value) {
        return new Farewell(value, silence, ending);
    }

    public Farewell ending(Ending value) {
        return new Farewell(reason, silence, value);
    }
}
