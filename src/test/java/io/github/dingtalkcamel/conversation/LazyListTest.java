package io.github.dingtalkcamel.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class LazyListTest {

    @Test
    void isMadeOnceWhenItIsFirstReadAndCantBeChanged() {
        AtomicInteger made = new AtomicInteger();
        List<String> list = new LazyList<>(() -> {
            made.incrementAndGet();
            return List.of("a", "b");
        });
        assertThat(made).hasValue(0);

        assertThat(list).containsExactly("a", "b").isEqualTo(List.of("a", "b"));
        assertThat(made).hasValue(1);
        assertThatThrownBy(() -> list.add("c")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> list.set(0, "c")).isInstanceOf(UnsupportedOperationException.class);
    }
}
