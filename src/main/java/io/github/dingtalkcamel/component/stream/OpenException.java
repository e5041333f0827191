package io.github.dingtalkcamel.component.stream;

/** A connection could not be opened. The message says why and never holds a ticket or a secret; the remedy says what to do. */
final class OpenException extends Exception {

    private final boolean credentials;
    private final String remedy;

    private OpenException(String message, boolean credentials, String remedy) {
        super(message, null, false, false);
        this.credentials = credentials;
        this.remedy = remedy;
    }

    static OpenException of(String message, String remedy) {
        return new OpenException(message, false, remedy);
    }

    /** The gateway does not know this app key with this secret (docs/protocol.md 2.1). */
    static OpenException wrongCredentials(String message, String remedy) {
        return new OpenException(message, true, remedy);
    }

    /** Only a change of settings will help: to try often is of no use. */
    boolean isCredentials() {
        return credentials;
    }

    String remedy() {
        return remedy;
    }
}
