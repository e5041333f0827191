package io.github.dingtalkcamel.robot;

import java.util.Iterator;

/**
 * The messages that can be sent to one robot, for a streaming split. Each is taken from the store when it is asked for, so that the end of
 * the one before it is known by then.
 */
final class SendableMessages implements Iterator<RobotQueue.Waiting> {

    private final RobotQueue queue;
    private final String robot;
    private boolean ended;

    SendableMessages(RobotQueue queue, String robot) {
        this.queue = queue;
        this.robot = robot;
    }

    /**
     * Takes nothing, since a split looks ahead while it sends a message: whether another one can be sent is not known before that is
     * over.
     */
    @Override
    public boolean hasNext() {
        return !ended;
    }

    /** The robot's next message, or null at the end, which a split leaves out. */
    @Override
    public RobotQueue.Waiting next() {
        RobotQueue.Waiting next = queue.next(robot);
        ended = next == null;
        return next;
    }
}
