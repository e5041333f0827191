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

    /** Ends what is registered, and what will be. */
    public void stop() {
        List<Call> ended;
        synchronized (this) {
            stopped = true;
            ended = List.copyOf(calls);
            calls.clear();
        }
        ended.forEach(Call::end);
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
