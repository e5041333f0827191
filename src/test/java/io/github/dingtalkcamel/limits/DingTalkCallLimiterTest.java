package io.github.dingtalkcamel.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which calls share a circuit and which a rate. */
class DingTalkCallLimiterTest {

    private static final String QPS = "Forbidden.AccessDenied.QpsLimitForApi";
    private static final String GROUP = "/v1.0/robot/groupMessages/send";

    private Instant now = Instant.parse("2026-11-28T09:00:00Z");
    private final DingTalkCallLimiter limiter = new DingTalkCallLimiter(Duration.ofSeconds(1), new SuppliedClock(() -> now), () -> now.toEpochMilli() * 1_000_000);

    private static ApiRequest call(String name, String integration) {
        return new ApiRequest(name, integration, URI.create("https://api.example/x"), Secret.UNSET, "");
    }

    private static final ApiRequest SEND = call(GROUP, "main");
    private static final ApiRequest SESSION = call(ApiRequest.SESSION_WEBHOOK, "main");

    private CompletableFuture<Permit> ask(ApiRequest call) {
        return limiter.acquirePermission(call, null);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private static DingTalkException throttled(String code) {
        return new ThrottledException(code, "too fast", "wait", null);
    }

    private static DingTalkException gone() {
        return new UnavailableException("unreachable", "no answer", "check the network", null);
    }

    @ParameterizedTest
    @CsvSource({"https://api.example/x,/v1.0/robot/x,api.example main /v1.0/robot/x",
            "http://api.example:0/x,/v1.0/robot/x,api.example:0 main /v1.0/robot/x",
            "http://127.0.0.1:8180/x,/v1.0/robot/x,127.0.0.1:8180 main /v1.0/robot/x",
            "https://api.example/x,/v1.0/card/instances/deliver,api.example main /v1.0/card",
            "https://api.example/x,/v1.0/cards,api.example main /v1.0/cards",
            "https://oapi.example/x,custom robot,oapi.example main custom robot", "https://oapi.example/x,session webhook,oapi.example"})
    void callsOfOneApiOfAnIntegrationShareALineAndSessionWebhooksThatOfTheHost(String uri, String name, String line) {
        assertThat(DingTalkCallLimiter.line(new ApiRequest(name, "main", URI.create(uri), Secret.UNSET, ""))).isEqualTo(line);
    }

    @Test
    void aThrottleAnswerClosesThatApiOfThatIntegrationOnly() {
        ask(SEND).join().failed(throttled(QPS));

        assertThatThrownBy(ask(SEND)::join).hasCauseExactlyInstanceOf(CallNotPermittedException.class)
                .cause().hasMessage("DingTalk takes no further call of main " + GROUP + " just now")
                .satisfies(e -> assertThat(((CallNotPermittedException) e).code()).isEqualTo("notNow"))
                .satisfies(e -> assertThat(((CallNotPermittedException) e).line()).isEqualTo("api.example main " + GROUP))
                .satisfies(e -> assertThat(((DingTalkException) e).remedy()).contains("raise the app's quota"));
        assertThat(limiter.throttled()).isEqualTo(Map.of("main " + GROUP, "closed for 1 s"));
        assertThat(ask(call("/v1.0/robot/oToMessages/batchSend", "main"))).isCompleted();
        assertThat(ask(call(GROUP, "sales"))).isCompleted();
        assertThat(limiter.isAway()).isFalse();

        pass(Duration.ofMillis(1_100));
        assertThat(ask(SEND)).isCompleted();
    }

    @Test
    void learnsFromWhatWasTaken() {
        for (int call = 0; call < 20; call++) {
            ask(SEND).join().answered();
        }
        ask(SEND).join().failed(throttled(QPS));
        pass(Duration.ofMillis(1_100));

        assertThat(limiter.throttled()).containsValue("9 calls in 1 s");
    }

    @Test
    void aRefusalForAnotherReasonThrottlesNothing() {
        for (int call = 0; call < 30; call++) {
            ask(SEND).join().failed(new DingTalkException("400", "wrong", "mend it", DingTalkException.Outcome.NOT_POSSIBLE, null) {
            });
        }
        assertThat(limiter.throttled()).isEmpty();
        assertThat(limiter.isAway()).isFalse();
    }

    @Test
    void sessionWebhooksHaveNoRate() {
        ask(SESSION).join().failed(throttled(QPS));

        assertThat(ask(SESSION)).isCompleted();
        assertThat(limiter.throttled()).isEmpty();
    }

    @Test
    void cardApisAreHeldToOneLimitTogetherFromTheBeginning() {
        assertThat(limiter.tryPass(DingTalkCallLimiter.line(call("/v1.0/card/instances", "main")))).isNotNull();
        assertThat(limiter.tryPass(DingTalkCallLimiter.line(call("/v1.0/card/streaming", "main")))).isNotNull();
        assertThat(limiter.tryPass(DingTalkCallLimiter.line(call("/v1.0/card/streaming", "main")))).isNull();
        assertThat(limiter.tryPass(DingTalkCallLimiter.line(call("/v1.0/card/streaming", "sales")))).isNotNull();
        assertThat(ask(call("/v1.0/card/streaming", "main"))).as("one that can't wait").isCompleted();
        assertThat(limiter.throttled()).as("not by DingTalk").isEmpty();
    }

    @Test
    void aHostIsUnavailableForAllItsApis() {
        for (int call = 0; call < 8; call++) {
            ask(SEND).join().failed(call % 2 == 0 ? gone()
                    : new OutcomeUnknownException("timeout", "no answer", "check the network", null));
        }
        assertThat(limiter.isAway()).isTrue();
        assertThatThrownBy(ask(SESSION)::join).cause().hasMessage("api.example is unavailable since 2026-11-28T09:00:00Z: no answer")
                .satisfies(e -> assertThat(((CallNotPermittedException) e).code()).isEqualTo("timeout"))
                .satisfies(e -> assertThat(((DingTalkException) e).remedy()).isEqualTo("check the network"));
        ApiRequest elsewhere = new ApiRequest(GROUP, "main", URI.create("https://b.example/x"), Secret.UNSET, "");
        assertThat(ask(elsewhere)).isCompleted();
        assertThat(limiter.hosts()).isEqualTo(Map.of("b.example", "", "api.example",
                "api.example is unavailable since 2026-11-28T09:00:00Z: no answer. check the network"));
    }

    @Test
    void aHostThatBlocksThisMachineIsUnavailableAndOneThatThrottlesIsNot() {
        ApiRequest robot = call("custom robot", "main");
        for (int call = 0; call < 8; call++) {
            ask(SESSION).join().failed(throttled("send.too.fast"));
        }
        assertThat(limiter.isAway()).isFalse();
        for (int call = 0; call < 8; call++) {
            ask(robot).join().failed(throttled(ThrottledException.BLOCKED));
        }
        assertThat(limiter.isAway()).isTrue();
        assertThat(limiter.throttled()).isEmpty();
    }

    /** Else the host would stay unavailable for as long as a call that tries may take. */
    @Test
    void aThrottledApiDoesNotUseUpThePermitToTryAHost() {
        ask(SEND).join().failed(throttled("Forbidden.AccessDenied.ApiCountLimitForOrg"));
        for (int call = 0; call < 8; call++) {
            ask(SESSION).join().failed(gone());
        }
        pass(Duration.ofSeconds(2));

        assertThat(ask(SEND)).isCompletedExceptionally();
        assertThat(ask(SESSION)).isCompletedWithValueMatching(permit -> permit != null);
    }
}
