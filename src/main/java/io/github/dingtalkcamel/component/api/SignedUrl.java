package io.github.dingtalkcamel.component.api;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;

/** The signature that a custom robot with a secret asks for in its URL (docs/protocol.md 6.2). Good for an hour. */
public final class SignedUrl {

    private static final String ALGORITHM = "HmacSHA256";

    private SignedUrl() {
    }

    /** The robot's URL with the time in epoch milliseconds and what proves that the sender knows the secret. */
    public static URI of(URI robot, long millis, Secret secret) {
        String sign = sign(millis, secret);
        KnownSecrets.passing(sign);
        return URI.create(robot + "&timestamp=" + millis + "&sign=" + URLEncoder.encode(sign, StandardCharsets.UTF_8));
    }

    private static String sign(long millis, Secret secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return Base64.getEncoder().encodeToString(mac.doFinal((millis + "\n" + secret.reveal()).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }
}
