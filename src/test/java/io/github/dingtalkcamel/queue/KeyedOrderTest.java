package io.github.dingtalkcamel.queue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeyedOrderTest {

    private final KeyedOrder<String, String> order = new KeyedOrder<>();

    private String start() {
        KeyedOrder.Entry<String, String> entry = order.start();
        return entry == null ? null : entry.item();
    }

    @Test
    void startsOneItemOfAKeyAtATimeInTheirOrder() {
        KeyedOrder.Entry<String, String> first = order.add("a", "a1");
        order.add("a", "a2");

        assertThat(order.peek()).isEqualTo("a1");
        assertThat(start()).isEqualTo("a1");
        assertThat(start()).isNull();
        assertThat(order.running("a")).isSameAs(first);
        assertThat(order.waiting()).containsExactly("a2");
        assertThat(order.remove(first)).isTrue();
        assertThat(order.running("a")).isNull();
        assertThat(start()).isEqualTo("a2");
    }

    @Test
    void letsKeysTakeTurns() {
        List.of("a1", "a2", "b1", "c1").forEach(item -> order.add(item.substring(0, 1), item));

        List<String> started = new ArrayList<>();
        for (KeyedOrder.Entry<String, String> next = order.start(); next != null; next = order.start()) {
            started.add(next.item());
            order.remove(next);
        }
        assertThat(started).containsExactly("a1", "b1", "c1", "a2");
    }

    @Test
    void startsAnItemOfSeveralKeysWhenItIsTheFirstOfAllOfThem() {
        KeyedOrder.Entry<String, String> x = order.add("x", "x1");
        KeyedOrder.Entry<String, String> y = order.add("y", "y1");
        order.add(List.of("x", "y", "x"), "both");
        order.add("y", "y2");
        assertThat(List.of(start(), start())).containsExactly("x1", "y1");

        order.remove(x);
        assertThat(start()).isNull();
        order.remove(y);
        assertThat(start()).isEqualTo("both");
        assertThat(start()).as("behind it").isNull();
    }

    @Test
    void startsAnItemWithoutKeysAtOnce() {
        order.add(List.of(), "free");

        assertThat(start()).isEqualTo("free");
    }

    @Test
    void takesAnItemOutOnceWhetherItWaitsOrRuns() {
        KeyedOrder.Entry<String, String> first = order.add("a", "a1");
        KeyedOrder.Entry<String, String> second = order.add("a", "a2");
        order.add("a", "a3");

        assertThat(order.remove(second)).isTrue();
        assertThat(order.remove(second)).isFalse();
        assertThat(order.remove(first)).as("it was ready").isTrue();
        assertThat(order.waitingCount()).isEqualTo(1);
        assertThat(start()).isEqualTo("a3");
        assertThat(order.waitingCount()).isZero();
    }

    @Test
    void tellsWhatRunsAndWhatWaits() {
        KeyedOrder.Entry<String, String> first = order.add("a", "a1");
        KeyedOrder.Entry<String, String> second = order.add("a", "a2");
        KeyedOrder.Entry<String, String> both = order.add(List.of("a", "b"), "both");
        order.add("c", "c1");
        assertThat(order.running()).isEmpty();
        assertThat(order.running("a")).as("it only waits").isNull();

        assertThat(List.of(start(), start())).containsExactly("a1", "c1");
        assertThat(order.running()).containsExactlyInAnyOrder("a1", "c1");
        assertThat(order.waiting()).as("each once").containsExactly("a2", "both");
        assertThat(order.waiting("a")).containsExactly(second, both);
        assertThat(order.waiting("c")).isEmpty();
        assertThat(order.waiting("unknown")).isEmpty();
        assertThat(order.running("unknown")).isNull();
        assertThat(order.keys()).containsExactlyInAnyOrder("a", "b", "c");

        order.remove(first);
        order.remove(second);
        assertThat(start()).isEqualTo("both");
        assertThat(order.running()).as("an item of two keys once").containsExactlyInAnyOrder("both", "c1");
        assertThat(order.running("b")).isSameAs(both);
    }

    /** Any sequence of additions, starts, ends and removals: compared with the plain definition of the order. */
    @Property(tries = 300)
    void keepsTheOrderOfEachKeyUnderAnySequence(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int keys) {
        Random random = new Random(seed);
        KeyedOrder<Integer, Integer> tested = new KeyedOrder<>();
        Map<Integer, Set<Integer>> keysOf = new HashMap<>();
        // in order of addition: what waits or runs
        List<Integer> present = new ArrayList<>();
        Set<Integer> running = new HashSet<>();
        Map<Integer, KeyedOrder.Entry<Integer, Integer>> entries = new HashMap<>();
        for (int step = 0; step < 200; step++) {
            if (random.nextInt(3) == 0) {
                Set<Integer> its = new HashSet<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    its.add(random.nextInt(keys));
                }
                keysOf.put(step, its);
                present.add(step);
                entries.put(step, tested.add(its, step));
            } else if (random.nextBoolean()) {
                List<Integer> may = mayStart(present, running, keysOf);
                KeyedOrder.Entry<Integer, Integer> started = tested.start();
                assertThat(started == null).isEqualTo(may.isEmpty());
                if (started != null) {
                    assertThat(may).contains(started.item());
                    running.add(started.item());
                }
            } else if (!present.isEmpty()) {
                Integer item = present.remove(random.nextInt(present.size()));
                running.remove(item);
                assertThat(tested.remove(entries.get(item))).isTrue();
            }
            assertThat(tested.waitingCount()).isEqualTo(present.size() - running.size());
        }
        // the rest starts and ends, and nothing is remembered
        while (!present.isEmpty()) {
            for (KeyedOrder.Entry<Integer, Integer> next = tested.start(); next != null; next = tested.start()) {
                running.add(next.item());
            }
            assertThat(running).as("progress is always possible").isNotEmpty();
            present.removeAll(running);
            running.forEach(item -> tested.remove(entries.get(item)));
            running.clear();
        }
        assertThat(tested.keys()).isEmpty();
        assertThat(tested.canStart()).isFalse();
    }

    private static List<Integer> mayStart(List<Integer> present, Set<Integer> running, Map<Integer, Set<Integer>> keysOf) {
        Set<Integer> taken = new HashSet<>();
        List<Integer> may = new ArrayList<>();
        for (Integer item : present) {
            if (!running.contains(item) && keysOf.get(item).stream().noneMatch(taken::contains)) {
                may.add(item);
            }
            taken.addAll(keysOf.get(item));
        }
        return may;
    }
}
