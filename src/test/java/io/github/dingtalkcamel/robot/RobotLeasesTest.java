package io.github.dingtalkcamel.robot;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RobotLeasesTest {

    private Instant now = Instant.parse("2026-11-22T08:00:00Z");
    private final RobotLeases leases = new RobotLeases(() -> now);

    @Test
    void givesARobotToOneSenderAtATime() {
        assertThat(leases.take("a")).isTrue();
        assertThat(leases.take("a")).isFalse();
        assertThat(leases.take("b")).isTrue();
        leases.giveBack("a");
        assertThat(leases.isTaken("a")).isFalse();
        assertThat(leases.take("a")).isTrue();
    }

    @Test
    void leavesOutRobotsBeyondItsBoundUntilALeaseIsGivenBackOrEnds() {
        for (int i = 0; i < RobotLeases.MOST; i++) {
            assertThat(leases.take("robot" + i)).isTrue();
        }
        assertThat(leases.take("a")).isFalse();
        leases.giveBack("robot3");
        assertThat(leases.take("a")).isTrue();
        assertThat(leases.take("b")).isFalse();
        now = now.plus(RobotLeases.LONGEST);
        assertThat(leases.take("b")).isTrue();
    }

    @Test
    void endsALeaseThatIsNotGivenBack() {
        leases.take("a");
        now = now.plus(RobotLeases.LONGEST).minusMillis(1);
        assertThat(leases.take("a")).isFalse();
        now = now.plusMillis(1);
        assertThat(leases.take("a")).isTrue();
        assertThat(leases.take("a")).isFalse();
    }
}
