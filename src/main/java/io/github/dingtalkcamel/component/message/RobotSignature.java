package io.github.dingtalkcamel.component.message;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The proof that a plain robot message comes from DingTalk: the headers {@code timestamp} and {@code sign} (docs/protocol.md 4,
 * docs/promises.md 4).
 *
 * <p>It proves that the sender knows the app secret and made the headers within the last hour. It does not cover the body: a client that
 * sees one pair of headers can send other bodies with it for an hour, hence HTTPS. Safe for use by many threads.
 */
public final class RobotSignature {

    /** How old a timestamp may be; exactly this old is still accepted. */
    public static final Duration MAX_AGE = Duration.ofHours(1);
    /** How far a timestamp may be ahead of this machine's clock, which may be slow; exactly this far is still accepted. */
    public static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    private static final String ALGORITHM = "HmacSHA256";
    /** 15 digits of milliseconds last until the year 33658; longer ones are not worth hashing. */
    private static final int MAX_TIMESTAMP_DIGITS = 15;
    private static final int MAX_SIGN_LENGTH = 128;

    private final String appSecret;
    private final SecretKeySpec key;
    private final InstantSource clock;

    /** @throws IllegalArgumentException where the secret is empty, since no message could be proved with it */
    public RobotSignature(String appSecret, InstantSource clock) {
        if (appSecret == null || appSecret.isEmpty()) {
            throw new IllegalArgumentException("the app secret is missing; without it no robot message can be proved");
        }
        this.appSecret = appSecret;
        this.key = new SecretKeySpec(appSecret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
        this.clock = clock;
    }

    /**
     * Whether both headers are there, belong together and are fresh. Anything else, null and garbage included, is simply no proof.
     *
     * @param timestamp milliseconds since 1970, as the header spells them
     * @param sign      the Base64 text of the header {@code sign}, not URL-encoded
     */
    public boolean proves(String timestamp, String sign) {
        try {
            check(timestamp, sign);
            return true;
        } catch (ProofException e) {
            return false;
        }
    }

    /**
     * The same for a caller who wants to know what is wrong. The signature is looked at before the age: that a clock is off is only said of
     * a timestamp that was signed.
     *
     * @throws ProofException where they prove nothing
     */
    public void check(String timestamp, String sign) throws ProofException {
        if (sign == null || sign.length() > MAX_SIGN_LENGTH || !isTimestamp(timestamp)) {
            throw new ProofException(ProofException.Reason.HEADERS);
        }
        if (!MessageDigest.isEqual(expected(timestamp).getBytes(StandardCharsets.US_ASCII), sign.getBytes(StandardCharsets.UTF_8))) {
            throw new ProofException(ProofException.Reason.APP_SECRET);
        }
        long age = clock.millis() - Long.parseLong(timestamp);
        if (age > MAX_AGE.toMillis() || -age > MAX_AHEAD.toMillis()) {
            throw ProofException.ofClock(age);
        }
    }

    private static boolean isTimestamp(String timestamp) {
        return timestamp != null && !timestamp.isEmpty() && timestamp.length() <= MAX_TIMESTAMP_DIGITS
               && timestamp.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private String expected(String timestamp) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Base64.getEncoder().encodeToString(mac.doFinal((timestamp + "\n" + appSecret).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }
}
