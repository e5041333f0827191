package io.github.dingtalkcamel.turn;

/**
 * The running place of a turn that waits for its agent. While it waits other turns run in its place; it takes a place again before it
 * continues, ahead of turns that have not started, so that never more turns run than may.
 */
public final class RunningPlace {

    /** Exchange property that holds it where an agent asks another. */
    public static final String PROPERTY = "CamelDingTalkRunningPlace";

    private final Turn turn;
    private boolean left;
    private boolean back;

    private RunningPlace(Turn turn) {
        this.turn = turn;
    }

    /** That of a turn. */
    public static RunningPlace of(Turn turn) {
        return new RunningPlace(turn);
    }

    /** For the next wait of the same turn. */
    public RunningPlace again() {
        return new RunningPlace(turn);
    }

    /** The turn waits from now on; nothing where it has continued meanwhile. */
    public synchronized void leave() {
        if (!back) {
            left = true;
            turn.slot().queue().park(turn);
        }
    }

    /** The turn can continue. @param then called once it may, on this thread or on another; must not block */
    public void takeAgain(Runnable then) {
        synchronized (this) {
            back = true;
            if (left) {
                turn.slot().queue().unpark(turn, then);
                return;
            }
        }
        then.run();
    }
}
