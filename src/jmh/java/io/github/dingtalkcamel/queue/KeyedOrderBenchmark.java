package io.github.dingtalkcamel.queue;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One item through the order of conversations: added, started, removed; while so many others wait behind running ones. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyedOrderBenchmark {

    @Param({"0", "10000"})
    public int waiting;

    private final String[] keys = IntStream.range(0, 64).mapToObj(i -> "main/cid" + i).toArray(String[]::new);
    private KeyedOrder<String, Integer> order;
    private int next;

    @Setup
    public void fill() {
        order = new KeyedOrder<>();
        for (int i = 0; i < waiting; i++) {
            String key = "main/busy" + i % 500;
            order.add(key, i);
            if (i < 500) {
                order.start();
            }
        }
    }

    @Benchmark
    public boolean throughTheOrder() {
        order.add(keys[next++ & 63], next);
        return order.remove(order.start());
    }
}
