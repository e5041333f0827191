package io.github.dingtalkcamel.limits;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Storms against a DingTalk that counts calls as docs/protocol.md 6.2 and 7.1 say, in simulated time. */
class AdaptiveRateLimiterTest {

    private static final String QPS = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi";

    private long nanos;
    private final AdaptiveRateLimiter pace = new AdaptiveRateLimiter(() -> nanos);

    /** Takes so many calls in each window, then bans: refuses everything for a while. */
    private final class Limit {
        private final int allowed;
        private final long window;
        private final long ban;
        private final String code;
        private final List<Long> taken = new ArrayList<>();
        private final List<Long> refused = new ArrayList<>();
        private long windowStart;
        private int inWindow;
        private long bannedUntil;

        Limit(int allowed, Duration window, Duration ban, String code) {
            this.allowed = allowed;
            this.window = window.toNanos();
            this.ban = ban.toNanos();
            this.code = code;
        }

        boolean takes() {
            if (nanos - windowStart >= window) {
                windowStart = nanos - nanos % window;
                inWindow = 0;
            }
            if (nanos < bannedUntil || ++inWindow > allowed) {
                bannedUntil = Math.max(bannedUntil, nanos + ban);
                refused.add(nanos);
                return false;
            }
            taken.add(nanos);
            return true;
        }
    }

    /** So many calls at once want to go out; answers come 30 ms after the calls. */
    private void storm(int calls, Limit limit, Duration atMost) {
        record Call(long passedAt, boolean taken) {
        }
        Deque<Call> underWay = new ArrayDeque<>();
        int left = calls;
        for (long end = nanos + atMost.toNanos(); left > 0 && nanos < end; nanos += Duration.ofMillis(5).toNanos()) {
            while (!underWay.isEmpty() && nanos - underWay.peek().passedAt() >= Duration.ofMillis(30).toNanos()) {
                Call answered = underWay.remove();
                if (answered.taken()) {
                    pace.taken();
                    left--;
                } else {
                    pace.throttled(Throttling.of(limit.code), answered.passedAt());
                }
            }
            for (int sent = 0; sent < 20 && underWay.size() < left && pace.tryPass(); sent++) {
                underWay.add(new Call(nanos, limit.takes()));
            }
        }
        assertThat(left).as("calls not taken after " + atMost).isZero();
    }

    @ParameterizedTest(name = "{0}: {1} in {2} s")
    @CsvSource({ QPS + ",20,1,0,500", "90018,20,1,0,500", QPS + ",5,1,1,40", "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi,60,60,0,300",
            "660026,20,60,600,60", "130101,20,60,600,60", "410100,20,60,600,60" })
    void staysBelowTheLimitOnceItWasMet(String code, int allowed, int window, int ban, int calls) {
        Limit limit = new Limit(allowed, Duration.ofSeconds(window), Duration.ofSeconds(ban), code);
        storm(calls, limit, Duration.ofHours(2));

        long first = limit.refused.get(0);
        assertThat(limit.refused).as("refused later than what was under way at the first refusal")
                .allMatch(at -> at - first < Duration.ofMillis(60).toNanos());
        assertThat(limit.taken).hasSize(calls);
    }

    @Test
    void isOpenUntilDingTalkThrottlesAndAgainOnceTheDemandIsOver() {
        for (int call = 0; call < 1_000; call++) {
            assertThat(pace.tryPass()).isTrue();
        }
        pace.throttled(Throttling.of(QPS), nanos);
        assertThat(pace.tryPass()).isFalse();
        assertThat(pace.shown()).isEqualTo("closed for 1 s");

        nanos += Duration.ofSeconds(2).toNanos();
        assertThat(pace.tryPass()).isTrue();
        assertThat(pace.tryPass()).isFalse();
        assertThat(pace.shown()).isEqualTo("16 calls in 1 s");

        nanos += Duration.ofSeconds(62).toNanos();
        assertThat(pace.tryPass()).isTrue();
        assertThat(pace.isOpen()).isTrue();
    }

    @Test
    void growsWhileItIsNeededAndNothingIsThrottled() {
        Limit generous = new Limit(60, Duration.ofSeconds(1), Duration.ZERO, QPS);
        storm(200, generous, Duration.ofSeconds(30));
        int before = callsInTheWindow();
        storm(5_000, generous, Duration.ofMinutes(6));
        assertThat(callsInTheWindow()).isGreaterThan(2 * before);
    }

    private int callsInTheWindow() {
        assertThat(pace.shown()).matches("\\d+ calls in 1 s");
        return Integer.parseInt(pace.shown().split(" ")[0]);
    }

    @Test
    void keepsSilentLongerWhileEverythingIsRefused() {
        long refusals = 0;
        for (long end = Duration.ofMinutes(2).toNanos(); nanos < end; nanos += Duration.ofMillis(50).toNanos()) {
            if (pace.tryPass()) {
                refusals++;
                pace.throttled(Throttling.of(QPS), nanos);
            }
        }
        assertThat(refusals).isBetween(4L, 9L);
    }

    @Test
    void neverGivesACustomRobotMoreThanItsMinuteHasRoomFor() {
        Limit robot = new Limit(20, Duration.ofMinutes(1), Duration.ofMinutes(10), "660026");
        storm(3_000, robot, Duration.ofHours(8));
        assertThat(robot.refused.stream().filter(at -> at - robot.refused.get(0) > Duration.ofSeconds(1).toNanos())).isEmpty();
    }
}
