package io.github.dingtalkcamel.robot;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When one custom robot may be called. */
class RateWindowTest {

    private Instant now = Instant.parse("2026-11-22T08:00:00Z");
    private final RateWindow window = new RateWindow(() -> now);

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void isOpenForTwentyCallsAndAgainAWindowAfterTheFirstOfThem() {
        for (int i = 0; i < 20; i++) {
            assertThat(window.isOpen()).isTrue();
            window.succeeded();
            pass(Duration.ofSeconds(1));
        }
        assertThat(window.closedFor()).isEqualTo(Duration.ofSeconds(41));
        pass(Duration.ofSeconds(41));
        assertThat(window.isOpen()).isTrue();
        window.succeeded();
        assertThat(window.closedFor()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void staysClosedForTheLengthOfABan() {
        long until = window.ban();

        assertThat(until).isEqualTo(now.plusSeconds(605).toEpochMilli());
        assertThat(window.closedFor()).isEqualTo(Duration.ofSeconds(605));
        pass(Duration.ofSeconds(605));
        assertThat(window.isOpen()).isTrue();
    }

    @Test
    void backsOffLongerAfterEachFailureInARowUntilACallSucceeds() {
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            window.backOff();
            pauses.add(window.closedFor());
            pass(window.closedFor());
        }
        assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);

        window.succeeded();
        window.backOff();
        assertThat(window.closedFor()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void beginsWithWhatAnEarlierProcessDid() {
        List<Long> newestFirst = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            newestFirst.add(now.minusSeconds(i).toEpochMilli());
        }
        window.restore(newestFirst, 0);

        assertThat(window.closedFor()).isEqualTo(Duration.ofSeconds(61 - 19));
    }

    @Test
    void believesNoTimesFromTheFutureAndNoBanThatIsLongerThanBansAre() {
        window.restore(List.of(now.plusSeconds(9_000).toEpochMilli()), now.plusSeconds(90_000).toEpochMilli());

        assertThat(window.closedFor()).isEqualTo(Duration.ofSeconds(605));
        pass(Duration.ofSeconds(605));
        assertThat(window.isIdle()).isTrue();
    }

    @Test
    void isIdleWhenNoCallIsWithinTheWindow() {
        assertThat(window.isIdle()).isTrue();
        window.succeeded();
        assertThat(window.isIdle()).isFalse();
        pass(RateWindow.WINDOW);
        assertThat(window.isIdle()).isTrue();
    }

    @Property(tries = 200)
    void neverAllowsMoreThanTwentyAnswersInAMinute(@ForAll long seed) {
        Random random = new Random(seed);
        List<Instant> answers = new ArrayList<>();
        RateWindow tested = new RateWindow(() -> now);
        for (int i = 0; i < 500; i++) {
            if (tested.isOpen()) {
                pass(Duration.ofMillis(random.nextInt(3_000)));
                tested.succeeded();
                Instant minuteAgo = now.minusSeconds(60);
                answers.add(now);
                assertThat(answers.stream().filter(minuteAgo::isBefore).count()).isLessThanOrEqualTo(20);
            } else {
                pass(Duration.ofMillis(random.nextInt(10_000)));
            }
        }
        assertThat(answers.size()).as("it does open again").isGreaterThan(20);
    }
}
