package io.github.dingtalkcamel.simulator.platform;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A map that forgets what was not used for longest once it is full, in entries or in their weight together. Safe for use by several
 * threads.
 */
public final class Recent<K, V> {

    private final Map<K, V> entries = new LinkedHashMap<>(16, 0.75f, true);
    private final int capacity;
    private final long maxWeight;
    private final ToLongFunction<V> weight;
    private long held;

    public Recent(int capacity) {
        this(capacity, Long.MAX_VALUE, value -> 0);
    }

    public Recent(int capacity, long maxWeight, ToLongFunction<V> weight) {
        this.capacity = capacity;
        this.maxWeight = maxWeight;
        this.weight = weight;
    }

    private void added(V value, V before) {
        held += weight.applyAsLong(value) - (before == null ? 0 : weight.applyAsLong(before));
        for (Iterator<V> eldest = entries.values().iterator(); (entries.size() > capacity || held > maxWeight) && entries.size() > 1;) {
            held -= weight.applyAsLong(eldest.next());
            eldest.remove();
        }
    }

    public long maxWeight() {
        return maxWeight;
    }

    /** What the entries weigh together. */
    public synchronized long held() {
        return held;
    }

    public synchronized V get(K key) {
        return entries.get(key);
    }

    public synchronized V getOrCreate(K key, Function<K, V> create) {
        V there = entries.get(key);
        if (there == null) {
            there = create.apply(key);
            put(key, there);
        }
        return there;
    }

    public synchronized void put(K key, V value) {
        added(value, entries.put(key, value));
    }

    /** Puts it unless it is there; says whether it was put. */
    public synchronized boolean putNew(K key, V value) {
        if (entries.get(key) != null) {
            return false;
        }
        put(key, value);
        return true;
    }

    public synchronized List<V> values() {
        return List.copyOf(entries.values());
    }

    public synchronized V remove(K key) {
        V gone = entries.remove(key);
        held -= gone == null ? 0 : weight.applyAsLong(gone);
        return gone;
    }
}
