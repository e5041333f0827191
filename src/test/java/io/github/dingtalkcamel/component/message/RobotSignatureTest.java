package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RobotSignatureTest {

    private static final String SECRET = "this is a secret";
    private static final long TIMESTAMP = 1577262236757L;
    private static final String SIGN = "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=";
    private static final long HOUR = 3_600_000;
    private static final long FIVE_MINUTES = 300_000;

    private static RobotSignature at(long millis) {
        return new RobotSignature(SECRET, () -> Instant.ofEpochMilli(millis));
    }

    private static boolean proves(String timestamp, String sign) {
        return at(TIMESTAMP).proves(timestamp, sign);
    }

    @Test
    void provesTheVectorOfTheProtocol() {
        assertThat(proves("1577262236757", SIGN)).isTrue();
    }

    @Test
    void acceptsATimestampThatIsAnHourOldOrFiveMinutesAheadAndNoMore() {
        assertThat(at(TIMESTAMP + HOUR).proves("1577262236757", SIGN)).isTrue();
        assertThat(at(TIMESTAMP - FIVE_MINUTES).proves("1577262236757", SIGN)).isTrue();
        assertThat(at(TIMESTAMP + HOUR + 1).proves("1577262236757", SIGN)).isFalse();
        assertThat(at(TIMESTAMP - FIVE_MINUTES - 1).proves("1577262236757", SIGN)).isFalse();
    }

    @Test
    void refusesAnotherSecret() {
        assertThat(new RobotSignature("this is another", () -> Instant.ofEpochMilli(TIMESTAMP)).proves("1577262236757", SIGN)).isFalse();
    }

    @Test
    void refusesATimestampThatWasNotTheOneSigned() {
        assertThat(proves("1577262236758", SIGN)).isFalse();
        assertThat(proves("01577262236757", SIGN)).isFalse();
    }

    @Test
    void takesNothingMissingOrOddForAProof() {
        assertThat(proves(null, SIGN)).isFalse();
        assertThat(proves("1577262236757", null)).isFalse();
        assertThat(proves("", "")).isFalse();
        assertThat(proves("+1577262236757", SIGN)).isFalse();
        assertThat(proves("-1", SIGN)).isFalse();
        assertThat(proves("99999999999999999999999", SIGN)).isFalse();
        assertThat(proves("٠١٢٣", SIGN)).isFalse();
        assertThat(proves("1577262236757", "x".repeat(1_000_000))).isFalse();
        assertThat(proves("1577262236757", "签".repeat(44))).isFalse();
        assertThat(proves("1577262236757", SIGN + "=")).isFalse();
    }

    @Property(tries = 300)
    void anyChangeOfTheSignatureIsRefused(@ForAll @IntRange(max = 43) int at, @ForAll char other) {
        StringBuilder sign = new StringBuilder(SIGN);
        sign.setCharAt(at, other);
        assertThat(proves("1577262236757", sign.toString())).isEqualTo(other == SIGN.charAt(at));
    }

    @Property(tries = 300)
    void garbageIsNoProofAndNoError(@ForAll String timestamp, @ForAll String sign) {
        assertThat(proves(timestamp, sign)).isFalse();
    }

    @Test
    void refusesToWorkWithoutASecret() {
        assertThatThrownBy(() -> new RobotSignature("", Instant::now)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RobotSignature(null, Instant::now)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ProofException.Reason reason(String timestamp, String sign) {
        return ((ProofException) catchThrowable(() -> at(TIMESTAMP).check(timestamp, sign))).reason();
    }

    private static String signed(String timestamp) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return Base64.getEncoder().encodeToString(mac.doFinal((timestamp + "\n" + SECRET).getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+1577262236757", "-1", "1577262236757 ", "1.5e12", "/", ":", "1234567890123456", "\u0661"})
    void whatIsNoTimestampIsNoneEvenIfItIsSigned(String timestamp) throws Exception {
        assertThat(reason(timestamp, signed(timestamp))).isEqualTo(ProofException.Reason.HEADERS);
    }

    @Test
    void tellsWhatIsWrong() throws Exception {
        assertThat(reason("123456789012345", SIGN)).as("15 digits").isEqualTo(ProofException.Reason.APP_SECRET);
        assertThat(reason("123456789012345", signed("123456789012345"))).isEqualTo(ProofException.Reason.CLOCK);
        assertThat(reason("0", signed("0"))).isEqualTo(ProofException.Reason.CLOCK);
        assertThat(reason("1577262236757", "x".repeat(128))).isEqualTo(ProofException.Reason.APP_SECRET);
        assertThat(reason("1577262236757", "x".repeat(129))).isEqualTo(ProofException.Reason.HEADERS);
        assertThat(reason("1577262236757", null)).isEqualTo(ProofException.Reason.HEADERS);
        assertThat(reason(null, SIGN)).isEqualTo(ProofException.Reason.HEADERS);
    }
}
