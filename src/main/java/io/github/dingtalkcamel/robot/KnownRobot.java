package io.github.dingtalkcamel.robot;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

import io.github.dingtalkcamel.cluster.Claims;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.store.StoreException;

/** What this node remembers of one robot. Guarded by itself. */
final class KnownRobot {

    private static final String CLAIM = "robot ";

    final String name;
    /** Ids of messages that ended and whose end is not stored yet; why they failed, null for sent. */
    final Map<Long, DingTalkException> unmarked = new HashMap<>();
    RateWindow window;
    boolean forgotten;
    private final RobotOutbox outbox;
    private final Claims claims;
    private final InstantSource clock;
    private boolean restored;
    private long claim;

    KnownRobot(String name, RobotOutbox outbox, Claims claims, InstantSource clock) {
        this.name = name;
        this.outbox = outbox;
        this.claims = claims;
        this.clock = clock;
        this.window = new RateWindow(clock);
    }

    /** Whether this node is the one that sends to the robot. What it remembers from before another node did counts no more. */
    boolean isClaimed() throws StoreException {
        long now = claims.hold(CLAIM + name);
        if (now != 0 && now != claim) {
            forgetWindow();
            claim = now;
        }
        return now != 0;
    }

    /** Another node may send to the robot. */
    void release() throws StoreException {
        claims.release(CLAIM + name);
    }

    /** The store knows better. */
    void forgetWindow() {
        window = new RateWindow(clock);
        restored = false;
    }

    /** Whether the robot may be called now. */
    boolean isOpen() throws StoreException {
        if (!restored) {
            window.restore(outbox.lastEnds(name, RateWindow.CALLS), outbox.bannedUntil(name));
            restored = true;
        }
        return window.isOpen();
    }

    /** Until the store knows what was sent, nothing more is sent: it could be the same message again. */
    void mark() throws StoreException {
        if (!unmarked.isEmpty()) {
            outbox.end(unmarked);
            unmarked.clear();
        }
    }
}
