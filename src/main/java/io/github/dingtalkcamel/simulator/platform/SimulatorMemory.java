package io.github.dingtalkcamel.simulator.platform;

/** How much each memory of the simulator may hold: a share of the heap, so that a small process is never filled by what it remembers. */
public final class SimulatorMemory {

    private static final long LEAST = 2L << 20;

    private SimulatorMemory() {
    }

    /** A share of the heap in bytes, at least 2 MiB and at most so many MiB. */
    public static long share(int divisor, int mostMebibytes) {
        return Math.max(LEAST, Math.min((long) mostMebibytes << 20, Runtime.getRuntime().maxMemory() / divisor));
    }

    /** So many small entries, in at most a 50th of the heap and 100,000: what is known of people, groups and sessions. */
    static int known() {
        return (int) Math.max(1_000, Math.min(100_000, Runtime.getRuntime().maxMemory() / 50 / 512));
    }
}
