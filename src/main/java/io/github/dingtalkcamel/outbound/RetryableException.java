package io.github.dingtalkcamel.outbound;

/** Certainly not done, and worth another try after a while (contract 5, "Sending again"). */
public abstract class RetryableException extends DingTalkException {

    protected RetryableException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, cause);
    }
}
