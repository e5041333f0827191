package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;
import java.util.Objects;

/**
 * When a robot message that went out by Stream goes out again: with a new headers.messageId and the same data.msgId (docs/protocol.md 2.7,
 * 9.6). The sources contradict each other, so a client must live with all three.
 *
 * @param after for {@link Mode#ON_MISSING_ACK}; zero in the other modes
 */
public record Redelivery(Mode mode, Duration after) {

    /** A message is repeated at most so often. */
    static final int REPEATS = 3;

    /** What sets it off. */
    public enum Mode {
        /** nothing: fire and forget, DingTalk's official word */
        NONE,
        /** no answer of any code in time, up to 3 times; what no connection subscribes to is lost */
        ON_MISSING_ACK,
        /** everything goes out twice within milliseconds, on two connections if there are two */
        DUPLICATE_ALWAYS
    }

    public Redelivery {
        Objects.requireNonNull(mode, "mode");
        if (mode == Mode.ON_MISSING_ACK && after.toMillis() < 1) {
            throw new IllegalArgumentException("redelivery on a missing ack comes after at least 1 ms");
        }
    }

    public static Redelivery none() {
        return new Redelivery(Mode.NONE, Duration.ZERO);
    }

    /** The field's observation is 60 s. */
    public static Redelivery onMissingAck(Duration after) {
        return new Redelivery(Mode.ON_MISSING_ACK, after);
    }

    public static Redelivery duplicateAlways() {
        return new Redelivery(Mode.DUPLICATE_ALWAYS, Duration.ZERO);
    }
}
