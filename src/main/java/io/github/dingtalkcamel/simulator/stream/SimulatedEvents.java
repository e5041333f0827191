package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Events on their way over Stream: kept while no connection subscribes to them, and pushed again after LATER, a fault or silence
 * (docs/protocol.md 2.7, 9.6). At most 1,000 wait, the oldest are given up first. Safe for use by several threads.
 */
public final class SimulatedEvents {

    private static final int MAX_WAITING = 1_000;

    private final Vertx vertx;
    private final StreamPush push;
    private final List<Duration> retries;
    private final ArrayDeque<OnItsWay> waiting = new ArrayDeque<>();

    SimulatedEvents(Vertx vertx, StreamPush push, List<Duration> retries) {
        this.vertx = vertx;
        this.push = push;
        this.retries = retries;
    }

    /** An event that was not consumed yet: it waits for a connection, or for the time of its next try. */
    private record OnItsWay(SimulatedApp app, SimulatedEvent event, int tries, boolean lacksConnection) {
    }

    /** Pushes it; the result tells of the first push only. */
    public Future<PushResult> send(SimulatedApp app, SimulatedEvent event) {
        return attempt(new OnItsWay(app, event, 0, false));
    }

    /** Pushes what waited for a connection of this app. */
    void connected(String appKey) {
        List<OnItsWay> due = new ArrayList<>();
        synchronized (waiting) {
            for (Iterator<OnItsWay> each = waiting.iterator(); each.hasNext();) {
                OnItsWay event = each.next();
                if (event.lacksConnection() && event.app().appKey().equals(appKey)) {
                    each.remove();
                    due.add(event);
                }
            }
        }
        due.forEach(this::attempt);
    }

    /** How many are not consumed and not given up, those under way aside. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    private Future<PushResult> attempt(OnItsWay event) {
        return push.event(event.app(), event.event()).map(outcome -> {
            String fault = fault(outcome);
            if (outcome.connectionId() == null) {
                keep(new OnItsWay(event.app(), event.event(), event.tries(), true));
                if (push.canTellEvents(event.app())) {
                    // a client has connected in between
                    connected(event.app().appKey());
                }
                fault = "no open Stream connection of app " + event.app().appKey() + " takes events: it waits for one";
            } else if (fault != null && event.tries() < retries.size()) {
                OnItsWay again = new OnItsWay(event.app(), event.event(), event.tries() + 1, false);
                keep(again);
                vertx.setTimer(retries.get(event.tries()).toMillis(), timer -> {
                    if (taken(again)) {
                        attempt(again);
                    }
                });
            }
            return new StreamPush.Outcome(outcome.connectionId(), outcome.messageId(), outcome.ack(), fault, outcome.took())
                    .sent(null, event.event().data());
        });
    }

    /** Consumed is what was answered 200 without LATER; some clients send the event back instead of a status (docs/protocol.md 9.5). */
    private static String fault(StreamPush.Outcome outcome) {
        if (outcome.fault() != null) {
            return outcome.fault();
        }
        ObjectNode data = Json.objectOrNull(outcome.data());
        return data != null && "LATER".equals(Json.text(data, "status")) ? "LATER" : null;
    }

    private void keep(OnItsWay event) {
        synchronized (waiting) {
            waiting.addLast(event);
            if (waiting.size() > MAX_WAITING) {
                waiting.removeFirst();
            }
        }
    }

    private boolean taken(OnItsWay event) {
        synchronized (waiting) {
            return waiting.remove(event);
        }
    }
}
