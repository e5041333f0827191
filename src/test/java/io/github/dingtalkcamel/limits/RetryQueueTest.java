package io.github.dingtalkcamel.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting for DingTalk, in time that only passes when it is told to. */
class RetryQueueTest {

    private static final ApiRequest SESSION = new ApiRequest(ApiRequest.SESSION_WEBHOOK, "main", URI.create("https://oapi.example/robot/sendBySession?session=s"),
            Secret.UNSET, "");
    private static final ApiRequest SEND = new ApiRequest("/v1.0/robot/groupMessages/send", "main", URI.create("https://oapi.example/v1.0/robot/groupMessages/send"),
            Secret.UNSET, "");

    private final Later clock = new Later();
    private final DingTalkCallLimiter gate = new DingTalkCallLimiter(Duration.ofSeconds(1), clock, () -> clock.now.toEpochMilli() * 1_000_000);
    private final CamelContext context = new DefaultCamelContext();
    private final RetryQueue line = new RetryQueue(context, gate, Duration.ofSeconds(1), clock);
    private final List<Exchange> wentOn = new CopyOnWriteArrayList<>();

    /** It would wait twice else, and use up two permits. */
    @Test
    void aCallThatWasNotPermittedWaitsOnceForItsPermit() {
        WaitingCallLimiter limiter = new WaitingCallLimiter(gate, line, clock);
        Instant later = clock.now.plusSeconds(60);

        assertThat(limiter.retry(SEND, gate.notNow(DingTalkCallLimiter.line(SEND)), 0, later)).isCompletedWithValue(true);
        assertThat(limiter.retry(SEND, gate.notNow("oapi.example main " + ApiRequest.ACCESS_TOKEN), 0, later)).as("another call's permit").isNotDone();
        assertThat(limiter.retry(SEND, gate.notNow(DingTalkCallLimiter.line(SEND)), 0, clock.now)).as("its time is over").isCompletedWithValue(false);
    }

    private static final class Later extends Clock {
        private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void start() {
        line.start();
    }

    @AfterEach
    void stop() {
        line.close();
        line.shutdown();
    }

    @Test
    void triesAnAbsentHostWithOneCallAtATimeThenLetsAllGoOnInOrder() throws Exception {
        hostGoesAway();
        List<Exchange> all = List.of(waits(SESSION), waits(SESSION), waits(SESSION), waits(SEND));
        line.tick();
        assertThat(wentOn).isEmpty();

        clock.pass(Duration.ofMillis(1_100));
        awaitWentOn(1);
        line.tick();
        assertThat(wentOn).containsExactly(all.get(0));
        gate.pass(all.get(0), SESSION);
        gate.learn(all.get(0), SESSION, gone());
        assertThat(gate.isAway()).isTrue();

        clock.pass(Duration.ofMillis(1_100));
        line.tick();
        assertThat(wentOn).as("the second pause is longer").hasSize(1);
        clock.pass(Duration.ofSeconds(1));
        awaitWentOn(2);
        assertThat(wentOn.get(1)).as("whoever waits for something else on that host has his turn").isSameAs(all.get(3));
        gate.pass(all.get(3), SEND);
        gate.learn(all.get(3), SEND, null);

        awaitWentOn(4);
        assertThat(wentOn).containsExactlyInAnyOrderElementsOf(all);
        assertThat(gate.isAway()).isFalse();
        assertThat(line.size()).isZero();
    }

    @Test
    void goesOnWithoutAPassWhenPatienceEnds() {
        hostGoesAway();
        Exchange one = waits(SESSION);
        // the one try that is due meanwhile goes to somebody else, who never comes back
        clock.pass(Duration.ofSeconds(2));
        Exchange first = wentOnFirst();
        assertThat(first).isSameAs(one);
        Exchange impatient = waits(SESSION);
        clock.pass(Duration.ofMinutes(10));
        awaitWentOn(2);
        assertThat(wentOn.get(1)).isSameAs(impatient);
        assertThatThrownBy(() -> gate.pass(impatient, SESSION)).isInstanceOf(CallNotPermittedException.class).hasMessageContaining("oapi.example is away since")
                .hasMessageNotContaining("session=");
    }

    @Test
    void standsBehindThoseWhoWaitForTheSame() {
        hostGoesAway();
        waits(SESSION);
        gate.queueing("oapi.example", true);
        Exchange patient = exchange();
        gate.learn(exchange(), SESSION, null);
        assertThatThrownBy(() -> gate.pass(patient, SESSION)).isInstanceOf(CallNotPermittedException.class);
    }

    @Test
    void endsEveryWaitWhenTheProcessStops() {
        hostGoesAway();
        Exchange before = waits(SESSION);
        line.close();
        awaitWentOn(1);
        assertThat(before.getException()).isInstanceOf(StoppingException.class);
        assertThat(line.process(before, done -> { })).isTrue();
        assertThat(before.getException()).isInstanceOf(StoppingException.class);
    }

    @Test
    void losesNoTryWhenWhoeverHasItNeedsItNoMore() {
        hostGoesAway();
        Exchange first = waits(SESSION);
        clock.pass(Duration.ofMillis(1_100));
        awaitWentOn(1);
        // it failed at something else, which others had begun, and waits again
        first.setProperty(Exchange.EXCEPTION_CAUGHT, gone());
        assertThat(gate.tryPass("oapi.example")).isNull();
        line.process(first, done -> { });
        assertThat(gate.tryPass("oapi.example")).isNotNull();
    }

    @Test
    void callsOfTheComponentWaitForTheirPermitsInOrderOfArrival() {
        WaitingCallLimiter limiter = new WaitingCallLimiter(gate, line, clock);
        Instant patient = clock.instant().plus(Duration.ofMinutes(5));
        List<String> permitted = new CopyOnWriteArrayList<>();
        hostGoesAway();

        CompletableFuture<Permit> first = limiter.acquirePermission(SESSION, patient);
        CompletableFuture<Permit> second = limiter.acquirePermission(SESSION, patient);
        first.thenRun(() -> permitted.add("first"));
        second.thenRun(() -> permitted.add("second"));
        assertThat(limiter.acquirePermission(SESSION, null)).as("a caller that can't wait").isCompletedExceptionally();
        assertThat(line.size()).isEqualTo(2);

        clock.pass(Duration.ofMillis(1_100));
        first.join().answered();
        second.join().answered();
        assertThat(permitted).containsExactly("first", "second");
        assertThat(limiter.acquirePermission(SESSION, patient)).isCompleted();
    }

    @Test
    void aCallOfTheComponentIsRefusedWhenItsTimeEnds() {
        WaitingCallLimiter limiter = new WaitingCallLimiter(gate, line, clock);
        hostGoesAway();
        CompletableFuture<Permit> tries = limiter.acquirePermission(SESSION, clock.instant().plus(Duration.ofMinutes(5)));
        CompletableFuture<Permit> late = limiter.acquirePermission(SESSION, clock.instant().plus(Duration.ofSeconds(10)));

        clock.pass(Duration.ofSeconds(11));

        assertThat(tries.join()).isNotNull();
        assertThatThrownBy(late::join).hasCauseInstanceOf(CallNotPermittedException.class).hasMessageContaining("is away since");
        assertThat(limiter.acquirePermission(SESSION, clock.instant())).as("no time at all").isCompletedExceptionally();
    }

    @Test
    void aFailedCallIsRepeatedEightTimesWithGrowingPausesAndNotAfterItsTime() {
        WaitingCallLimiter limiter = new WaitingCallLimiter(gate, line, clock);
        Instant until = clock.instant().plus(Duration.ofMinutes(5));

        CompletableFuture<Boolean> third = limiter.retry(SEND, gone(), 3, until);
        clock.pass(Duration.ofMillis(3_100));
        line.tick();
        assertThat(third).as("4 s, a fifth more or less").isNotDone();
        clock.pass(Duration.ofMillis(1_800));
        assertThat(third.join()).isTrue();

        assertThat(limiter.retry(SEND, gone(), 9, until).join()).isFalse();
        assertThat(limiter.retry(SEND, gone(), 1, clock.instant()).join()).isFalse();
        assertThat(limiter.retry(SEND, new ThrottledException("Forbidden.AccessDenied.QpsLimitForApi", "too fast", "wait", null), 9, until))
                .as("throttling is waited out").isNotDone();
    }

    @Test
    void callsThatWaitEndWhenTheProcessStops() {
        WaitingCallLimiter limiter = new WaitingCallLimiter(gate, line, clock);
        hostGoesAway();
        CompletableFuture<Permit> waits = limiter.acquirePermission(SESSION, clock.instant().plus(Duration.ofMinutes(5)));
        line.close();
        assertThatThrownBy(waits::join).hasCauseInstanceOf(StoppingException.class);
    }

    @Test
    void canBeWoken() {
        hostGoesAway();
        Exchange one = waits(SESSION);
        assertThat(line.wake(one)).isTrue();
        awaitWentOn(1);
        assertThat(line.wake(one)).isFalse();
    }

    private void hostGoesAway() {
        for (int call = 0; call < 8; call++) {
            gate.learn(exchange(), SESSION, gone());
        }
        assertThat(gate.isAway()).isTrue();
    }

    private static UnavailableException gone() {
        return new UnavailableException("unreachable", "session webhook: ConnectException", "Check the network", null);
    }

    private Exchange exchange() {
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty(DingTalkCallLimiter.PATIENCE, clock.instant().plus(Duration.ofMinutes(5)));
        return exchange;
    }

    private Exchange waits(ApiRequest request) {
        Exchange exchange = exchange();
        assertThatThrownBy(() -> gate.pass(exchange, request)).isInstanceOfSatisfying(CallNotPermittedException.class,
                refused -> exchange.setProperty(Exchange.EXCEPTION_CAUGHT, refused));
        line.process(exchange, done -> wentOn.add(exchange));
        return exchange;
    }

    private Exchange wentOnFirst() {
        awaitWentOn(1);
        return wentOn.get(0);
    }

    private void awaitWentOn(int count) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5)).until(() -> wentOn.size() >= count);
    }
}
