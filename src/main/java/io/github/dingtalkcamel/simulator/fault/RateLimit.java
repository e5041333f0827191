package io.github.dingtalkcamel.simulator.fault;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** So many requests in any window; one too many, and all are refused for the length of the ban (docs/protocol.md 6.2, 7.1). */
public final class RateLimit {

    private final int allowed;
    private final Duration window;
    private final Duration ban;
    private final Deque<Instant> taken = new ArrayDeque<>();
    private Instant bannedUntil = Instant.MIN;

    public RateLimit(int allowed, Duration window, Duration ban) {
        this.allowed = allowed;
        this.window = window;
        this.ban = ban;
    }

    public synchronized boolean allows(Instant now) {
        if (now.isBefore(bannedUntil)) {
            return false;
        }
        while (!taken.isEmpty() && !now.minus(window).isBefore(taken.peekFirst())) {
            taken.removeFirst();
        }
        if (taken.size() >= allowed) {
            bannedUntil = now.plus(ban);
            if (!ban.isZero()) {
                taken.clear();
            }
            return false;
        }
        taken.addLast(now);
        return true;
    }
}
