package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What happened lately, in order: at most 2,000 entries and 32 MiB, the oldest are dropped first. Listeners are notified of new entries
 * and come for it at their own pace, so that a slow one costs nothing but what it misses. Safe for use by several threads.
 */
public final class Timeline {

    private static final int ENTRIES = 2_000;
    private static final long BYTES = SimulatorMemory.share(32, 32);
    private static final int MAX_LISTENERS = 32;

    private final InstantSource clock;
    private final Ring<Entry> entries = new Ring<>(ENTRIES, BYTES, entry -> entry.event().weight());
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private long count;

    long held() {
        return entries.held();
    }

    long maxHeld() {
        return entries.maxWeight();
    }

    public Timeline(InstantSource clock) {
        this.clock = clock;
    }

    /** @param number counts up from 1 over the simulator's life */
    public record Entry(long number, Instant time, TimelineEvent event) {
    }

    public void add(TimelineEvent event) {
        synchronized (this) {
            entries.add(new Entry(++count, clock.instant(), event));
        }
        listeners.forEach(Runnable::run);
    }

    /** The entries after that number, oldest first, as far as they are kept. */
    public List<Entry> after(long number) {
        List<Entry> all = entries.all();
        if (all.isEmpty()) {
            return all;
        }
        long first = all.get(0).number();
        return all.subList((int) Math.max(0, Math.min(all.size(), number + 1 - first)), all.size());
    }

    /** The entry of this number, or null if it is forgotten. */
    public Entry entryOrNull(long number) {
        List<Entry> rest = after(number - 1);
        return rest.isEmpty() || rest.get(0).number() != number ? null : rest.get(0);
    }

    /** The last message that was pushed to this app in a conversation, or null. */
    public TimelineEvent.MessagePushed lastMessageOrNull(String appKey, String conversationId) {
        List<Entry> all = entries.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).event() instanceof TimelineEvent.MessagePushed spoken && spoken.app().appKey().equals(appKey)
                    && spoken.message().conversationId().equals(conversationId)) {
                return spoken;
            }
        }
        return null;
    }

    /** Calls the listener after each entry, on the thread that adds it; false if 32 listen already. */
    public synchronized boolean listen(Runnable listener) {
        return listeners.size() < MAX_LISTENERS && listeners.add(listener);
    }

    public void unlisten(Runnable listener) {
        listeners.remove(listener);
    }
}
