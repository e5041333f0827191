package io.github.dingtalkcamel.cluster;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/** The database's time, as this node knows it: its own clock and the difference that it measured at the last beat. */
final class DatabaseClock extends Clock {

    private final Clock own;
    private volatile long differenceMillis;

    DatabaseClock(Clock own) {
        this.own = own;
    }

    /**
     * The database told its time.
     *
     * @param asked    when it was asked, by the node's own clock
     * @param answered when the answer came
     */
    void measured(long asked, long database, long answered) {
        differenceMillis = database - (asked + answered) / 2;
    }

    @Override
    public long millis() {
        return own.millis() + differenceMillis;
    }

    @Override
    public Instant instant() {
        return own.instant().plusMillis(differenceMillis);
    }

    @Override
    public ZoneId getZone() {
        return own.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("Times in the store have no zone");
    }
}
