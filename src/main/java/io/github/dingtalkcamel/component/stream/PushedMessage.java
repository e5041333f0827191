package io.github.dingtalkcamel.component.stream;

import java.util.concurrent.TimeUnit;

/**
 * A message that waits to be handed to the route. DingTalk gives each push to any connection, so one that was pushed earlier may be read
 * later: of those that wait, the one that was pushed first is handed over first, and of those of one millisecond the one that was read
 * first.
 */
final class PushedMessage implements Runnable, Comparable<PushedMessage> {

    /** A time that is further from ours says nothing: such a message must not wait behind all others, nor pass them. */
    private static final long MOST_SKEW_MILLIS = TimeUnit.MINUTES.toMillis(10);

    private final long pushedAt;
    private final long number;
    private final Runnable handOver;

    /**
     * @param pushedAt by the server's clock, in milliseconds
     * @param now      by ours
     * @param number   counts the messages as they are read
     */
    PushedMessage(long pushedAt, long now, long number, Runnable handOver) {
        this.pushedAt = Math.abs(pushedAt - now) <= MOST_SKEW_MILLIS ? pushedAt : now;
        this.number = number;
        this.handOver = handOver;
    }

    @Override
    public void run() {
        handOver.run();
    }

    @Override
    public int compareTo(PushedMessage other) {
        int byTime = Long.compare(pushedAt, other.pushedAt);
        return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
}
