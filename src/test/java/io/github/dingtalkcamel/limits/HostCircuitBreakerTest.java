package io.github.dingtalkcamel.limits;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import org.junit.jupiter.api.Test;

class HostCircuitBreakerTest {

    private Instant now = Instant.parse("2026-11-28T09:00:00Z");
    private final HostCircuitBreaker breaker = new HostCircuitBreaker("api.dingtalk.com", Duration.ofSeconds(1), new SuppliedClock(() -> now));

    private void failed(int calls) {
        IntStream.range(0, calls).forEach(call -> breaker.failed(new UnavailableException("unreachable", "no answer", "wait", null)));
    }

    @Test
    void opensAtTheEighthFailureAndNotAtTheSeventh() {
        failed(7);
        assertThat(breaker.isAway()).as("7 of the first 7").isFalse();
        failed(1);
        assertThat(breaker.isAway()).as("8 of the first 8").isTrue();
        assertThat(breaker.tryPass()).isFalse();
    }

    @Test
    void staysClosedWhileThreeOfTenAreAnswered() {
        for (int round = 0; round < 10; round++) {
            failed(7);
            IntStream.range(0, 3).forEach(call -> breaker.answered());
        }
        assertThat(breaker.isAway()).isFalse();
    }

    @Test
    void countsAnewWhenTheHostIsBack() {
        failed(8);
        now = now.plusSeconds(2);
        assertThat(breaker.tryPass()).as("one call tries").isTrue();
        breaker.answered();
        assertThat(breaker.isAway()).isFalse();

        failed(7);
        assertThat(breaker.isAway()).isFalse();
        failed(1);
        assertThat(breaker.isAway()).isTrue();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void triesWithOneCallAfterPausesThatDoubleUpToHalfAMinute() {
        failed(8);
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            pass(Duration.ofSeconds(seconds));
            assertThat(breaker.tryPass()).as("within %d s", seconds).isFalse();
            pass(Duration.ofMillis(1));
            assertThat(breaker.tryPass()).as("after %d s", seconds).isTrue();
            assertThat(breaker.tryPass()).as("a second call").isFalse();
            failed(1);
        }
    }

    @Test
    void saysWhyAndSinceWhenTheHostIsUnavailableUntilItIsBack() {
        failed(7);
        assertThat(breaker.why()).as("it is available").isNull();
        failed(1);
        Instant since = now;
        pass(Duration.ofSeconds(2));
        assertThat(breaker.tryPass()).isTrue();
        failed(1);

        DingTalkException why = breaker.why();
        assertThat(why).isExactlyInstanceOf(UnavailableException.class)
                .hasMessage("api.dingtalk.com is unavailable since " + since + ": no answer").hasNoCause();
        assertThat(why.code()).isEqualTo("unreachable");
        assertThat(why.remedy()).isEqualTo("wait");

        pass(Duration.ofSeconds(3));
        assertThat(breaker.tryPass()).isTrue();
        assertThat(breaker.why()).as("while one call tries").isNotNull();
        breaker.answered();
        assertThat(breaker.why()).isNull();

        pass(Duration.ofHours(1));
        failed(8);
        assertThat(breaker.why()).as("another time").hasMessageContaining("since " + now);
    }

    @Test
    void givesThePermitThatWasNotUsedToAnotherCall() {
        failed(8);
        pass(Duration.ofSeconds(2));
        assertThat(breaker.tryPass()).isTrue();
        assertThat(breaker.tryPass()).isFalse();
        breaker.giveBack();
        assertThat(breaker.tryPass()).isTrue();
    }
}
