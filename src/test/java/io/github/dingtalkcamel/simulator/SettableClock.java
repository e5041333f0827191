package io.github.dingtalkcamel.simulator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that only moves when a test moves it. */
public final class SettableClock implements InstantSource {

    private volatile Instant now = Instant.ofEpochMilli(1_769_600_000_456L);

    @Override
    public Instant instant() {
        return now;
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }
}
