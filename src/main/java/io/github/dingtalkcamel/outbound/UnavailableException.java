package io.github.dingtalkcamel.outbound;

/** DingTalk is busy, answers 5xx, or can't be reached: nothing was done. */
public class UnavailableException extends RetryableException {

    public UnavailableException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, cause);
    }
}
