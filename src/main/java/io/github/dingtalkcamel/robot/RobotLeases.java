package io.github.dingtalkcamel.robot;

import java.time.Duration;
import java.time.InstantSource;

import io.github.dingtalkcamel.queue.KeyedOrder;

/**
 * One sender at a time for each robot, and {@value #MOST} robots at the same time. A lease that is not given back ends by itself, so that a
 * call that never ends blocks its robot for minutes only.
 */
final class RobotLeases {

    /** More than any call takes. */
    static final Duration LONGEST = Duration.ofMinutes(2);
    /** A bound for connections: no thread waits for the calls. */
    static final int MOST = 64;

    private final InstantSource clock;
    /** Each item is the time at which its lease ends, in epoch milliseconds. */
    private final KeyedOrder<String, Long> order = new KeyedOrder<>();

    RobotLeases(InstantSource clock) {
        this.clock = clock;
    }

    /** @return false while another sender has the robot, or so many other robots are being called */
    synchronized boolean take(String robot) {
        if (isTaken(robot) || isFull()) {
            return false;
        }
        giveBack(robot);
        order.add(robot, clock.millis() + LONGEST.toMillis());
        order.start();
        return true;
    }

    private boolean isFull() {
        return order.keys().size() >= MOST && order.keys().stream().filter(this::isTaken).count() >= MOST;
    }

    synchronized void giveBack(String robot) {
        KeyedOrder.Entry<String, Long> lease = order.running(robot);
        if (lease != null) {
            order.remove(lease);
        }
    }

    synchronized boolean isTaken(String robot) {
        KeyedOrder.Entry<String, Long> lease = order.running(robot);
        return lease != null && clock.millis() < lease.item();
    }
}
