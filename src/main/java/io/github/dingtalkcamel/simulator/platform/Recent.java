package io.github.dingtalkcamel.simulator.platform;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A map that forgets what was not used for longest once it is full. Safe for use by several threads. */
public final class Recent<K, V> {

    private final Map<K, V> entries;

    public Recent(int capacity) {
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > capacity;
            }
        };
    }

    public synchronized V get(K key) {
        return entries.get(key);
    }

    public synchronized V getOrCreate(K key, Function<K, V> create) {
        return entries.computeIfAbsent(key, create);
    }

    public synchronized void put(K key, V value) {
        entries.put(key, value);
    }

    /** Puts it unless it is there; says whether it was put. */
    public synchronized boolean putNew(K key, V value) {
        return entries.putIfAbsent(key, value) == null;
    }

    synchronized List<V> values() {
        return List.copyOf(entries.values());
    }

    public synchronized V remove(K key) {
        return entries.remove(key);
    }
}
