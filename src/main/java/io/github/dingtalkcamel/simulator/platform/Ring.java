package io.github.dingtalkcamel.simulator.platform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** The last so many entries: bounded by count and by their weight together, the oldest go first. Safe for use by several threads. */
public final class Ring<T> {

    private final int capacity;
    private final long maxWeight;
    private final ToLongFunction<T> weight;
    private final ArrayDeque<T> entries = new ArrayDeque<>();
    private long held;

    public Ring(int capacity, long maxWeight, ToLongFunction<T> weight) {
        this.capacity = capacity;
        this.maxWeight = maxWeight;
        this.weight = weight;
    }

    public synchronized void add(T entry) {
        entries.addLast(entry);
        held += weight.applyAsLong(entry);
        while (entries.size() > capacity || (held > maxWeight && entries.size() > 1)) {
            held -= weight.applyAsLong(entries.removeFirst());
        }
    }

    /** What the entries weigh together. */
    public synchronized long held() {
        return held;
    }

    public long maxWeight() {
        return maxWeight;
    }

    /** A copy, oldest first. */
    public synchronized List<T> all() {
        return new ArrayList<>(entries);
    }

    public synchronized void clear() {
        entries.clear();
        held = 0;
    }
}
