package io.github.dingtalkcamel.outbound;

/** DingTalk is busy, answers 5xx, or can't be reached: nothing was done. */
public class UnavailableException extends RetryableException {

    /** Code of a connection that was lost before an answer: the call may have been done. */
    public static final String CONNECTION_LOST = "connectionLost";

    public UnavailableException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, cause);
    }
}
