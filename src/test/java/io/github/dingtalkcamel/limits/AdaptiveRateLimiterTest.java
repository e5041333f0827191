package io.github.dingtalkcamel.limits;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Nested;
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

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private void taken(int calls) {
        IntStream.range(0, calls).forEach(call -> pace.taken());
    }

    private static int permitsAtOnce(AdaptiveRateLimiter limiter) {
        int permits = 0;
        while (permits < 1_000 && limiter.tryPass()) {
            permits++;
        }
        return permits;
    }

    @ParameterizedTest(name = "{0} is silent for {2} ms after refusal {1} in a row")
    @CsvSource({ QPS + ",1,1100", QPS + ",2,2200", QPS + ",6,35200", QPS + ",7,60000", QPS + ",9,60000",
            "Forbidden.AccessDenied.QpmLimitForApi,1,61000", "Forbidden.AccessDenied.QpmLimitForApi,7,3600000",
            "Forbidden.AccessDenied.ApiCountLimitForOrg,1,600000", "90020,2,1200000", "660026,1,605000", "660026,3,2420000",
            "660026,4,3600000" })
    void keepsTwiceAsLongSilentForEachRefusalInARow(String code, int refusals, long millis) {
        for (int refusal = 0; refusal < refusals; refusal++) {
            pass(Duration.ofHours(1));
            pace.throttled(Throttling.of(code), nanos);
        }
        pass(Duration.ofMillis(millis).minusNanos(1));
        assertThat(pace.tryPass()).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(pace.tryPass()).isTrue();
    }

    @ParameterizedTest(name = "{0} and {2} ms later {1} calls: {3} in a second")
    @CsvSource({ "100,0,0,16", "34,0,0,16", "20,0,0,9", "10,10,999,9", "10,10,1000,4", "4,20,1000,9", "20,4,1000,9", "3,0,0,1", "4,0,0,1",
            "2,0,0,16", "0,0,0,16" })
    void beginsWithLessThanHalfOfTheMostThatWasTakenInAWindow(int first, int second, long between, int rate) {
        pass(Duration.ofSeconds(7));
        taken(first);
        pass(Duration.ofMillis(between));
        taken(second);
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));

        assertThat(pace.shown()).isEqualTo(rate + " calls in 1 s");
    }

    @Test
    void forgetsWhatWasTakenLongAgo() {
        taken(500);
        for (int call = 0; call < 1_024; call++) {
            pass(Duration.ofMillis(100));
            pace.taken();
        }
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));

        assertThat(pace.shown()).as("half of ten, less one").isEqualTo("4 calls in 1 s");
    }

    @Test
    void spacesCallsEvenlyInAWindow() {
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));
        int permits = 0;
        for (int step = 0; step < 1_000; step++, pass(Duration.ofMillis(1))) {
            assertThat(permitsAtOnce(pace)).isLessThanOrEqualTo(1);
            permits += step % 63 == 0 ? 1 : 0;
        }
        assertThat(permits).isEqualTo(16);
        assertThat(pace.tryPass(false)).as("also one that can't wait, where DingTalk has throttled").isFalse();
    }

    @Test
    void givesHalfAsManyEachTimeItIsThrottledAgainAfterSomeWereTaken() {
        pace.throttled(Throttling.of(QPS), nanos);
        List<String> rates = new ArrayList<>();
        for (int round = 0; round < 6; round++) {
            pass(Duration.ofMillis(1_100));
            assertThat(pace.tryPass()).isTrue();
            rates.add(pace.shown());
            pace.taken();
            pace.throttled(Throttling.of(QPS), nanos);
        }
        assertThat(rates).containsExactly("16 calls in 1 s", "8 calls in 1 s", "4 calls in 1 s", "2 calls in 1 s", "1 calls in 1 s",
                "1 calls in 1 s");
    }

    @Test
    void keepsTheRateAndGrowsTheSilenceWhenNothingWasTakenInBetween() {
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));
        assertThat(pace.tryPass()).isTrue();
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));
        assertThat(pace.tryPass()).isFalse();
        pass(Duration.ofMillis(1_100));
        assertThat(pace.tryPass()).isTrue();

        assertThat(pace.shown()).isEqualTo("16 calls in 1 s");
    }

    @Test
    void beginsAnewWhenAnotherLimitIsMet() {
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));
        assertThat(pace.tryPass()).isTrue();
        pace.taken();
        pace.throttled(Throttling.of("Forbidden.AccessDenied.QpmLimitForApi"), nanos);
        pass(Duration.ofSeconds(61));

        assertThat(pace.shown()).isEqualTo("400 calls in 60 s");
    }

    @Test
    void aRefusalOfACallThatWasUnderWayAddsNothing() {
        long sent = nanos;
        pass(Duration.ofMillis(30));
        pace.throttled(Throttling.of(QPS), sent);
        long closed = nanos;
        pass(Duration.ofMillis(500));
        pace.throttled(Throttling.of(QPS), sent);
        pace.throttled(Throttling.of(QPS), closed);
        pass(Duration.ofMillis(600));

        assertThat(pace.tryPass()).as("1.1 s after the first refusal").isTrue();
    }

    /** What it shows, after each 30 windows in which it was needed. */
    private List<String> ratesWhileNeeded(Duration window, int times) {
        List<String> rates = new ArrayList<>();
        for (int time = 0; time < times; time++) {
            assertThat(pace.tryPass()).isTrue();
            rates.add(pace.shown());
            pass(window.multipliedBy(30));
            assertThat(pace.tryPass()).isTrue();
            assertThat(pace.shown()).as("not before 30 windows are over").isEqualTo(rates.get(time));
            pass(Duration.ofMillis(1));
        }
        return rates;
    }

    @Test
    void growsByAQuarterEvery30WindowsUntilItIsOpen() {
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));

        assertThat(ratesWhileNeeded(Duration.ofSeconds(1), 7).stream().map(rate -> rate.split(" ")[0]))
                .containsExactly("16", "20", "25", "31", "38", "47", "58");
        assertThat(pace.tryPass()).isTrue();
        assertThat(pace.isOpen()).as("72 is more than four times the documented rate").isTrue();
        assertThat(permitsAtOnce(pace)).isEqualTo(1_000);
    }

    @Test
    void growsToNoMoreThanALimitThatIsFirm() {
        pace.throttled(Throttling.of("660026"), nanos);
        pass(Duration.ofSeconds(605));
        assertThat(pace.tryPass()).isTrue();
        pace.taken();
        pace.throttled(Throttling.of("660026"), nanos);
        pass(Duration.ofSeconds(605));

        assertThat(ratesWhileNeeded(Duration.ofMinutes(1), 6).stream().map(rate -> rate.split(" ")[0]))
                .containsExactly("8", "10", "12", "15", "16", "16");
        assertThat(pace.isOpen()).isFalse();
    }

    @Test
    void opensWhenItWasNotNeededForLongerThan60Windows() {
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofMillis(1_100));
        pass(Duration.ofSeconds(60));
        assertThat(pace.tryPass()).isTrue();
        assertThat(pace.isOpen()).as("after 60 windows").isFalse();
        pass(Duration.ofSeconds(60));
        assertThat(pace.tryPass()).isTrue();
        assertThat(pace.isOpen()).as("60 windows after its last use").isFalse();
        pass(Duration.ofSeconds(60).plusNanos(1));
        assertThat(pace.tryPass()).isTrue();
        assertThat(pace.isOpen()).isTrue();
        assertThat(pace.shown()).isEqualTo("open");
    }

    @Test
    void knowsNothingOfEarlierRefusalsOnceItIsOpenAgain() {
        pace.throttled(Throttling.of(QPS), nanos);
        pass(Duration.ofSeconds(62));
        assertThat(pace.tryPass()).isTrue();
        pace.throttled(Throttling.of(QPS), nanos);

        assertThat(pace.shown()).isEqualTo("closed for 1 s");
        pass(Duration.ofMillis(1_100));
        assertThat(pace.shown()).isEqualTo("16 calls in 1 s");
        assertThat(pace.tryPass()).isTrue();
    }

    /** The card APIs: 14 a second from the beginning. */
    @Nested
    class HeldToALimitFromTheBeginning {

        private final AdaptiveRateLimiter cards = new AdaptiveRateLimiter(() -> nanos, Throttling.CARDS);

        @Test
        void permitsTwoAtOnceAndThenOneAtATime() {
            assertThat(cards.isOpen()).isTrue();
            assertThat(cards.shown()).isEqualTo("open");
            assertThat(permitsAtOnce(cards)).isEqualTo(2);
            pass(Duration.ofMillis(71));
            assertThat(cards.tryPass()).isFalse();
            pass(Duration.ofMillis(1));
            assertThat(permitsAtOnce(cards)).isEqualTo(1);
            pass(Duration.ofSeconds(10));
            assertThat(permitsAtOnce(cards)).as("no more are saved").isEqualTo(2);
        }

        @Test
        void whatACallerThatCanNotWaitTakesIsMissingToTheOthers() {
            for (int call = 0; call < 16; call++) {
                assertThat(cards.tryPass(false)).isTrue();
            }
            pass(Duration.ofSeconds(1));
            assertThat(cards.tryPass()).as("14 too many, and 14 refilled").isFalse();
            pass(Duration.ofMillis(72));
            assertThat(cards.tryPass()).isTrue();
        }

        @Test
        void closesWhenItIsThrottledForCallersThatCanNotWaitToo() {
            cards.throttled(Throttling.of(QPS), nanos);
            assertThat(cards.tryPass(false)).isFalse();
            assertThat(cards.isOpen()).isFalse();
            pass(Duration.ofMillis(1_100));
            assertThat(permitsAtOnce(cards)).isEqualTo(1);
            assertThat(cards.tryPass(false)).isFalse();
            assertThat(cards.shown()).as("never more than the limit").isEqualTo("14 calls in 1 s");
        }

        @Test
        void growsBackToTheLimitAndIsHeldToItAgain() {
            for (int refusal = 0; refusal < 2; refusal++) {
                cards.taken();
                cards.throttled(Throttling.of(QPS), nanos);
                pass(Duration.ofMillis(1_100));
                assertThat(cards.tryPass()).isTrue();
            }
            assertThat(cards.shown()).isEqualTo("7 calls in 1 s");
            List<String> rates = new ArrayList<>();
            for (int growth = 0; growth < 5; growth++) {
                pass(Duration.ofSeconds(31));
                assertThat(cards.tryPass()).isTrue();
                rates.add(cards.shown());
            }
            assertThat(rates).containsExactly("8 calls in 1 s", "10 calls in 1 s", "12 calls in 1 s", "open", "open");
            pass(Duration.ofSeconds(1));
            assertThat(permitsAtOnce(cards)).isEqualTo(2);
            pass(Duration.ofMillis(500));
            assertThat(permitsAtOnce(cards)).isEqualTo(2);
            pass(Duration.ofMillis(72));
            assertThat(permitsAtOnce(cards)).isEqualTo(1);
        }

        @Test
        void isHeldToTheLimitAgainWhenItWasNotNeeded() {
            cards.throttled(Throttling.of(QPS), nanos);
            pass(Duration.ofSeconds(62));

            assertThat(permitsAtOnce(cards)).isEqualTo(2);
            assertThat(cards.isOpen()).isTrue();
            pass(Duration.ofHours(1));
            assertThat(permitsAtOnce(cards)).as("also after an hour").isEqualTo(2);
        }
    }
}
