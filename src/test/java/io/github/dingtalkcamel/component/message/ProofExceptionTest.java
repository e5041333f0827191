package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dingtalkcamel.component.message.ProofException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProofExceptionTest {

    @ParameterizedTest
    @CsvSource({"3600001,60 min before", "3659999,60 min before", "-300001,5 min ahead of", "-59999,0 min ahead of",
            "172799999,2879 min before", "172800000,2 days before", "-259200000,3 days ahead of"})
    void saysHowFarAndInWhichDirectionATimestampIsOff(long ageMillis, String off) {
        assertThat(ProofException.ofClock(ageMillis)).hasMessageStartingWith("the proof is wrong: the message is stamped " + off
                + " this machine's clock: ").hasMessageContaining("check this machine's clock");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void tellsTheCallerTheSameForEachReason(Reason reason) {
        ProofException wrong = new ProofException(reason);

        assertThat(wrong.httpStatus()).isEqualTo(401);
        assertThat(wrong.errorCode()).isEqualTo("wrong_proof");
        assertThat(wrong.errorMessage()).startsWith("The proof is missing or wrong.").isEqualTo(ProofException.ofClock(1).errorMessage());
        assertThat(wrong.reason()).isEqualTo(reason);
    }

    @Test
    void namesTheSettingsOfTheIntegration() {
        ProofException wrong = new ProofException(Reason.APP_SECRET);

        assertThat(wrong.of("main")).hasMessageContaining("check dingtalk.app-secret ");
        assertThat(wrong.of("sales")).hasMessageContaining("check dingtalk.integrations.sales.app-secret ")
                .satisfies(named -> assertThat(((ProofException) named).reason()).isEqualTo(Reason.APP_SECRET));
    }
}
