package io.github.dingtalkcamel.simulator.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the simulator knows is bounded in entries and in weight. */
class RecentTest {

    @Test
    void forgetsWhatWasNotUsedForLongestOnceItIsTooHeavy() {
        Recent<String, String> recent = new Recent<>(100, 10, String::length);
        recent.put("a", "1234");
        recent.put("b", "1234");
        recent.get("a");
        recent.put("c", "1234");

        assertThat(recent.get("b")).isNull();
        assertThat(recent.get("a")).isEqualTo("1234");
        assertThat(recent.held()).isEqualTo(8);
    }

    @Test
    void weighsAChangedEntryAnewAndARemovedOneNoMore() {
        Recent<String, String> recent = new Recent<>(100, 10, String::length);
        recent.put("a", "1234");
        recent.put("a", "12345678");
        assertThat(recent.held()).isEqualTo(8);
        assertThat(recent.putNew("a", "no")).isFalse();
        assertThat(recent.getOrCreate("b", key -> "12")).isEqualTo("12");
        assertThat(recent.held()).isEqualTo(10);

        assertThat(recent.remove("a")).isEqualTo("12345678");
        assertThat(recent.held()).isEqualTo(2);
    }

    @Test
    void keepsOneEntryHoweverHeavy() {
        Recent<String, String> recent = new Recent<>(1, 10, String::length);
        recent.put("a", "x".repeat(20));
        assertThat(recent.get("a")).hasSize(20);

        recent.put("b", "1");
        assertThat(recent.get("a")).isNull();
        assertThat(recent.held()).isEqualTo(1);
    }
}
