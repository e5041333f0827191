package io.github.dingtalkcamel.robot;

import java.time.Duration;
import java.time.InstantSource;

import io.github.dingtalkcamel.queue.KeyedOrder;

/**
 * One sender at a time for each robot. A lease that is not given back ends by itself, so that a call that never ends blocks its robot for
 * minutes only.
 */
final class RobotLeases {

    /** More than any call takes. */
    static final Duration LONGEST = Duration.ofMinutes(2);

    private final InstantSource clock;
    /** Each item is the time at which its lease ends, in epoch milliseconds. */
    private final KeyedOrder<String, Long> order = new KeyedOrder<>();

    RobotLeases(InstantSource clock) {
        this.clock = clock;
    }

    /** @return false while another sender has the robot */
    synchronized boolean take(String robot) {
        if (isTaken(robot)) {
            return false;
        }
        giveBack(robot);
        order.add(robot, clock.millis() + LONGEST.toMillis());
        order.start();
        return true;
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
