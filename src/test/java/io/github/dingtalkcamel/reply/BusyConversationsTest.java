package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;

import org.junit.jupiter.api.Test;

class BusyConversationsTest {

    private long nanos;
    private final BusyConversations told = new BusyConversations(() -> nanos);

    @Test
    void tellsAConversationOnceAMinute() {
        assertThat(told.add("main/a")).isTrue();
        nanos += Duration.ofSeconds(59).toNanos();
        assertThat(told.add("main/a")).isFalse();
        assertThat(told.contains("main/a")).isTrue();
        assertThat(told.add("main/b")).as("another conversation").isTrue();

        nanos += Duration.ofSeconds(1).toNanos();
        assertThat(told.contains("main/a")).isFalse();
        assertThat(told.add("main/a")).isTrue();
        assertThat(told.add("main/b")).isFalse();
    }

    @Test
    void holdsABoundedNumberAndTellsNewOnesEvenThen() {
        for (int i = 0; i < 2 * BusyConversations.MOST; i++) {
            assertThat(told.add("main/" + i)).isTrue();
        }
        assertThat(told.held()).isEqualTo(BusyConversations.MOST);
    }

    @Test
    void forgetsWhatTheRouteTakesBack() {
        told.add("main/a");
        assertThat(told.remove("main/a")).isTrue();
        assertThat(told.add("main/a")).isTrue();
        told.clear();
        assertThat(told.contains("main/a")).isFalse();
    }
}
