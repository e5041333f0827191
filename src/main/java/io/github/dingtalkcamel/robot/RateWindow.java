package io.github.dingtalkcamel.robot;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.github.resilience4j.core.IntervalFunction;

/**
 * When one custom robot may be called: at most 20 times a minute, and not while DingTalk has silenced it or it is unavailable. In memory,
 * not thread-safe.
 */
final class RateWindow {

    static final int CALLS = 20;
    /**
     * A second more than DingTalk's minute, and counted from answers: however long a call takes, it arrives a minute after the 20th before
     * it.
     */
    static final Duration WINDOW = Duration.ofSeconds(61);
    /** Ten minutes, by DingTalk's rule for more than 20 messages a minute, and some seconds. */
    static final Duration BAN = Duration.ofSeconds(605);
    static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(60);

    private static final IntervalFunction BACK_OFF = IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, LONGEST_BACK_OFF);

    private final InstantSource clock;
    /** When the last calls were answered, in epoch milliseconds, the oldest first. */
    private final Deque<Long> answered = new ArrayDeque<>();
    private long silentUntil;
    private int failuresInARow;

    RateWindow(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Begins with what an earlier process did.
     *
     * @param triedAt     when its last calls were answered, the newest first; times in the future count as now
     * @param bannedUntil until when DingTalk had silenced the robot, 0 for never; never believed to be further ahead than a ban is long
     */
    void restore(List<Long> triedAt, long bannedUntil) {
        long now = clock.millis();
        triedAt.forEach(at -> answered.addFirst(Math.min(now, at)));
        silentUntil = Math.min(bannedUntil, now + BAN.toMillis());
    }

    /** How long the robot must not be called from now on; zero where it may be. */
    Duration closedFor() {
        long now = clock.millis();
        while (!answered.isEmpty() && now - answered.peekFirst() >= WINDOW.toMillis()) {
            answered.removeFirst();
        }
        long full = answered.size() < CALLS ? 0 : answered.peekFirst() + WINDOW.toMillis();
        return Duration.ofMillis(Math.max(0, Math.max(silentUntil, full) - now));
    }

    boolean isOpen() {
        return closedFor().isZero();
    }

    /**
     * Whether nothing needs to be remembered: no call within the window, no silence. The window is longer than the longest back-off between
     * failures.
     */
    boolean isIdle() {
        return isOpen() && answered.isEmpty();
    }

    /** A call was answered, with success or failure. */
    void answered() {
        answered.addLast(clock.millis());
    }

    /** A message was sent: the next failure is the first again. */
    void succeeded() {
        answered();
        failuresInARow = 0;
    }

    /** The robot is unavailable: it is called again after 1 s, 2 s, 4 s and so on, at most {@link #LONGEST_BACK_OFF}. */
    void backOff() {
        failuresInARow++;
        closeFor(Duration.ofMillis(BACK_OFF.apply(failuresInARow)));
    }

    void closeFor(Duration pause) {
        silentUntil = clock.millis() + pause.toMillis();
    }

    /**
     * DingTalk silenced the robot.
     *
     * @return until when, in epoch milliseconds
     */
    long ban() {
        closeFor(BAN);
        // the ban is longer than the window
        answered.clear();
        return silentUntil;
    }
}
