package io.github.dingtalkcamel.inbound;

/**
 * An encrypted callback that does not prove itself (contract 4: status 401).
 *
 * <p>The message is the same whatever was wrong, so that a caller learns nothing about the secrets; {@link #reason()} is for the
 * debug log only and must not reach the caller.
 */
public final class ProofException extends Exception {

    /** What was found wrong first. */
    public enum Reason {
        /** A query parameter or the ciphertext is missing or too long to be one. */
        MISSING,
        /** The signature is not that of token, timestamp, nonce and ciphertext. */
        SIGNATURE,
        /** Not Base64, or not whole AES blocks. */
        CIPHERTEXT,
        /** The padding is not that of protocol 5.3: most likely another AES key. */
        PADDING,
        /** The length field does not fit what was decrypted. */
        LENGTH,
        /** Encrypted for another owner key. */
        OWNER,
        /** The decrypted text is not UTF-8. */
        TEXT
    }

    private final Reason reason;

    ProofException(Reason reason) {
        // no stack trace: anyone may send a wrong proof, as often as they like
        super("the callback's proof is wrong: check token, AES key and owner key on both sides", null, false, false);
        this.reason = reason;
    }

    /** For the debug log, never for the caller. */
    public Reason reason() {
        return reason;
    }
}
