package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = StreamTimeouts.PROMISED.backoff();

    @Test
    void doublesFromAboutASecondToAMinute() {
        long[] seconds = { 1, 2, 4, 8, 16, 32, 60, 60 };
        for (int failures = 1; failures <= seconds.length; failures++) {
            assertThat(backoff.after(failures, 0)).isEqualTo(Duration.ofSeconds(seconds[failures - 1]));
        }
    }

    @Property(tries = 500)
    void isJitteredDownwardsByAFifthAtMost(@ForAll @IntRange(min = 1) int failures,
            @ForAll @DoubleRange(max = 1, maxIncluded = false) double random) {
        Duration whole = backoff.after(failures, 0);
        Duration delay = backoff.after(failures, random);

        assertThat(delay).isLessThanOrEqualTo(whole).isGreaterThanOrEqualTo(whole.multipliedBy(8).dividedBy(10));
        assertThat(delay).isLessThanOrEqualTo(Duration.ofSeconds(60)).isGreaterThanOrEqualTo(Duration.ofMillis(800));
    }

    @Property(tries = 200)
    void differsFromClientToClient(@ForAll @IntRange(min = 1, max = 100) int failures) {
        assertThat(backoff.after(failures, 0.1)).isNotEqualTo(backoff.after(failures, 0.9));
    }

    /** docs/promises.md 8: no more than 6 open calls in 10 s, were each refused in no time and jitter at its worst. */
    @Test
    void asksFewTimesWhileRefused() {
        Duration passed = Duration.ZERO;
        int calls = 1;
        while (passed.compareTo(Duration.ofSeconds(10)) <= 0) {
            passed = passed.plus(backoff.after(calls, 0.999));
            calls++;
        }
        assertThat(calls - 1).isLessThanOrEqualTo(6);
    }
}
