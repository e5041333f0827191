package io.github.dingtalkcamel.simulator.stream;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The Stream connections there are; each push goes to one of them, chosen at random (docs/protocol.md 2.8, 9.6). */
public final class SimulatedConnections {

    /** DingTalk documents no maximum; this one keeps a client that reconnects without end from exhausting the machine. */
    static final int MAX = 1_000;

    private final List<SimulatedConnection> all = new CopyOnWriteArrayList<>();

    /** Adds a client's connection. It is visible here before the client sees it open. */
    synchronized SimulatedConnection admit(Supplier<SimulatedConnection> upgrade) {
        SimulatedConnection connection = upgrade.get();
        all.add(connection);
        return connection;
    }

    boolean full() {
        return all.size() >= MAX;
    }

    void remove(SimulatedConnection connection) {
        all.remove(connection);
    }

    public synchronized List<SimulatedConnection> all() {
        return all;
    }

    /**
     * @throws IllegalArgumentException if there is none of this id
     */
    public SimulatedConnection byId(String id) {
        return all().stream().filter(connection -> connection.id().equals(id)).findAny()
                .orElseThrow(() -> new IllegalArgumentException("there is no connection " + id));
    }

    boolean anyTakes(String appKey, Subscription wanted) {
        return all().stream().anyMatch(connection -> connection.takes(appKey, wanted));
    }

    /** One that takes this; another one than {@code last} if it can be. Null if there is none. */
    public SimulatedConnection pick(String appKey, Subscription wanted, SimulatedConnection last) {
        return pick(connection -> connection.takes(appKey, wanted), last);
    }

    /** Any open connection of the app, regardless of its subscriptions. Null if there is none. */
    public SimulatedConnection pick(String appKey) {
        return pick(connection -> connection.isOpenFor(appKey), null);
    }

    private SimulatedConnection pick(Predicate<SimulatedConnection> fit, SimulatedConnection last) {
        List<SimulatedConnection> fitting = all().stream().filter(fit).toList();
        List<SimulatedConnection> others = fitting.size() < 2 ? fitting
                : fitting.stream().filter(connection -> connection != last).toList();
        return others.isEmpty() ? null : others.get(ThreadLocalRandom.current().nextInt(others.size()));
    }
}
