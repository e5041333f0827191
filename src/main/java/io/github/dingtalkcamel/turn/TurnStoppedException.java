package io.github.dingtalkcamel.turn;

/** Somebody said {@code /stop}: the turn ends here, and nobody is told by it. */
public class TurnStoppedException extends Exception {

    public TurnStoppedException() {
        super("stopped by /stop");
    }
}
