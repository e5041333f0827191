package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.DingTalkException.Outcome;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an exception of the component says for each kind of failure: DingTalk's code, the outcome of the call, and a remedy. */
class ErrorsTest {

    private static final String SEND = "dingtalk:send?recipientId=staff001";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private FaultInjector.Plan robot() {
        return bare.simulator().faults().on(ApiFamily.ROBOT).untilCleared();
    }

    private DingTalkException failure(String uri) {
        Exception failure = bare.send(uri, "hello").getException();
        assertThat(failure).isInstanceOf(DingTalkException.class);
        assertThat(((DingTalkException) failure).remedy()).isNotBlank();
        return (DingTalkException) failure;
    }

    private void fails(String uri, Class<?> type, Outcome outcome, String code) {
        DingTalkException failure = failure(uri);
        assertThat(failure).isInstanceOf(type);
        assertThat(failure.outcome()).isEqualTo(outcome);
        assertThat(failure.code()).isEqualTo(code);
    }

    @Test
    void throttledIsSurelyNotDone() {
        robot().throttle();
        fails(SEND, ThrottledException.class, Outcome.NOT_DONE, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi");
    }

    @Test
    void aMissingPermissionIsSurelyNotPossibleAndNamesTheScope() {
        robot().noPermission();
        fails(SEND, RejectedException.class, Outcome.NOT_POSSIBLE, "Forbidden.AccessDenied.AccessTokenPermissionDenied");
        assertThat(failure(SEND).remedy()).contains("qyapi_robot_sendmsg");
    }

    @Test
    void aServersErrorIsSurelyNotDone() {
        robot().fail(502);
        fails(SEND, UnavailableException.class, Outcome.NOT_DONE, "http502");
    }

    @Test
    void aConnectionThatEndsBeforeAnAnswerIsUnknown() {
        robot().dropBefore();
        fails(SEND, UnavailableException.class, Outcome.UNKNOWN, UnavailableException.CONNECTION_LOST);
    }

    @Test
    void noAnswerInTimeIsUnknown() {
        robot().neverAnswer();
        fails(SEND + "&timeout=300", OutcomeUnknownException.class, Outcome.UNKNOWN, "timeout");
    }

    @Test
    void anAnswerThatTricklesIsEndedByTheDeadline() {
        robot().trickle(Duration.ofMillis(100));
        long begin = System.nanoTime();
        fails(SEND + "&timeout=400", OutcomeUnknownException.class, Outcome.UNKNOWN, "timeout");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void anAnswerThatIsTooLargeIsUnknownAndNotRead() {
        robot().answer(200, "{\"x\":\"" + "x".repeat(2 << 20) + "\"}");
        fails(SEND, OutcomeUnknownException.class, Outcome.UNKNOWN, "lost");
    }

    @Test
    void anAnswerThatIsNotJsonIsUnknown() {
        robot().answer(200, "ok");
        fails(SEND, OutcomeUnknownException.class, Outcome.UNKNOWN, "unreadable");
    }

    @Test
    void aRedirectIsNotFollowed() {
        robot().answer(302, "");
        fails(SEND, RejectedException.class, Outcome.NOT_POSSIBLE, "http302");
    }

    @Test
    void aHostThatIsNotThereIsSurelyNotDoneAndNamesTheOption() {
        DingTalkException failure = failure(SEND + "&apiBaseUrl=http://127.0.0.1:9");
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE);
        assertThat(failure.code()).isEqualTo("unreachable");
        assertThat(failure.remedy()).contains("option apiBaseUrl");
    }

    @Test
    void noErrorHoldsATokenOrASecret() {
        robot().answer(400, "{\"code\":\"x\",\"message\":\"your secret is " + BareContext.APP_SECRET + "\"}");
        DingTalkException failure = failure(SEND);
        assertThat(failure.toString() + failure.remedy()).doesNotContain(BareContext.APP_SECRET);
    }
}
