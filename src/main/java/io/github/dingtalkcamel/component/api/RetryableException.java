package io.github.dingtalkcamel.component.api;

/** Worth another try after a while: not done, or harmless to do twice (docs/promises.md 5, "Sending again"). */
public abstract class RetryableException extends DingTalkException {

    protected RetryableException(String code, String message, String remedy, Throwable cause) {
        this(code, message, remedy, Outcome.NOT_DONE, cause);
    }

    protected RetryableException(String code, String message, String remedy, Outcome outcome, Throwable cause) {
        super(code, message, remedy, outcome, cause);
    }
}
