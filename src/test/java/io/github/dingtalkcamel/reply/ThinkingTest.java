package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A reaction is removed once, by the later one of the two: that it is shown, or that its turn has ended. */
class ThinkingTest {

    private final Thinking thinking = new Thinking(null);
    private final Thinking.Thought thought = thinking.begin();

    @Test
    void isRemovedByTheEndOfTheTurnWhereItIsShownBefore() {
        assertThat(thinking.isToBeShown(thought)).isTrue();
        assertThat(thinking.markShown(thought)).isFalse();
        assertThat(thinking.markEnded(thought)).isTrue();
        assertThat(thinking.isToBeShown(thought)).as("what the end of the turn sends to the route").isFalse();
    }

    @Test
    void isRemovedAtOnceWhereTheTurnHasEndedBeforeItIsShown() {
        assertThat(thinking.markEnded(thought)).isFalse();
        assertThat(thinking.markShown(thought)).isTrue();
    }
}
