package io.github.dingtalkcamel.settings;
import java.security.SecureRandom;
import java.util.Base64;

import io.github.dingtalkcamel.component.secrets.Secret;

/** Credentials of an app that exists only in the simulator, new at each start. */
final class InventedCredentials {

    static final String APP_KEY = "dingsimulator0000001";

    private static final String LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final SecureRandom random = new SecureRandom();

    Secret appSecret() {
        return lettersAndDigits(64);
    }

    Secret callbackToken() {
        return lettersAndDigits(32);
    }

    /**
     * 43 letters and digits that are the exact Base64 form of 32 bytes: some decoders refuse a last character with stray bits
     * (docs/protocol.md 5.3).
     */
    Secret callbackAesKey() {
        byte[] key = new byte[32];
        String encoded;
        do {
            random.nextBytes(key);
            encoded = Base64.getEncoder().withoutPadding().encodeToString(key);
        } while (encoded.indexOf('+') >= 0 || encoded.indexOf('/') >= 0); // one in four has neither
        return Secret.of(encoded);
    }

    private Secret lettersAndDigits(int length) {
        StringBuilder text = new StringBuilder(length);
        random.ints(length, 0, LETTERS_AND_DIGITS.length()).forEach(index -> text.append(LETTERS_AND_DIGITS.charAt(index)));
        return Secret.of(text.toString());
    }
}
