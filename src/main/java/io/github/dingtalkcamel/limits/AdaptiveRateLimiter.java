package io.github.dingtalkcamel.limits;
import java.time.Duration;
import java.util.function.LongSupplier;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;

/**
 * How fast one API of one app may be called: the token bucket that all who call it share.
 * <p>
 * It starts open. The first throttle answer closes it for as long as DingTalk's window or ban lasts, then it gives out no more calls in a
 * window than DingTalk was seen to take in one, nor more than is documented. Throttled again, it gives half as many, or where none was
 * taken in between, keeps silent for twice as long. While nothing is throttled it gives a quarter more every 30 windows, and is open again
 * at four times the documented rate or when it was not needed for 60 windows.
 * <p>
 * An API that is known to be called often may be held to a limit from the beginning. It is never open then. Callers that can't wait exceed
 * that limit while DingTalk has not throttled; what they take is missing to the others.
 * <p>
 * Safe for use by several threads; none waits in it.
 */
final class AdaptiveRateLimiter {

    private static final int REMEMBERED = 1_024;
    private static final int LONGEST_SILENCE = 60;
    private static final int WINDOWS_TO_GROW = 30;
    private static final int IDLE_WINDOWS = 60;
    private static final int OPEN_AGAIN = 4;
    private static final int TOO_FEW = 3;

    /** Calls that may follow each other at once where none was made for a while, in what is held to a limit from the beginning. */
    private static final int BURST = 2;

    private final LongSupplier nanoTime;
    private final Throttling initial;
    private final long[] taken = new long[REMEMBERED];
    private int takenCount;

    private Throttling throttling;
    private long closedAt;
    private long closedUntil;
    private int inARow;
    private int rate;
    private Bucket bucket;
    private long grewAt;
    private long usedAt;

    AdaptiveRateLimiter(LongSupplier nanoTime) {
        this(nanoTime, null);
    }

    /** @param initial what it is held to from the beginning; null to start open */
    AdaptiveRateLimiter(LongSupplier nanoTime, Throttling initial) {
        this.nanoTime = nanoTime;
        this.initial = initial;
        open();
    }

    /** Takes a permit if there is one now. */
    boolean tryPass() {
        return tryPass(true);
    }

    /** @param canWait whether the caller can take a permit later */
    synchronized boolean tryPass(boolean canWait) {
        if (throttling == null) {
            return true;
        }
        long now = nanoTime.getAsLong();
        if (now - closedUntil < 0) {
            return false;
        }
        if (now - Math.max(usedAt, closedUntil) > IDLE_WINDOWS * window()) {
            open();
            if (throttling == null) {
                return true;
            }
        }
        if (bucket == null) {
            rate = rate == 0 ? firstRate() : rate;
            rate = initial == null ? rate : Math.min(rate, initial.most());
            fill(now);
        } else if (throttling != initial && now - grewAt > WINDOWS_TO_GROW * window()) {
            int more = rate + Math.max(1, rate / 4);
            if (initial != null && more >= initial.most()) {
                open();
            } else if (!throttling.firm() && more > OPEN_AGAIN * throttling.most()) {
                open();
                return true;
            } else {
                rate = throttling.firm() ? Math.min(more, throttling.most()) : more;
            }
            fill(now);
        }
        usedAt = now;
        if (!canWait && isOpen()) {
            bucket.consumeIgnoringRateLimits(1);
            return true;
        }
        return bucket.tryConsume(1);
    }

    /** DingTalk took a call. */
    synchronized void taken() {
        inARow = 0;
        taken[takenCount++ % REMEMBERED] = nanoTime.getAsLong();
    }

    /**
     * DingTalk refused a call as too fast.
     *
     * @param passedAt when that call got its permit: what was under way when the first refusal came adds nothing
     */
    synchronized void throttled(Throttling met, long passedAt) {
        if (!isOpen() && passedAt - closedAt <= 0) {
            return;
        }
        closedAt = nanoTime.getAsLong();
        long silence = met.silence().toNanos() << Math.min(inARow, 6);
        closedUntil = closedAt + Math.min(silence, Math.max(met.silence().toNanos(), LONGEST_SILENCE * met.window().toNanos()));
        if (isOpen() || !throttling.window().equals(met.window())) {
            rate = 0;
        } else if (inARow == 0) {
            // some were taken, then it was too fast; where none was taken the silence was too short
            rate = Math.max(1, rate / 2);
        }
        inARow++;
        throttling = met;
        usedAt = closedUntil;
        bucket = null;
    }

    /** What it allows in its window now, for people. */
    synchronized String shown() {
        if (isOpen()) {
            return "open";
        }
        long left = closedUntil - nanoTime.getAsLong();
        return left > 0 ? "closed for " + Duration.ofNanos(left).toSeconds() + " s"
                : (rate == 0 ? firstRate() : rate) + " calls in " + throttling.window().toSeconds() + " s";
    }


    /** Whether DingTalk does not throttle it. */
    synchronized boolean isOpen() {
        return throttling == initial;
    }

    private void open() {
        throttling = initial;
        bucket = null;
        rate = initial == null ? 0 : initial.most();
        inARow = 0;
        usedAt = nanoTime.getAsLong();
        closedUntil = usedAt;
    }

    private void fill(long now) {
        grewAt = now;
        // one at a time: a bucket that may save more would let out twice the rate in one of DingTalk's windows
        int burst = isOpen() ? BURST : 1;
        bucket = Bucket.builder()
                .addLimit(Bandwidth.builder().capacity(burst).refillGreedy(rate, throttling.window()).initialTokens(burst).build())
                .withCustomTimePrecision(new TimeMeter() {
                    @Override
                    public long currentTimeNanos() {
                        return nanoTime.getAsLong();
                    }

                    @Override
                    public boolean isWallClockBased() {
                        return false;
                    }
                }).build();
    }

    /** Half of what DingTalk took in the fullest window before it throttled: ours may have overlapped two of its. */
    private int firstRate() {
        int most = 0;
        int from = Math.max(0, takenCount - REMEMBERED);
        for (int last = from, first = from; last < takenCount; last++) {
            while (taken[last % REMEMBERED] - taken[first % REMEMBERED] >= window()) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        // so little says nothing about how much would be taken
        return most < TOO_FEW ? throttling.most() : Math.max(1, Math.min(throttling.most(), most / 2 - 1));
    }

    private long window() {
        return throttling.window().toNanos();
    }
}
