package io.github.dingtalkcamel.component.api;
import io.github.dingtalkcamel.limits.RetryQueue;

/** Nothing was sent: the host is away, or the API has no permit left. Whoever may wait waits in {@link RetryQueue} for {@link #line()}. */
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
