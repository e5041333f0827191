package io.github.dingtalkcamel.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which items of which keys wait, and which run.
 * <p>
 * Promises: items that share a key start in the order in which they were added, and never run at the same time. Keys take turns: an item
 * that could start
 * earlier is started earlier, so a busy key delays no other. A key without items takes no memory.
 * <p>
 * Does not promise thread safety: the owner guards it, and bounds how much it adds.
 *
 * @param <K> a key, with {@code equals}
 * @param <T> an item
 */
public final class KeyedOrder<K, T> {

    /** The entries of each key in order; the first one runs or may run. */
    private final Map<K, Set<Entry<K, T>>> lanes = new HashMap<>();
    private final Set<Entry<K, T>> ready = new LinkedHashSet<>();
    private int waiting;

    /** An item in its place. */
    public static final class Entry<K, T> {

        private final T item;
        private final Set<K> keys;
        /** How many of its keys have another item before it. */
        private int blockedBy;
        private boolean started;
        private boolean removed;

        private Entry(T item, Set<K> keys) {
            this.item = item;
            this.keys = keys;
        }

        public T item() {
            return item;
        }
    }

    /** Adds an item behind all items of its key. */
    public Entry<K, T> add(K key, T item) {
        return add(Set.of(key), item);
    }

    /** Adds an item behind all items of all its keys. Without a key it can start at once. */
    public Entry<K, T> add(Collection<K> keys, T item) {
        Entry<K, T> entry = new Entry<>(item, new LinkedHashSet<>(keys));
        for (K key : entry.keys) {
            Set<Entry<K, T>> lane = lanes.computeIfAbsent(key, each -> new LinkedHashSet<>());
            if (!lane.isEmpty()) {
                entry.blockedBy++;
            }
            lane.add(entry);
        }
        waiting++;
        if (entry.blockedBy == 0) {
            ready.add(entry);
        }
        return entry;
    }

    /**
     * Starts the item that has been able to start for longest.
     *
     * @return null where none can
     */
    public Entry<K, T> start() {
        Iterator<Entry<K, T>> first = ready.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Entry<K, T> entry = first.next();
        first.remove();
        entry.started = true;
        waiting--;
        return entry;
    }

    /**
     * Takes an item out, whether it waits or runs: the next one of each of its keys can start.
     *
     * @return false when it was taken out before
     */
    public boolean remove(Entry<K, T> entry) {
        if (entry.removed) {
            return false;
        }
        entry.removed = true;
        if (!entry.started) {
            waiting--;
            ready.remove(entry);
        }
        for (K key : entry.keys) {
            Set<Entry<K, T>> lane = lanes.get(key);
            boolean wasFirst = lane.iterator().next() == entry;
            lane.remove(entry);
            if (lane.isEmpty()) {
                lanes.remove(key);
            } else if (wasFirst) {
                unblock(lane.iterator().next());
            }
        }
        return true;
    }

    private void unblock(Entry<K, T> next) {
        next.blockedBy--;
        if (next.blockedBy == 0) {
            ready.add(next);
        }
    }

    /** Whether an item can start. */
    public boolean canStart() {
        return !ready.isEmpty();
    }

    /** The item that {@link #start} would start, or null. */
    public T peek() {
        return ready.isEmpty() ? null : ready.iterator().next().item;
    }

    /** The running item of a key, or null. */
    public Entry<K, T> running(K key) {
        Set<Entry<K, T>> lane = lanes.get(key);
        Entry<K, T> first = lane == null ? null : lane.iterator().next();
        return first != null && first.started ? first : null;
    }

    /** All running items: a snapshot. */
    public List<T> running() {
        return lanes.values().stream().map(lane -> lane.iterator().next()).filter(entry -> entry.started).distinct().map(Entry::item)
                .toList();
    }

    /** The waiting items of a key in their order: a snapshot. */
    public List<Entry<K, T>> waiting(K key) {
        return lanes.getOrDefault(key, Set.of()).stream().filter(entry -> !entry.started).toList();
    }

    /** All waiting items, key by key, each in its order: a snapshot. */
    public List<T> waiting() {
        Set<Entry<K, T>> all = new LinkedHashSet<>();
        lanes.values().forEach(lane -> lane.stream().filter(entry -> !entry.started).forEach(all::add));
        List<T> items = new ArrayList<>(all.size());
        all.forEach(entry -> items.add(entry.item));
        return items;
    }

    /** How many items wait. */
    public int waitingCount() {
        return waiting;
    }

    /** The keys of which an item waits or runs: a view. */
    public Set<K> keys() {
        return lanes.keySet();
    }
}
