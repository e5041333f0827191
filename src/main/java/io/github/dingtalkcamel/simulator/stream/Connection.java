package io.github.dingtalkcamel.simulator.stream;

import java.time.Instant;
import java.util.List;

/**
 * A Stream connection as it was at a moment.
 *
 * @param id            the ticket it was opened with, and headers.connectionId of its pushes
 * @param since         by the simulator's clock
 * @param sent          frames pushed, pings and the disconnect frame included
 * @param acked         of these, how many got a well-formed answer, with any code
 * @param socketPongs   answers to pings of the WebSocket protocol
 * @param secure        whether it came by TLS
 */
public record Connection(String id, String appKey, Instant since, List<Subscription> subscriptions, State state, long sent, long acked,
        long socketPongs, boolean secure) {

    /** What can be expected of it. */
    public enum State {
        /** gets its share of the pushes */
        OPEN,
        /** got a disconnect frame, or its closing has begun: gets no more pushes */
        LEAVING,
        /** a black hole: nothing is read from it and nothing is sent, not even the answer to a ping */
        BLACK_HOLE
    }
}
