package io.github.dingtalkcamel.agent;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;

import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.turn.TurnStoppedException;

/**
 * The calls of one agent: how many run at once, in which order the others wait, and whether it is asked at all. Known by the agent's name,
 * so that versions of its route share it.
 *
 * <p>Promises: never more run than {@code maxRunning}; those that wait follow in order of arrival; none of them holds a thread. A call that
 * {@code /stop} ended counts as running until the agent has really returned.
 */
final class AgentCalls {

    private final AgentCircuit circuit;
    private final IntSupplier most;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int running;
    private boolean closed;

    /** @param most how many may run at once; 0 for any number */
    AgentCalls(String agent, IntSupplier most, Clock clock) {
        this.circuit = new AgentCircuit(agent, clock);
        this.most = most;
    }

    AgentCircuit circuit() {
        return circuit;
    }

    /** What continues a call that waited: with null when it may run, else with why it does not. */
    interface Continuation {
        void proceed(Exception refusal);
    }

    /** A call in the line. */
    final class Waiting implements StopSignal.Call {

        private final Continuation continuation;
        private boolean over;

        private Waiting(Continuation continuation) {
            this.continuation = continuation;
        }

        @Override
        public void end() {
            synchronized (AgentCalls.this) {
                if (over) {
                    return;
                }
                over = true;
                waiting.remove(this);
            }
            continuation.proceed(new TurnStoppedException());
        }

        @Override
        public boolean isOver() {
            synchronized (AgentCalls.this) {
                return over;
            }
        }
    }

    /**
     * Takes a place, or queues for one.
     *
     * @param  continuation what is called later, where the call has to wait; must not block
     * @return              null where the call may run now
     */
    synchronized Waiting enter(Continuation continuation) throws StoppingException {
        if (waiting.isEmpty() && hasRoom()) {
            running++;
            return null;
        }
        if (closed) {
            throw new StoppingException();
        }
        Waiting call = new Waiting(continuation);
        waiting.add(call);
        return call;
    }

    private boolean hasRoom() {
        int limit = most.getAsInt();
        return limit <= 0 || running < limit;
    }

    /** A call has ended: its place is free. */
    void leave() {
        synchronized (this) {
            running--;
        }
        admit();
    }

    /** Lets calls run that have room, as after a change of {@code maxRunning}. */
    void admit() {
        List<Waiting> next = new ArrayList<>();
        synchronized (this) {
            while (!waiting.isEmpty() && hasRoom()) {
                Waiting call = waiting.poll();
                call.over = true;
                running++;
                next.add(call);
            }
        }
        next.forEach(call -> call.continuation.proceed(null));
    }

    /** Ends all waiting, since the process stops: the turns stay stored for the next start. */
    void close() {
        List<Waiting> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(waiting);
            all.forEach(call -> call.over = true);
            waiting.clear();
        }
        all.forEach(call -> call.continuation.proceed(new StoppingException()));
    }

    synchronized int waiting() {
        return waiting.size();
    }
}
