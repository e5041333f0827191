package io.github.dingtalkcamel.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for DingTalk, in time that only passes when it is told to. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RetryQueueTest {

    private static final ApiRequest SESSION = new ApiRequest(ApiRequest.SESSION_WEBHOOK, "main",
            URI.create("https://oapi.example/robot/sendBySession?session=s"), Secret.UNSET, "");
    private static final ApiRequest SEND = new ApiRequest("/v1.0/robot/groupMessages/send", "main",
            URI.create("https://oapi.example/v1.0/robot/groupMessages/send"), Secret.UNSET, "");

    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final SuppliedClock clock = new SuppliedClock(() -> now);
    private final DingTalkCallLimiter callLimiter = new DingTalkCallLimiter(Duration.ofSeconds(1), clock,
            () -> now.toEpochMilli() * 1_000_000);
    private final CamelContext context = new DefaultCamelContext();
    private final RetryQueue line = new RetryQueue(context, callLimiter, Duration.ofSeconds(1), clock);
    private final WaitingCallLimiter limiter = new WaitingCallLimiter(callLimiter, line, clock);
    private final List<String> permitted = new CopyOnWriteArrayList<>();

    /** It would wait twice else, and use up two permits. */
    @Test
    void aCallThatWasNotPermittedWaitsOnceForItsPermit() {
        Instant later = now.plusSeconds(60);

        assertThat(limiter.retry(SEND, callLimiter.notNow(DingTalkCallLimiter.line(SEND)), 0, later)).isCompletedWithValue(true);
        assertThat(limiter.retry(SEND, callLimiter.notNow("oapi.example main " + ApiRequest.ACCESS_TOKEN), 0, later))
                .as("another call's permit").isNotDone();
        assertThat(limiter.retry(SEND, callLimiter.notNow(DingTalkCallLimiter.line(SEND)), 0, now)).as("its time is over")
                .isCompletedWithValue(false);
    }

    private void pass(Duration time) {
        now = now.plus(time);
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
    void triesAnUnavailableHostWithOneCallAtATimeThenPermitsAllInOrder() {
        hostGoesAway();
        List<CompletableFuture<Permit>> all = List.of(waits(SESSION, "first"), waits(SESSION, "second"), waits(SESSION, "third"),
                waits(SEND, "another API"));
        line.tick();
        assertThat(permitted).isEmpty();

        pass(Duration.ofMillis(1_100));
        awaitPermitted(1);
        line.tick();
        assertThat(permitted).containsExactly("first");
        all.get(0).join().failed(gone());
        assertThat(callLimiter.isAway()).isTrue();

        pass(Duration.ofMillis(1_100));
        line.tick();
        assertThat(permitted).as("the second pause is longer").hasSize(1);
        pass(Duration.ofSeconds(1));
        awaitPermitted(2);
        assertThat(permitted.get(1)).as("what waits for something else on that host has its turn").isEqualTo("another API");
        all.get(3).join().answered();

        awaitPermitted(4);
        assertThat(permitted).containsExactlyInAnyOrder("first", "second", "third", "another API");
        assertThat(callLimiter.isAway()).isFalse();
        assertThat(line.size()).isZero();
    }

    @Test
    void aCallThatCanWaitIsPutBehindThoseThatWaitForTheSame() {
        WaitingCallLimiter withoutTicks = new WaitingCallLimiter(callLimiter,
                new RetryQueue(context, callLimiter, Duration.ofSeconds(1), clock), clock);
        callLimiter.queueing("oapi.example", true);

        assertThat(withoutTicks.acquirePermission(SESSION, inFiveMinutes())).isNotDone();
        assertThat(withoutTicks.acquirePermission(SESSION, null)).as("one that can't wait").isCompleted();
    }

    @Test
    void aPermitThatIsNotUsedIsGivenToTheNextCall() {
        hostGoesAway();
        CompletableFuture<Permit> first = waits(SESSION, "first");
        pass(Duration.ofMillis(1_100));
        awaitPermitted(1);
        assertThat(callLimiter.tryPass("oapi.example")).isNull();

        first.join().notUsed();
        assertThat(callLimiter.tryPass("oapi.example")).isNotNull();
    }

    @Test
    void callsOfTheComponentWaitForTheirPermitsInOrderOfArrival() {
        Instant patient = clock.instant().plus(Duration.ofMinutes(5));
        hostGoesAway();

        CompletableFuture<Permit> first = waits(SESSION, "first");
        CompletableFuture<Permit> second = waits(SESSION, "second");
        assertThat(limiter.acquirePermission(SESSION, null)).as("a caller that can't wait").isCompletedExceptionally();
        assertThat(line.size()).isEqualTo(2);

        pass(Duration.ofMillis(1_100));
        first.join().answered();
        second.join().answered();
        assertThat(permitted).containsExactly("first", "second");
        // waits for the tick that permitted the second: at its end the line is empty
        assertThat(line.size()).isZero();
        assertThat(limiter.acquirePermission(SESSION, patient)).isCompleted();
    }

    @Test
    void aCallOfTheComponentIsRefusedWhenItsTimeEnds() {
        hostGoesAway();
        CompletableFuture<Permit> tries = limiter.acquirePermission(SESSION, clock.instant().plus(Duration.ofMinutes(5)));
        CompletableFuture<Permit> late = limiter.acquirePermission(SESSION, clock.instant().plus(Duration.ofSeconds(10)));

        pass(Duration.ofSeconds(11));

        assertThat(tries.join()).isNotNull();
        assertThatThrownBy(late::join).hasCauseInstanceOf(CallNotPermittedException.class)
                .hasMessageContaining("oapi.example is unavailable since").hasMessageNotContaining("session=");
        assertThat(limiter.acquirePermission(SESSION, clock.instant())).as("no time at all").isCompletedExceptionally();
    }

    @Test
    void aFailedCallIsRepeatedEightTimesWithGrowingPausesAndNotAfterItsTime() {
        Instant until = clock.instant().plus(Duration.ofMinutes(5));

        CompletableFuture<Boolean> third = limiter.retry(SEND, gone(), 3, until);
        pass(Duration.ofMillis(3_100));
        line.tick();
        assertThat(third).as("4 s, a fifth more or less").isNotDone();
        pass(Duration.ofMillis(1_800));
        assertThat(third.join()).isTrue();

        assertThat(limiter.retry(SEND, gone(), 9, until).join()).isFalse();
        assertThat(limiter.retry(SEND, gone(), 1, clock.instant()).join()).isFalse();
        assertThat(limiter.retry(SEND, new ThrottledException("Forbidden.AccessDenied.QpsLimitForApi", "too fast", "wait", null), 9, until))
                .as("throttling is waited out").isNotDone();
    }

    @Test
    void callsThatWaitEndWhenTheProcessStops() {
        hostGoesAway();
        CompletableFuture<Permit> waits = limiter.acquirePermission(SESSION, clock.instant().plus(Duration.ofMinutes(5)));
        line.close();
        assertThatThrownBy(waits::join).hasCauseInstanceOf(StoppingException.class);
        assertThatThrownBy(limiter.acquirePermission(SESSION, inFiveMinutes())::join).as("one that comes after it")
                .hasCauseInstanceOf(StoppingException.class);
    }

    @Test
    void aLineIsWaitedInUntilTheLastOfItsCallsContinues() {
        hostGoesAway();
        CompletableFuture<Permit> first = waits(SESSION, "first");
        assertThat(callLimiter.isQueueing("oapi.example")).isTrue();
        assertThat(callLimiter.isQueueing(DingTalkCallLimiter.line(SEND))).isFalse();

        pass(Duration.ofMillis(1_100));
        first.join().answered();
        Awaitility.await().until(() -> !callLimiter.isQueueing("oapi.example"));
        assertThat(line.size()).isZero();
    }

    /** Such as the access token's: the call itself gets its own permit later. */
    @Test
    void aCallThatWaitsForAnothersPermitGivesItBackAndIsNotRepeatedWithoutOne() {
        hostGoesAway();
        CompletableFuture<Boolean> again = limiter.retry(SEND, callLimiter.notNow("oapi.example"), 1, inFiveMinutes());
        CompletableFuture<Boolean> late = limiter.retry(SEND, callLimiter.notNow("oapi.example"), 1, now.plusMillis(500));
        pass(Duration.ofMillis(600));
        assertThat(late.join()).as("its time ended before there was a permit").isFalse();
        assertThat(again).as("the host is still unavailable").isNotDone();

        pass(Duration.ofMillis(500));
        assertThat(again.join()).isTrue();
        assertThat(callLimiter.tryPass("oapi.example")).as("it was given back").isNotNull();
    }

    @Test
    void anUnavailableHostIsWaitedOutAndAnotherFailureIsNotRepeatedForEver() {
        assertThat(limiter.retry(SEND, gone(), 8, inFiveMinutes())).isNotDone();
        assertThat(limiter.retry(SEND, gone(), 9, inFiveMinutes())).isCompletedWithValue(false);
        hostGoesAway();
        assertThat(limiter.retry(SEND, gone(), 9, inFiveMinutes())).as("while the host is away").isNotDone();
    }

    @Test
    void aPauseEndsWithTheTimeOfItsCallerAndOnlyOnce() {
        CompletableFuture<Boolean> soon = limiter.retry(SEND, gone(), 7, now.plusSeconds(2));
        CompletableFuture<Boolean> later = limiter.retry(SEND, gone(), 7, inFiveMinutes());
        pass(Duration.ofSeconds(2));

        assertThat(soon.join()).isTrue();
        assertThat(later).isNotDone();
        assertThat(line.size()).isEqualTo(1);
        line.close();
        assertThat(line.size()).isZero();
    }

    private void hostGoesAway() {
        for (int call = 0; call < 8; call++) {
            callLimiter.acquirePermission(SESSION, null).join().failed(gone());
        }
        assertThat(callLimiter.isAway()).isTrue();
    }

    private static UnavailableException gone() {
        return new UnavailableException("unreachable", "session webhook: ConnectException", "Check the network", null);
    }

    private Instant inFiveMinutes() {
        return clock.instant().plus(Duration.ofMinutes(5));
    }

    private CompletableFuture<Permit> waits(ApiRequest request, String name) {
        // noted before the future completes, so that it is seen after a join
        return limiter.acquirePermission(request, inFiveMinutes()).thenApply(permit -> {
            permitted.add(name);
            return permit;
        });
    }

    private void awaitPermitted(int count) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5)).until(() -> permitted.size() >= count);
    }
}
