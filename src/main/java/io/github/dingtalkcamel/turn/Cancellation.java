package io.github.dingtalkcamel.turn;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.component.api.StopSignal;

/**
 * Stops a turn from another thread. Code that waits registers how to end the wait; code of several steps checks before each step.
 * Safe for use by many threads.
 */
public final class Cancellation implements StopSignal {

    private static final int MOST = 1_000;

    private final List<Call> calls = new ArrayList<>();
    private boolean stopped;
    private String by;

    /** Ends what is registered, and what will be. */
    public void stop() {
        stop(null);
    }

    /**
     * The same.
     *
     * @param who the name of the person who stopped the turn; null where it is not known
     */
    public void stop(String who) {
        List<Call> ended;
        synchronized (this) {
            by = stopped ? by : who;
            stopped = true;
            ended = List.copyOf(calls);
            calls.clear();
        }
        ended.forEach(Call::end);
    }

    /** The name of the person who stopped the turn first; null where it is not known. */
    public synchronized String stoppedBy() {
        return by;
    }

    @Override
    public synchronized boolean isStopped() {
        return stopped;
    }

    /** Registers a call: it is ended by {@link #stop}, now if that was called before. */
    @Override
    public void whenStopped(Call call) {
        synchronized (this) {
            if (!stopped) {
                calls.removeIf(Call::isOver);
                if (calls.size() < MOST) {
                    calls.add(call);
                }
                return;
            }
        }
        call.end();
    }
}
