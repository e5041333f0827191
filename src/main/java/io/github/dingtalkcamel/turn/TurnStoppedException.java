package io.github.dingtalkcamel.turn;

/** Thrown when a turn is cancelled by {@code /stop}; the user gets no further message. */
public class TurnStoppedException extends Exception {

    public TurnStoppedException() {
        super("stopped by /stop");
    }
}
