package io.github.dingtalkcamel.component.api;

/** Nothing was sent: the host is unavailable, or the API takes no further call now. A {@link CallRetry} can wait for {@link #line()}. */
public class CallNotPermittedException extends RetryableException {

    private final String line;

    public CallNotPermittedException(String code, String message, String remedy, String line) {
        super(code, message, remedy, null);
        this.line = line;
    }

    /** Name of what has to open first. */
    public String line() {
        return line;
    }
}
