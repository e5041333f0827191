package io.github.dingtalkcamel.bench;
import java.util.Arrays;

/** How long each of many things took. */
public final class Times {

    private long[] nanos = new long[1024];
    private int count;

    synchronized void add(long took) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = took;
    }

    public synchronized int count() {
        return count;
    }

    /** In milliseconds: so much per cent took no longer. 0 where there is nothing. */
    public synchronized double percentile(double percent) {
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(percent / 100 * count) - 1)] / 1e6;
    }
}
