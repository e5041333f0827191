package io.github.dingtalkcamel.component.message;

import io.github.dingtalkcamel.component.http.HttpError;

/**
 * A callback that does not prove itself (status 401).
 * <p>
 * The message says which proof failed and what to do about it. It is for the operator's log: the caller gets the same answer for each
 * failure, so that unauthenticated clients learn nothing about the secrets.
 */
public final class ProofException extends Exception implements HttpError {

    private static final String SETTINGS = "dingtalk.";
    private static final String ANSWER = "The proof is missing or wrong. A robot message needs the headers timestamp (1 h old at most, 5"
            + " min ahead at most) and sign,"
            + " made with the app's secret; an encrypted callback needs signature, timestamp and nonce in the query, and this"
            + " integration's token, AES key"
            + " and owner key";

    /** What was found wrong first. */
    public enum Reason {
        /** A robot message came without its two headers, with one of them twice, or with values that can't be what they should. */
        HEADERS("the headers timestamp (milliseconds) and sign are missing, malformed or there twice: this is no robot message of"
                + " DingTalk's,"
                + " or a proxy on the way drops or changes them"),
        /** A robot message was signed with the right secret, and its timestamp is too far from this machine's clock. */
        CLOCK("the signature is right, and the timestamp is not: check this machine's clock, or what delayed the message in transit"),
        /** A robot message was signed with another secret. */
        APP_SECRET("the header sign was not made with this app's secret: check dingtalk.app-secret against the app's page in DingTalk's"
                + " console"),
        /** An encrypted callback came, and its secrets are not in the settings. */
        NOT_SET("encrypted callbacks need dingtalk.callback-token and dingtalk.callback-aes-key, which are not set"),
        /** A query parameter or the ciphertext is missing or too long to be one. */
        MISSING("the query has no signature (or msg_signature), timestamp and nonce of an encrypted callback: a proxy on the way may drop"
                + " them"),
        /** The signature is not that of token, timestamp, nonce and ciphertext. */
        SIGNATURE("the signature in the query was not made with this token: check dingtalk.callback-token against the event subscription"
                + " in DingTalk's console"),
        /** Not Base64, or not whole AES blocks. */
        CIPHERTEXT("the token is right, but what it signs is not AES in Base64: this is no callback of DingTalk's"),
        /** The padding is not that of DingTalk: most likely another AES key. */
        PADDING("the token is right, but the body can't be decrypted: check dingtalk.callback-aes-key against the event subscription in"
                + " DingTalk's console"),
        /** The length field does not fit what was decrypted. */
        LENGTH("the token is right, but what was decrypted makes no sense: check dingtalk.callback-aes-key against the event subscription"
                + " in DingTalk's console"),
        /** Encrypted for another owner key. */
        OWNER("token and AES key are right, but it was encrypted for another owner: check dingtalk.callback-owner-key, which is the app"
                + " key for subscriptions"
              + " made in the console and the corpId for those registered by API"),
        /** The decrypted text is not UTF-8. */
        TEXT("token, AES key and owner key are right, but the decrypted text is not UTF-8: this is no callback of DingTalk's");

        private final String remedy;

        Reason(String remedy) {
            this.remedy = remedy;
        }
    }

    private final Reason reason;

    public ProofException(Reason reason) {
        this(reason, "the proof is wrong: " + reason.remedy);
    }

    private ProofException(Reason reason, String message) {
        // no stack trace: any client may send a wrong proof, at any rate
        super(message, null, false, false);
        this.reason = reason;
    }

    /** A timestamp that is so far off, negative for one ahead of the clock. */
    static ProofException ofClock(long ageMillis) {
        long minutes = Math.abs(ageMillis) / 60_000;
        String off = minutes < 60 * 48 ? minutes + " min" : minutes / 60 / 24 + " days";
        return new ProofException(Reason.CLOCK, "the proof is wrong: the message is stamped " + off
                + (ageMillis < 0 ? " ahead of" : " before")
                + " this machine's clock: " + Reason.CLOCK.remedy);
    }

    /** The same with the settings named as those of an integration. */
    public ProofException of(String integration) {
        return integration.equals("main") ? this
                : new ProofException(reason, getMessage().replace(SETTINGS, SETTINGS + "integrations." + integration + "."));
    }

    @Override
    public int httpStatus() {
        return 401;
    }

    @Override
    public String errorCode() {
        return "wrong_proof";
    }

    /** The same for every reason: which of two secrets was wrong is not said. */
    @Override
    public String errorMessage() {
        return ANSWER;
    }

    /** For the log, never for the caller. */
    public Reason reason() {
        return reason;
    }
}
