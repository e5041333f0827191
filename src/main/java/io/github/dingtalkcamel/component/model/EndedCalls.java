package io.github.dingtalkcamel.component.model;

import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.component.api.StopSignal;

/** Ends what a tool's route waits for when the model's call ends, or when the tool's time is over. */
final class EndedCalls implements StopSignal {

    private final List<Call> calls = new ArrayList<>();
    private boolean stopped;

    /** Ends what is registered, and what will be. */
    void end() {
        List<Call> registered;
        synchronized (this) {
            stopped = true;
            registered = List.copyOf(calls);
            calls.clear();
        }
        registered.forEach(Call::end);
    }

    @Override
    public synchronized boolean isStopped() {
        return stopped;
    }

    @Override
    public void whenStopped(Call call) {
        synchronized (this) {
            if (!stopped) {
                calls.removeIf(Call::isOver);
                calls.add(call);
                return;
            }
        }
        call.end();
    }
}
