package io.github.dingtalkcamel.queue;

/** How much of the heap the contents of one queue may take. */
public final class HeapShare {

    private HeapShare() {
    }

    /** A share of the largest heap that the JVM may use, in bytes, but at least so many MiB. */
    public static long bytes(int divisor, int leastMebibytes) {
        return Math.max((long) leastMebibytes << 20, Runtime.getRuntime().maxMemory() / divisor);
    }
}
