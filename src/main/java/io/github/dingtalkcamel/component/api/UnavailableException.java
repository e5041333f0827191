package io.github.dingtalkcamel.component.api;

/**
 * DingTalk is busy, answers 5xx, or can't be reached. {@link #outcome()} is unknown where the connection was lost after the call was sent.
 */
public class UnavailableException extends RetryableException {

    /** Code of a connection that was lost before an answer: the call may have been done. */
    public static final String CONNECTION_LOST = "connectionLost";

    public UnavailableException(String code, String message, String remedy, Throwable cause) {
        this(code, message, remedy, code.equals(CONNECTION_LOST) ? Outcome.UNKNOWN : Outcome.NOT_DONE, cause);
    }

    UnavailableException(String code, String message, String remedy, Outcome outcome, Throwable cause) {
        super(code, message, remedy, outcome, cause);
    }
}
