package io.github.dingtalkcamel.simulator.api;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The HMAC that proves a robot callback (docs/protocol.md 4) and a signed custom robot's request (docs/protocol.md 6.2). */
public final class SimulatedRobotSignature {

    private SimulatedRobotSignature() {
    }

    /** Base64 of HMAC-SHA256 over {@code timestamp \n secret}, keyed with the secret; not URL-encoded. */
    public static String of(String timestamp, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal((timestamp + "\n" + secret).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks HmacSHA256", e);
        }
    }
}
