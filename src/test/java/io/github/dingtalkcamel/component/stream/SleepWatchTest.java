package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SleepWatchTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SleepWatch watch = new SleepWatch(SECOND, 0, 0);

    @Test
    void noticesSleepWhereSteadyTimeStandsStillMeanwhile() {
        assertThat(watch.slept(3_600_000, SECOND.toNanos())).isTrue();
        assertThat(watch.slept(3_601_000, 2 * SECOND.toNanos())).isFalse();
    }

    @Test
    void noticesSleepWhereSteadyTimeGoesOnMeanwhile() {
        assertThat(watch.slept(3_600_000, 3600 * SECOND.toNanos())).isTrue();
    }

    @Test
    void noticesAClockThatIsSetBack() {
        assertThat(watch.slept(-60_000, SECOND.toNanos())).isTrue();
    }

    @Property(tries = 200)
    void doesNotMindASlowMachineOrAClockThatIsAdjusted(@ForAll @LongRange(min = 900, max = 4_000) long passed,
            @ForAll @LongRange(min = -500, max = 500) long adjusted) {
        SleepWatch own = new SleepWatch(SECOND, 0, 0);
        assertThat(own.slept(passed + adjusted, passed * 1_000_000)).isFalse();
    }
}
