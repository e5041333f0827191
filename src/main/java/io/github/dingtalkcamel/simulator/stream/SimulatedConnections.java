package io.github.dingtalkcamel.simulator.stream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The Stream connections there are; each push goes to one of them, chosen at random (docs/protocol.md 2.8, 9.6). */
public final class SimulatedConnections {

    /** DingTalk documents no maximum; this one keeps a client that reconnects without end from taking the machine with it. */
    static final int MAX = 1_000;

    private final List<SimulatedConnection> all = new CopyOnWriteArrayList<>();

    /** Lets a client in; nobody looks for a connection meanwhile, so that one that the client sees is always one that is here. */
    synchronized SimulatedConnection admit(Supplier<SimulatedConnection> upgrade) {
        SimulatedConnection line = upgrade.get();
        all.add(line);
        return line;
    }

    boolean full() {
        return all.size() >= MAX;
    }

    void remove(SimulatedConnection line) {
        all.remove(line);
    }

    public synchronized List<SimulatedConnection> all() {
        return all;
    }

    /**
     * @throws IllegalArgumentException if there is none of this id
     */
    public SimulatedConnection byId(String id) {
        return all().stream().filter(line -> line.id().equals(id)).findAny()
                .orElseThrow(() -> new IllegalArgumentException("there is no connection " + id));
    }

    boolean anyTakes(String appKey, Subscription wanted) {
        return all().stream().anyMatch(line -> line.takes(appKey, wanted));
    }

    /** One that takes this; another one than {@code last} if it can be. Null if there is none. */
    public SimulatedConnection pick(String appKey, Subscription wanted, SimulatedConnection last) {
        return pick(line -> line.takes(appKey, wanted), last);
    }

    /** Any open one of the app, whatever it subscribed to. Null if there is none. */
    public SimulatedConnection pick(String appKey) {
        return pick(line -> line.isOpenFor(appKey), null);
    }

    private SimulatedConnection pick(Predicate<SimulatedConnection> fit, SimulatedConnection last) {
        List<SimulatedConnection> fitting = all().stream().filter(fit).toList();
        List<SimulatedConnection> others = fitting.size() < 2 ? fitting : fitting.stream().filter(line -> line != last).toList();
        return others.isEmpty() ? null : others.get(ThreadLocalRandom.current().nextInt(others.size()));
    }
}
