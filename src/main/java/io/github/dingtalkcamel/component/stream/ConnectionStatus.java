package io.github.dingtalkcamel.component.stream;
import java.time.Instant;

/**
 * How one of an integration's connections is.
 *
 * @param integration whose it is
 * @param number      1 and up
 * @param state       what it does
 * @param since       when it came into that state
 * @param lastFrame   when a frame came in, or null
 * @param lastPong    when a WebSocket ping was answered, or null
 * @param lastMessage when a robot message came in, or null
 * @param attempts    to open a connection
 * @param reconnects  connections that were lost or replaced
 * @param draining    replaced connections that the server has not closed yet
 * @param lastClose   why the last connection ended or was replaced, or null
 * @param trouble     why the last attempt failed, or null once one succeeded
 * @param remedy      what to do about it, or null
 */
public record ConnectionStatus(String integration, int number, State state, Instant since, Instant lastFrame, Instant lastPong,
        Instant lastMessage, long attempts, long reconnects, int draining, String lastClose, String trouble, String remedy) {

    /** What a connection does. */
    public enum State {
        /** Nothing: it was paused, or not started. */
        STOPPED,
        /** An attempt is under way. */
        CONNECTING,
        /** Messages can come in. */
        CONNECTED,
        /** Waits for the next attempt. */
        WAITING
    }

    /** Whether messages can come in. */
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    /** In one line. */
    @Override
    public String toString() {
        return integration + " " + number + ": " + state + " since " + since + ", last frame " + shown(lastFrame) + ", last pong "
                + shown(lastPong)
               + ", last message " + shown(lastMessage) + ", attempts " + attempts + ", reconnects " + reconnects + ", last close: "
               + shown(lastClose)
               + (trouble == null ? "" : ", trouble: " + trouble);
    }

    private static Object shown(Object value) {
        return value == null ? "-" : value;
    }
}
